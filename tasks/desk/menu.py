"""The pages of the desk, in the order of its menu."""

from typing import Final

from tasks.desk import adjust, files, labels, orders, pictures, runs, stock, today
from tasks.desk.frame import Page

PAGES: Final[tuple[Page, ...]] = (
    today.PAGE,
    files.PAGE,
    adjust.PAGE,
    labels.PAGE,
    orders.PAGE,
    stock.PAGE,
    runs.PAGE,
    pictures.PAGE,
)
