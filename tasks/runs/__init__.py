"""What all runs share: how a task is repeated, what is logged, and what is reported."""
