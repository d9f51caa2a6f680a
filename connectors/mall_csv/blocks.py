"""Records on their way from the scanner to the converter."""

from dataclasses import dataclass, field

from connectors.mall_csv.verdict import Reject


@dataclass
class Block:
    """Well-formed records, each as wide as the header, and what was set aside."""

    text: list[bytes | memoryview] = field(default_factory=list)
    ranges: list[range] = field(default_factory=list)
    """Row numbers of the kept records, in order."""
    rejects: list[Reject] = field(default_factory=list)
    rows: int = 0
    size: int = 0

    def keep(self, text: bytes | memoryview, rows: range) -> None:
        """Take whole records with their row numbers, in file order."""
        if not rows:
            return
        self.text.append(text)
        if self.ranges and self.ranges[-1].stop == rows.start:
            self.ranges[-1] = range(self.ranges[-1].start, rows.stop)
        else:
            self.ranges.append(rows)
        self.rows += len(rows)
        self.size += len(text)
