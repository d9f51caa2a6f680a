"""The copy for analysts: what goes into it, and how it takes the place of the last."""
