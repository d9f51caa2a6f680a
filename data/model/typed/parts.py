"""Parts of a text that are listed with commas between."""


def parts_of(text: str) -> list[str]:
    """Return the parts without the blanks around them; empty ones are left out."""
    return [part for each in text.split(",") if (part := each.strip())]
