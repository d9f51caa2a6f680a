"""The text of a mail that somebody saved as a file: plain text, or a whole message.

A whole message (.eml) is what mail programs save; its plain part is taken, decoded as
its own headers say. Any other file is text in one of the encodings that mail programs
in Japan write.
"""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Final

from connectors.csv_file import CsvRefused
from connectors.csv_file.source import opened

MOST: Final = 1_000_000
"""Bytes; Rakuten's mail has some thousand."""
ADVICE: Final = "メールの本文をコピーして「2通目のメール」に貼り付けてください。"
_ESCAPE: Final = b"\x1b"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


def read_mail_text(path: Path) -> str:
    """Return the text of the mail in the file.

    Raises:
        CsvRefused: no regular file, an empty or too big one, or no text of a mail.

    """
    content = b""
    with opened(path, ADVICE) as source:
        for chunk in source.chunks():
            content += chunk
            if len(content) > MOST:
                raise CsvRefused(
                    "too-big",
                    "メールのファイルとしては大きすぎます(上限 1MB)。",
                    advice=ADVICE,
                )
    message = message_from_bytes(content, policy=default)
    if isinstance(message, EmailMessage) and _is_whole(message):
        body = message.get_body(("plain",))
        if body is not None:
            try:
                return str(body.get_content())
            except LookupError:  # an encoding that Python knows by another name
                return _decoded(bytes(body.get_payload(decode=True)))
    return _decoded(content)


def _is_whole(message: EmailMessage) -> bool:
    """Return whether the file begins with headers that only a saved message has."""
    return any(name in message for name in ("MIME-Version", "Content-Type"))


def _decoded(content: bytes) -> str:
    tried = ["utf-8-sig", "cp932"]
    if content.startswith(_UTF16):
        tried = ["utf-16"]
    elif _ESCAPE in content:
        tried = ["iso2022_jp_ext", "iso2022_jp", *tried]
    for encoding in tried:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CsvRefused(
        "undecodable",
        "ファイルをメールの文章として読み取れません。",
        advice=ADVICE,
    )
