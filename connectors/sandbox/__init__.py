"""An RMS on your own machine: same endpoints, limits, errors and quirks.

- `gate`          what a request meets first: key, pace, faults, maintenance
- `order_api`     the functions of the order API
- `inventory_api` the functions of the inventory API, and the mall's stock
- `notices`       what Rakuten sends by itself
- `selling`       how orders come to be
- `control_api`   sell, cancel, move time, break things: `/_control/`
- here            the process itself, its shops, clock and store

Written from the reference and never from what our client sends.
"""
