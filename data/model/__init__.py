"""Pure rules and types: no IO, no clock, no environment."""
