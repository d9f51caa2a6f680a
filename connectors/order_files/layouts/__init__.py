"""One module per mall: its column names and rules, which stand nowhere else.

To add the fourteenth mall, write a module here with `LAYOUTS`, in the terms of
`connectors.order_files.layout`. The registry finds it by its place; no list names it.
Besides it a mall needs:

1. its word in `data.model.order.Mall`, which flows and tables use;
2. a migration that rebuilds `orders`, whose CHECK names every mall;
3. a folder of invented golden files, named in `tests/order_files/read/test_golden.py`;
4. its rows in docs/order-files.md: where to download it, and its signature (§2).
"""
