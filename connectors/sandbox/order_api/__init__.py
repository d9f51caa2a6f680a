"""The functions of the order API, one module each, and the states they move."""
