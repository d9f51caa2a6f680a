"""Reaches into an order by a dotted path such as `PackageModelList.0.postagePrice`."""

from typing import Any


def put_at(model: Any, path: str, value: Any, *, remove: bool = False) -> None:
    """Set (or remove) what stands at `path`; raise ValueError if it leads nowhere."""
    *way, last = path.split(".")
    try:
        for step in way:
            model = model[int(step) if isinstance(model, list) else step]
        key: Any = int(last) if isinstance(model, list) else last
        if remove:
            del model[key]
        else:
            model[key] = value
    except (KeyError, IndexError, TypeError, ValueError):
        raise ValueError(f"no such field: {path}") from None


def value_at(model: Any, path: str) -> Any:
    """Return what stands at `path`, or None if it leads nowhere."""
    try:
        for step in path.split("."):
            model = model[int(step) if isinstance(model, list) else step]
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return model
