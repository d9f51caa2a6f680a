"""The reading functions of the item API 2.0, and the mall's own catalogue."""
