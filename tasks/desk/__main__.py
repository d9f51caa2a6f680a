"""`python -m tasks.desk`: the staff's pages."""

from tasks.desk.server import main

main()
