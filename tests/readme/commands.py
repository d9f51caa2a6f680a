"""The commands of README's section "Try it", as they stand there."""

import re
from typing import Final

SECTION: Final = "## Try it"
FENCE: Final = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(readme: str, section: str = SECTION) -> list[str]:
    """Return the code blocks of the section, in order.

    Raises:
        LookupError: there is no such section, or no block in it.

    """
    _, found, rest = readme.partition(f"\n{section}\n")
    here = rest.partition("\n## ")[0]
    commands = [match[1] for match in FENCE.finditer(here)]
    if not found or not commands:
        raise LookupError(f"no commands in the section {section}")
    return commands
