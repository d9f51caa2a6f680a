"""The warehouse's file as the house keeps it: saved, restored, rewritten, moved."""
