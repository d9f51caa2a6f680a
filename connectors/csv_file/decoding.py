"""Bytes to checked UTF-8 text under one encoding (docs/order-files.md §2).

A BOM means UTF-8. A byte that is not UTF-8 makes the file CP932, unless Japanese in
UTF-8 stands around it: then it is damaged UTF-8, which read as CP932 often passes, as
rubbish. CP932 is decoded by Python's codec; other decoders change 繋 鴎 噛 and more.

Bytes that the encoding does not define become `UNDEFINED`, which no cell may hold: a
delimiter, quote or line end is never among them, so that only their cell is lost. A
file with many of them is not in that encoding, and is refused.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from connectors.csv_file.place import row_of_byte
from connectors.csv_file.refusal import CsvRefused, Position
from connectors.csv_file.source import CsvSource

Encoding = Literal["utf-8-sig", "utf-8", "cp932"]
NAMES: Final = {
    "utf-8-sig": "UTF-8(BOM付き)",
    "utf-8": "UTF-8",
    "cp932": "CP932(Shift_JIS)",
}
RUBBISH: Final = re.compile("[\x80-\x9f\ue000-\uf8ff]")
"""C1 controls and private use: what Python's cp932 makes of 0x80, 0xA0, 0xFD-0xFF."""

UNDEFINED: Final = "\uf8f0"
"""Stands for bytes that the encoding does not define; recognised as rubbish."""
FEW: Final = 20
OFTEN: Final = 200
"""More than `FEW` undefined bytes, and one in so many: it is another encoding."""

_CP932_RUBBISH: Final = ("\x80", "\uf8f0", "\uf8f1", "\uf8f2", "\uf8f3")
_CP932_PAIR: Final = re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]")
_C1: Final = re.compile(rb"\xc2[\x80-\x9f]")
_PRIVATE: Final = re.compile(rb"\xef[\x80-\xa3]")
_JAPANESE: Final = re.compile("[\u3040-\u9fff\uff00-\uffef]")
_PROOF: Final = 3
"""So many kana or kanji prove UTF-8: in a CP932 file they do not occur by chance."""
_AHEAD: Final = 1 << 16
"""Bytes behind a broken one in which they are looked for."""


@dataclass(frozen=True)
class Decoded:
    """A chunk as UTF-8; `rubbish` = it has characters that no cell may hold."""

    utf8: bytes
    rubbish: bool


class NotUtf8(Exception):
    """The bytes are not UTF-8, and nothing before them proves that they should be."""


class Decoder:
    """Decodes one source under one encoding; refuses it if that is another one.

    `encoding` is exact once all was decoded: UTF-8 with a BOM, and plain ASCII, which
    counts as CP932, show only then.
    """

    def __init__(self, source: CsvSource, encoding: Literal["utf-8", "cp932"]) -> None:
        self._source = source
        self.encoding: Encoding = encoding
        self._codec = codecs.getincrementaldecoder(encoding)("strict")
        self._japanese = 0
        self._undefined = 0
        self._ascii = True

    def chunks(self) -> Iterator[Decoded]:
        """Yield the whole text; raise CsvRefused, or NotUtf8 to be tried as CP932."""
        offset = 0
        for chunk in self._source.chunks():
            if (at := chunk.find(b"\x00")) >= 0:
                raise self._nul(offset + at, utf16=offset == 0 and _is_utf16(chunk))
            text = self._decode(chunk, offset)
            if self.encoding != "cp932" and "\ufeff" in text:
                if offset == 0 and text.startswith("\ufeff"):
                    self.encoding = "utf-8-sig"
                text = text.replace("\ufeff", "")  # also of downloads that were joined
            offset += len(chunk)
            yield self._checked(text)
        self._decode(b"", offset, final=True)
        if self._ascii and self.encoding == "utf-8":
            self.encoding = "cp932"  # the same bytes either way

    def _decode(self, chunk: bytes, offset: int, *, final: bool = False) -> str:
        waiting = self._codec.getstate()[0]
        try:
            return self._codec.decode(chunk, final)
        except UnicodeDecodeError as error:
            at = offset - len(waiting) + error.start
            if self._is_unproven_utf8(error, chunk):
                raise NotUtf8 from None
            if final:
                raise self._undecodable(at, cut=True) from None
            return self._marked(waiting + chunk, offset - len(waiting))

    def _marked(self, content: bytes, offset: int) -> str:
        """Decode bytes of which some are undefined; refuse them if those are many."""
        parts: list[str] = []
        at = 0
        while True:
            self._codec.reset()
            try:
                parts.append(self._codec.decode(content[at:]))
            except UnicodeDecodeError as error:
                bad = at + error.start
                parts += [error.object[: error.start].decode(error.encoding), UNDEFINED]
                self._undefined += 1
                if self._undefined > max(FEW, (offset + bad) // OFTEN):
                    raise self._undecodable(offset + bad, cut=False) from None
                at = bad + self._undefined_length(content[bad : bad + 2], error)
            else:
                return "".join(parts)

    def _undefined_length(self, pair: bytes, error: UnicodeDecodeError) -> int:
        """Return how many bytes make the undefined character.

        Of a lead byte and a trail byte without a character Python skips the first only,
        and would take the second for the start of another one.
        """
        if self.encoding == "cp932" and _CP932_PAIR.fullmatch(pair):
            return 2
        return error.end - error.start

    def _is_unproven_utf8(self, error: UnicodeDecodeError, chunk: bytes) -> bool:
        if self.encoding != "utf-8":
            return False
        content = bytes(error.object)
        before = content[: error.start].decode("utf-8", "strict")
        seen = self._japanese + len(_JAPANESE.findall(before))
        is_bom = self._source.size == len(chunk) and before.startswith("\ufeff")
        return seen < _PROOF and not is_bom and not _goes_on_in_utf8(content, error)

    def _checked(self, text: str) -> Decoded:
        utf8 = text.encode()
        if text.isascii():
            return Decoded(utf8, rubbish=False)
        self._ascii = False
        if self.encoding == "cp932":
            # U+E000-E757 begin with 0xEE. Searching single characters is fastest.
            rubbish = b"\xee" in utf8 or any(char in text for char in _CP932_RUBBISH)
            return Decoded(utf8, rubbish)
        if self._japanese < _PROOF:
            self._japanese += len(_JAPANESE.findall(text))
        has_c1 = b"\xc2" in utf8 and _C1.search(utf8) is not None
        rubbish = has_c1 or b"\xee" in utf8 or _PRIVATE.search(utf8) is not None
        return Decoded(utf8, rubbish)

    def _nul(self, at: int, *, utf16: bool) -> CsvRefused:
        if utf16:  # its rows are not to be counted by bytes
            return CsvRefused(
                "utf-16",
                "文字コードが UTF-16 のため、読み取れません。",
                advice=self._source.advice,
                position=Position(byte=at),
            )
        return self._broken("nul", at, "に、CSVにはないNUL文字があります。")

    def _undecodable(self, at: int, *, cut: bool) -> CsvRefused:
        if cut:
            return self._broken("cut", at, "で、文字の途中で切れています。")
        why = f"が {NAMES[self.encoding]} の文字ではありません。"
        return self._broken("undecodable", at, why)

    def _broken(self, code: str, at: int, why: str) -> CsvRefused:
        """Return the refusal for a byte, with the row in which it stands."""
        row = row_of_byte(self._source.chunks(), at)
        return CsvRefused(
            code,
            f"{row:,} 行目(先頭から {at:,} バイト目){why}",
            advice=self._source.advice,
            position=Position(byte=at, row=row),
        )


def _goes_on_in_utf8(content: bytes, error: UnicodeDecodeError) -> bool:
    """Return whether Japanese in UTF-8 follows a broken byte all the same.

    A file with an English header may show its first name there. Nearly every character
    of Japanese in CP932 is a broken one.
    """
    rest = content[error.start : error.start + _AHEAD].decode("utf-8", "replace")
    return len(_JAPANESE.findall(rest)) >= max(_PROOF, rest.count("\ufffd"))


def _is_utf16(chunk: bytes) -> bool:
    return chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
