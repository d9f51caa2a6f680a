"""Words from outside, as they may stand in a report."""

import re


def plain(text: str) -> str:
    """Give the text on one line, its signs no Markdown."""
    return re.sub(r"([\\`*\[\]<>|~#])", r"\\\1", " ".join(text.split()))
