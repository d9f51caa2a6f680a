"""A year of a shop in one night: `make year`."""
