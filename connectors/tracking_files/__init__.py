"""Files of tracking numbers that malls take, each as its mall wants it.

    made = write_tracking_file(Mall.YAHOO, packages)
    made.content    # the file's bytes
    made.written    # package and number, of each number in it
    made.left_out   # new numbers that are not in it, and why

Each mall's file is described in `layouts/`, one module each. A mall whose form we do
not know gets a plain list for people, and `made.layout.is_for_upload` is false.
"""

from connectors.tracking_files.file import TrackingFile
from connectors.tracking_files.registry import layout_for, write_tracking_file

__all__ = ["TrackingFile", "layout_for", "write_tracking_file"]
