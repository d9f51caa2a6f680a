"""The steps of the flows, one task each; only here and in flows is Prefect known."""
