"""The day after the demo, walked as people live: `make second-day`."""
