"""Rules and types: pure Python without IO, clock or environment."""
