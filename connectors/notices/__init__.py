"""The receiver of Rakuten's event notices: verified, on disk, and only then answered.

- `messages`   XML from outside into notices, or the reason why not
- `keys`       which shop a message speaks for; the key file and its hashes
- `spool`      a notice on disk, fsynced, before Rakuten is told that we have it
- `reception`  the three in a row
- `app`        the HTTP around it; `protocol` and `server` the process around that
- `announce`   tells Prefect that something waits; nobody waits for that

It knows nothing of DuckDB and works while Prefect is down (rms/event-notification.md).
"""
