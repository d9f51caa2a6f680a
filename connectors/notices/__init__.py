"""The receiver of Rakuten's event notices: verified, durable, and only then answered.

- `messages`   parse XML from outside into notices, or name what is wrong with it
- `keys`       the shops that are known, and which of them a message speaks for
- `spool`      notices on disk, durable before Rakuten is answered
- `reception`  the three in a row, and the codes of the answer
- `app`        the HTTP around it; `server` the process around that
- `announce`   events to Prefect; nobody waits for them
- `metrics`    counters for Prometheus

The package imports neither DuckDB nor Prefect and works while both are down
(docs/receiver.md).
"""
