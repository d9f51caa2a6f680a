"""The warm process: notices in and due stock out, as soon as there are some."""
