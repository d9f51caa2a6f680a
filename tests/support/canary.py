"""Look for secrets in every byte under a folder, however they may have been written."""

import base64
import json
from collections.abc import Collection, Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus


def forms(secret: str) -> set[bytes]:
    """Give the ways a text may stand in a file: raw, escaped, or inside base64.

    Within a longer base64 text it stands in one of three alignments; the signs at both
    ends that also depend on its neighbours are left off.
    """
    raw = secret.encode()
    written = {
        raw,
        secret.encode("utf-16-le"),
        quote(secret, safe="").encode(),
        quote_plus(secret).encode(),
        json.dumps(secret)[1:-1].encode(),
    }
    for before in range(3):
        padded = base64.b64encode(bytes(before) + raw)
        first = (before * 8 + 5) // 6
        last = (before + len(raw)) * 8 // 6
        written |= {padded[first:last], padded[first:last].translate(_URL_SAFE)}
    return written


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def leaks(
    folder: Path, secrets: Iterable[str], except_in: Collection[str] = ()
) -> list[str]:
    """Name every file under the folder that holds a secret; the secret is not told.

    Files whose name begins with one of `except_in` are left out.
    """
    wanted = set().union(*map(forms, secrets))
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.startswith(tuple(except_in)):
            continue
        content = path.read_bytes()
        if any(form in content for form in wanted):
            found.append(str(path.relative_to(folder)))
    return found
