"""The modules of a folder of layouts: found, not listed, so that a new one is one file.

A folder `layouts/` has one module for each mall or carrier.
"""

import importlib
import pkgutil
from types import ModuleType


def modules_of(folder: ModuleType) -> tuple[ModuleType, ...]:
    """Return every module of a package, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    return tuple(importlib.import_module(f"{folder.__name__}.{name}") for name in names)
