"""The port of a program's command line, and what is said of one that cannot be had."""

import argparse
from typing import Final

HIGHEST: Final = 65_535


def port_number(text: str) -> int:
    """Return the port that was given; 0 lets the system choose a free one.

    Raises:
        ArgumentTypeError: it is no number of a port.

    """
    if text.isascii() and text.isdecimal() and int(text) <= HIGHEST:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"{text!r} はポート番号ではありません。"
        f"対処: 0 から {HIGHEST} までの数を指定してください(0 は空いているポート)。"
    )


def cannot_listen(host: str, port: int, error: OSError) -> str:
    """Return the message for an address, or a file, that cannot be used."""
    if error.filename:
        return (
            f"{error.filename}: {error.strerror}\n"
            "対処: JUCHU_HOME のフォルダーと権限を確認してください。"
        )
    return (
        f"{host}:{port}: {error.strerror}\n"
        "対処: --port で別のポートを指定してください。"
    )
