"""The analysts' copy: made when it is due, and the page of pictures over it."""
