"""What people type: numbers, names, days and texts, as they meant them."""
