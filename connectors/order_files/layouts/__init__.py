"""One file per mall, with its column names and rules, which stand nowhere else.

To add a mall: add its word to `data.model.order.Mall`, a module here with
`LAYOUTS` (the registry finds it by being here), and a folder of golden files named in
`tests/order_files/read/test_golden.py`.
"""
