"""What is true (model) and what we know (warehouse)."""
