"""An RMS on your own machine: same endpoints, limits, errors and quirks.

- `gate`          what a request meets first: key, pace, faults, maintenance
- `order_api`     the functions of the order API, a file each
- `inventory_api` the functions of the inventory API, and the mall's own stock
- `license_api`   the licence key's end
- `notices`       what Rakuten sends by itself
- `selling`       how orders come to be
- `control_api`   sell, cancel, move time, break things: `/_control/`
- here            the process itself, its shops, clock and store

Written from Rakuten's reference and never from what our client sends. It judges the
client and imports nothing of it; of juchu it shares the tables of Rakuten's codes
(docs/adr/0005-the-sandbox-is-the-judge.md).
"""
