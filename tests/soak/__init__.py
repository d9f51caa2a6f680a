"""Minutes-long runs of the way of a notice."""
