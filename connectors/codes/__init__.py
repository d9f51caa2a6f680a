"""RMS's codes as data, for the client that reads them and the sandbox that sends them.

Each table is one file beside this one, written from Rakuten's pages of July 2026
(docs/rms/order-api.md §1.7). Neither side has a list of its own; what the tests expect
is written down in the tests, so that one wrong row cannot make all of them agree.
"""
