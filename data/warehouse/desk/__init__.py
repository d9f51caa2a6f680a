"""What the staff's pages show of the published copy, a file for each page that does.

The copy holds no personal data. Only an order's history opens the warehouse
(data.warehouse.orders.history).
"""
