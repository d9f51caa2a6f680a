"""Which column of a carrier's file has the orders' references, where a shop chose one.

A carrier means one column to have it. Some shops print it elsewhere, such as in B2's
荷扱い１ (docs/order-files.md §10), and do so on every label.
"""

from data.model.shipping.shipment import Carrier
from data.model.typed.parts import parts_of


def key_columns_of(text: str) -> dict[str, str]:
    """Return each carrier's column in a text like `yamato=荷扱い１`, parted by commas.

    Raises:
        ValueError: what is wrong, in Japanese.

    """
    columns: dict[str, str] = {}
    for each in parts_of(text):
        name, _, column = each.partition("=")
        carrier, column = name.strip(), column.strip()
        if carrier not in {one.value for one in Carrier} or not column:
            known = "、".join(one.value for one in Carrier)
            raise ValueError(
                "「配送会社=列の名前」の形で指定してください"
                f"(例: yamato=荷扱い１。配送会社は {known})"
            )
        if carrier in columns:
            raise ValueError(f"{carrier} の列は1つだけ指定してください")
        columns[carrier] = column
    return columns
