"""A shop: its way to live orders, its keys, and how its connection stands."""
