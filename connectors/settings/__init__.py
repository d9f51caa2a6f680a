"""The settings, from the environment and `.env`: a wrong one stops at start."""
