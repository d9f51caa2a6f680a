"""The warehouse's statements with one bug planted."""

from data.warehouse.statements import SQL, Statements


class Doctored(Statements):
    """The statements, one of them with a bug."""

    def __init__(self, name: str, old: str, new: str) -> None:
        self._doctored = {name: SQL(name).replace(old, new)}

    def __call__(self, name: str) -> str:
        return self._doctored.get(name) or SQL(name)
