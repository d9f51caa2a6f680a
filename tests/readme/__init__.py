"""README's section "Try it", done word by word in an empty folder: `make readme`."""
