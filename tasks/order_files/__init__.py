"""A mall's order file: its import, and what people see of it."""
