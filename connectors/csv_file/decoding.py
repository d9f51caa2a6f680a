"""Bytes to checked UTF-8, strictly (csv/formats.md §2, reliability.md §4.4).

Encoding: a BOM means UTF-8; strict UTF-8 with something beyond ASCII means UTF-8; the
rest is CP932, by Python's codec: others turn 繋 鴎 噛 into different characters. A file
that had already shown Japanese in UTF-8 when a byte fails is damaged UTF-8: read as
CP932 such a file often passes, as rubbish.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from connectors.csv_file.refusal import DOWNLOAD_AGAIN, CsvRefused, Position
from connectors.csv_file.source import Source

Encoding = Literal["utf-8-sig", "utf-8", "cp932"]
NAMES: Final = {
    "utf-8-sig": "UTF-8(BOM付き)",
    "utf-8": "UTF-8",
    "cp932": "CP932(Shift_JIS)",
}
RUBBISH: Final = re.compile("[\x80-\x9f\ue000-\uf8ff]")
"""C1 controls and private use: what Python's cp932 makes of 0x80, 0xA0, 0xFD-0xFF."""

_CP932_RUBBISH: Final = ("\x80", "\uf8f0", "\uf8f1", "\uf8f2", "\uf8f3")
_C1: Final = re.compile(rb"\xc2[\x80-\x9f]")
_PRIVATE: Final = re.compile(rb"\xef[\x80-\xa3]")
_JAPANESE: Final = re.compile("[\u3040-\u9fff\uff00-\uffef]")
_PROOF: Final = 3
"""So many kana or kanji read as UTF-8 do not happen by chance in a CP932 file."""


@dataclass(frozen=True)
class Decoded:
    """A chunk as UTF-8; `rubbish` if it holds characters no order may hold."""

    utf8: bytes
    rubbish: bool


class NotUtf8(Exception):
    """The bytes are not UTF-8 and nothing so far proves that they should be."""


class Decoder:
    """Decodes one source with one encoding; refuses at the first byte that fails."""

    def __init__(self, source: Source, encoding: Literal["utf-8", "cp932"]) -> None:
        self._source = source
        self.encoding: Encoding = encoding
        self._codec = codecs.getincrementaldecoder(encoding)("strict")
        self._japanese = 0
        self._ascii = True

    def chunks(self) -> Iterator[Decoded]:
        """Give the whole text, or refuse, or raise NotUtf8."""
        offset = 0
        for chunk in self._source.chunks():
            if (at := chunk.find(b"\x00")) >= 0:
                raise _nul(offset + at, utf16=offset == 0 and _is_utf16(chunk))
            text = self._decode(chunk, offset)
            if offset == 0 and self.encoding == "utf-8" and text.startswith("\ufeff"):
                self.encoding = "utf-8-sig"
                text = text[1:]
            offset += len(chunk)
            yield self._checked(text)
        self._decode(b"", offset, final=True)
        if self._ascii and self.encoding == "utf-8":
            self.encoding = "cp932"  # the same bytes either way; §2 calls them CP932

    def _decode(self, chunk: bytes, offset: int, *, final: bool = False) -> str:
        waiting = len(self._codec.getstate()[0])
        try:
            return self._codec.decode(chunk, final)
        except UnicodeDecodeError as error:
            at = offset - waiting + error.start
            if self._is_unproven_utf8(error, chunk):
                raise NotUtf8 from None
            raise _undecodable(at, self.encoding, cut=final) from None

    def _is_unproven_utf8(self, error: UnicodeDecodeError, chunk: bytes) -> bool:
        if self.encoding != "utf-8":
            return False
        before = bytes(error.object)[: error.start].decode("utf-8", "strict")
        seen = self._japanese + len(_JAPANESE.findall(before))
        is_bom = self._source.size == len(chunk) and before.startswith("\ufeff")
        return seen < _PROOF and not is_bom

    def _checked(self, text: str) -> Decoded:
        utf8 = text.encode()
        if text.isascii():
            return Decoded(utf8, rubbish=False)
        self._ascii = False
        if self.encoding == "cp932":
            # U+E000-E757 begin with 0xEE; searching single characters is the fast way.
            rubbish = b"\xee" in utf8 or any(char in text for char in _CP932_RUBBISH)
            return Decoded(utf8, rubbish)
        if self._japanese < _PROOF:
            self._japanese += len(_JAPANESE.findall(text))
        has_c1 = b"\xc2" in utf8 and _C1.search(utf8) is not None
        rubbish = has_c1 or b"\xee" in utf8 or _PRIVATE.search(utf8) is not None
        return Decoded(utf8, rubbish)


def _is_utf16(chunk: bytes) -> bool:
    return chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _nul(at: int, *, utf16: bool) -> CsvRefused:
    what = (
        "文字コードが UTF-16 です。"
        if utf16
        else "CSVにあるはずのないNUL文字があります。"
    )
    return CsvRefused(
        "utf-16" if utf16 else "nul",
        f"{what}(先頭から {at:,} バイト目)",
        advice=DOWNLOAD_AGAIN,
        english=f"NUL byte at offset {at}" + (", UTF-16" if utf16 else ""),
        position=Position(byte=at),
    )


def _undecodable(at: int, encoding: Encoding, *, cut: bool) -> CsvRefused:
    if cut:
        return CsvRefused(
            "cut",
            f"ファイルが文字の途中で切れています。(先頭から {at:,} バイト目)",
            advice=DOWNLOAD_AGAIN,
            english=f"incomplete character at the end, offset {at}",
            position=Position(byte=at),
        )
    return CsvRefused(
        "undecodable",
        f"先頭から {at:,} バイト目が {NAMES[encoding]} として読めません。",
        advice=DOWNLOAD_AGAIN,
        english=f"byte at offset {at} is not {encoding}",
        position=Position(byte=at),
    )
