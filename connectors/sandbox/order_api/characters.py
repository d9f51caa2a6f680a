"""Which characters RMS takes in memos and keywords (rms/order-api.md §2.1, §4.5)."""

_CP932_TWINS = str.maketrans("", "", "～－∥￠￡￢―\n\r\t")


def has_machine_dependent(text: str) -> bool:
    """Whether a text holds 機種依存文字: signs outside JIS X 0208, e.g. ①, 髙, 𠮷."""
    try:
        text.translate(_CP932_TWINS).encode("shift_jis")
    except UnicodeEncodeError:
        return True
    return False
