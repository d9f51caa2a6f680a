"""What Rakuten's test endpoint showed: do our client and RMS understand each other?

The endpoint gives fixed answers to fixed order numbers with a real key, and no order
changes (docs/rms/order-api.md §0). The numbers and the answers are a download of
Rakuten's that is not in our references, so no content is compared: a verdict is about
the form of the answer only.
"""

from enum import StrEnum
from typing import Final, NamedTuple

MOST_NUMBERS: Final = 10
"""Sample orders read at once."""


class SampleVerdict(StrEnum):
    """What one answer shows; the value is the sentence for shop staff."""

    READ = "読み取れました。"
    FORM_ONLY = (
        "応答の形式は読み取れました(見本の注文は含まれていません)。"
        "対処: 必要ありません。テスト用の注文番号を入力すると、注文も確認できます。"
    )
    DIFFERENT = (
        "読み取れない応答です。対処: この結果をjuchuの開発者に連絡してください。"
    )
    NOT_THERE = (
        "この機能のテスト用のURLは使えません。対処: 必要ありません"
        "(URLの一部は公開資料にないため、推測です)。"
    )
    KEY_REFUSED = "認証に失敗しました。対処: 接続チェックの結果を確認してください。"
    NO_ANSWER = "応答がありません。対処: しばらくしてから、もう一度実行してください。"

    @property
    def is_fault(self) -> bool:
        """Whether a person has to act: the client does not understand an answer."""
        return self is SampleVerdict.DIFFERENT


class Sampled(NamedTuple):
    """One function of the test endpoint; `detail` has codes, counts and fields only."""

    function: str
    verdict: SampleVerdict
    detail: str = ""
