"""How orders come to be: goods, people, money and the shapes of an order."""
