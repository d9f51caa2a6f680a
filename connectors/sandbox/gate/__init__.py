"""What stands in front of every function: keys, pace, faults, maintenance."""
