"""The house keeping itself, at three in the morning."""
