"""The functions of the order API, a file each, and the states they move."""
