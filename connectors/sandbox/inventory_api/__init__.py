"""The inventory API 2.0 and 2.1, and the mall's own stock, which sales move."""
