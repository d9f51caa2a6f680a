"""The control API under /_control/, and its client `remote`."""
