"""The clerk's day: the morning as a whole, its report, and when it is late."""
