"""The outside world, translated: no Prefect and no DuckDB in here."""
