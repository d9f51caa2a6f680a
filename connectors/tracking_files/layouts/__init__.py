"""One module per mall: the form of its upload file, and its column names.

To add one, write a module here with `LAYOUT`, in the terms of
`connectors.tracking_files.file`; the registry finds it by its place. Besides it a mall
needs its file, typed by hand, in `tests/tracking_files/test_files.py`.
"""
