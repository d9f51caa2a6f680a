"""The layout of each mall's upload file; the plain list where we know none."""

from collections.abc import Sequence
from functools import cache

from connectors.layout_modules import modules_of
from connectors.tracking_files import layouts
from connectors.tracking_files.file import TrackingFile, TrackingLayout, written
from data.model.order import Mall
from data.model.shipping.tracking_file import TrackedPackage


@cache
def all_layouts() -> tuple[TrackingLayout, ...]:
    """Return the layout of every module in `layouts/`, in the modules' order."""
    return tuple(module.LAYOUT for module in modules_of(layouts))


def layout_for(mall: Mall) -> TrackingLayout:
    """Return the mall's own layout, else the plain one."""
    found = {layout.mall: layout for layout in all_layouts()}
    return found.get(mall, found[None])


def write_tracking_file(mall: Mall, packages: Sequence[TrackedPackage]) -> TrackingFile:
    """Return the mall's file of the packages' numbers that are new."""
    return written(layout_for(mall), [one for one in packages if one.new])
