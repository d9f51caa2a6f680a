"""The control API under /_control/, and the client that speaks it."""
