"""Why a whole file was refused, in words a shop clerk can act on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Position:
    """Where in a file; what is not known is None. Rows count from 1 = the header."""

    byte: int | None = None
    row: int | None = None
    column: str | None = None


class CsvRefused(Exception):
    """The file is not imported, not even in part. `str()` tells it whole, without data.

    `code` is our own word for the reason and stays the same between releases.
    """

    def __init__(
        self,
        code: str,
        reason: str,
        *,
        advice: str,
        english: str,
        position: Position | None = None,
    ) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason
        self.advice = advice
        self.english = english
        self.position = position or Position()

    def __str__(self) -> str:
        return f"{self.reason} 対処: {self.advice} ({self.english})"

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling: Prefect carries exceptions between processes."""
        return _again, (
            self.code,
            self.reason,
            self.advice,
            self.english,
            self.position,
        )


def _again(
    code: str, reason: str, advice: str, english: str, position: Position
) -> CsvRefused:
    return CsvRefused(code, reason, advice=advice, english=english, position=position)


DOWNLOAD_AGAIN = (
    "モールの管理画面からもう一度ダウンロードし、"
    "Excelで開かずにそのまま取り込んでください。"
)
