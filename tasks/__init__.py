"""One retryable step each."""
