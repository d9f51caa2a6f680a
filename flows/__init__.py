"""What happens when: one file, one flow."""
