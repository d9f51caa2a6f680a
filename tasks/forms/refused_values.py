"""Parameters that cannot be, refused in Japanese before a flow begins.

Prefect would end the run with pydantic's words, which are English and may quote what
was typed. No value is quoted here but one that was to be chosen.
"""

from typing import Any, Final

from pydantic import ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from data.model.typed.choices import choices_in
from data.model.typed.name import in_short, suggestion

_CHOICES: Final = frozenset({"literal_error", "enum"})
_WHY: Final = {
    "greater_than_equal": "{ge} 以上の整数にしてください",
    "less_than_equal": "{le} 以下の整数にしてください",
    "int_parsing": "整数で指定してください",
    "int_type": "整数で指定してください",
    "int_from_float": "整数で指定してください",
    "list_type": "一覧で指定してください",
    "string_type": "文字で入力してください",
    "date_type": "日付を 2026-12-01 のように入力してください",
    "datetime_type": "日時を 2026-11-24 09:00 のように入力してください",
    "missing": "注文番号などの必要な項目がありません",
    "extra_forbidden": "ない項目が指定されています",
    "string_too_long": "{max_length}文字以内で入力してください",
    "string_too_short": "入力してください",
    "string_pattern_mismatch": "1行で入力してください(空白だけの値は使用できません)",
    "bool_parsing": "true または false にしてください",
    "bool_type": "true または false にしてください",
}
"""What is wrong with a value, by pydantic's type of error."""


class ValueRefused(Exception):
    """A parameter cannot have that value; says in Japanese which and what it may be."""


def refusing(title: str) -> WrapValidator:
    """Return the annotation that refuses a wrong value in Japanese, by its title.

    It stands behind whatever says what the value may be. `ValueRefused` passes through
    pydantic as it is, because it is no ValueError.
    """

    def checked(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
        try:
            return check(value)
        except ValidationError as refused:
            raise ValueRefused(_sentence(title, value, refused)) from None

    return WrapValidator(checked)


def _sentence(title: str, value: Any, refused: ValidationError) -> str:
    fault = refused.errors(include_url=False, include_input=False)[0]
    limits = fault.get("ctx", {})
    if fault["type"] not in _CHOICES:
        why = _WHY.get(fault["type"], "この値は使用できません").format(**limits)
        return f"「{title}」: {why}。対処: 修正して、もう一度実行してください。"
    choices = choices_in(limits["expected"])
    typed = in_short(str(value))
    return (
        f"「{title}」の {typed} は選べません。{suggestion(typed, choices)}"
        f"対処: {'、'.join(choices)} のいずれかを指定してください。"
    )
