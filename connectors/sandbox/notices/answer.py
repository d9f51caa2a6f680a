"""What a receiver's answer says (rms/event-notification.md §4)."""

from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import fromstring

TAKEN = "N-000-000"
NO_ANSWER = "no answer"
UNREADABLE = "unreadable"


def result_of(status: int, content_type: str, body: bytes) -> str:
    """Return the resultCode of a proper answer with 200; only then can it be taken.

    Any other status comes first (`HTTP 503 E-400-900`); an answer that is no
    `text/xml` with a responseModel of one resultCode is "unreadable".
    """
    code = _result_code(body) if _is_xml(content_type) else None
    if status != 200:
        return f"HTTP {status} {code or ''}".rstrip()
    return code or UNREADABLE


def _is_xml(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "text/xml"


def _result_code(body: bytes) -> str | None:
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, ValueError, LookupError):
        return None
    if root.tag != "responseModel" or [child.tag for child in root] != ["resultCode"]:
        return None
    return (root[0].text or "").strip()
