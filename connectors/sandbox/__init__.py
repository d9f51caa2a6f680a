"""An RMS on your own machine: same endpoints, limits, errors and quirks."""
