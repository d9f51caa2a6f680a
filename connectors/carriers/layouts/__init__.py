"""One file per carrier's program, with its column names, which stand nowhere else.

To add one: a module here with `LAYOUTS` (the registry finds it by being here) and a
folder of golden files in `tests/carriers/golden`.
"""
