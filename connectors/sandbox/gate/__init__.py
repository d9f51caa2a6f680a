"""The gateway before every function: keys, pace, faults, maintenance."""
