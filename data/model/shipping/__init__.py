"""Shipping: parcels, their numbers and labels, and what the mall is told of them."""
