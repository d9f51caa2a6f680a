"""The inventory API 2.0 and 2.1, and what sales do to the mall's own stock."""
