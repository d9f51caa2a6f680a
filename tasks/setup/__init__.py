"""From a bare machine to running pipelines."""
