"""What happens when: one flow a file, named like it."""
