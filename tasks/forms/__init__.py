"""The parameters of all flows, each once, by subject, as Prefect's form shows them."""
