"""One module per carrier's program: its column names, which stand nowhere else.

To add one, write a module here with `LAYOUTS`, in the terms of
`connectors.carriers.layout`; the registry finds it by its place. Besides it a program
needs a folder of invented golden files, named in `tests/carriers/test_golden.py`, and a
new carrier its word in `data.model.shipping.shipment.Carrier`.
"""
