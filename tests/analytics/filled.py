"""A small shop's warehouse for the marts: RMS's orders, and files of other malls.

Whatever a buyer or a clerk typed is one of `TYPED`; none of it may be in the copy.
"""

from data.model.order import Order, Person
from data.warehouse.orders.store import store_orders
from data.warehouse.session import Connection
from tests.support.orders import (
    SHOP_ID,
    a_line,
    a_package,
    a_person,
    an_order,
    at,
    told_whole,
)

TYPED = (
    "名入れ:鷹羽根すみれ",
    "のし:鷹羽根家",
    "裏口の棚へ",
    "鷹羽根郵便局留",
    "東京都見本区裏町9-8-7",
    "店長の鷹羽根より電話",
    "担当:鷹羽根",
    "鷹羽根様の注文.csv",
    "RMS: 鷹羽根すみれ様の受注は取得できません",
    "鷹羽根様用リボン",
    "鷹羽根様は割れ物に注意",
    "鷹羽根様へまたどうぞ",
    "受取店鷹羽根012345",
)


def fill(con: Connection) -> None:
    """Store five orders of RMS, with every free cell filled by a person."""
    orders = [typed(an_order(number, minute=5)) for number in range(1, 6)]
    orders[2] = orders[2].model_copy(update={"mall_status": "900"})
    store_orders(con, orders, source="api", stored_at=at(9), load_id="l1")
    con.execute(
        "INSERT INTO stock_movements BY NAME SELECT 1 AS seq, 'c1' AS movement_id,"
        " 'SENCHA-100' AS sku, 10 AS quantity, 'count' AS kind, 'count' AS source,"
        " 10 AS counted, 'i1' AS cause_id, $who AS who, $note AS note,"
        " $at AS effective_at, $at AS moved_at",
        {"who": TYPED[6], "note": TYPED[5], "at": at(0)},
    )
    con.execute(
        "INSERT INTO csv_imports BY NAME SELECT 'i1' AS import_id, '' AS file_sha256,"
        " $name AS file_name, 'rakuten' AS mall, $shop AS shop_id, 'update' AS mode,"
        " 3 AS rows_read, 1 AS orders_created, 1 AS orders_updated,"
        " 0 AS orders_unchanged, 1 AS lines_rejected, $at AS imported_at",
        {"name": TYPED[7], "shop": SHOP_ID, "at": at(20)},
    )
    con.execute(
        "INSERT INTO csv_rejects VALUES ('i1', 4, '個数', '読めません。', NULL)"
    )
    con.execute(
        "INSERT INTO order_refusals VALUES"
        " ('rakuten', $shop, '123456-20260701-0000000099', 'E1', $why, $at, $at, NULL)",
        {"shop": SHOP_ID, "why": TYPED[8], "at": at(3)},
    )
    con.execute(
        "INSERT INTO notices BY NAME SELECT 'n1' AS notice_key, 'rakuten' AS mall,"
        " $shop AS shop_id, '123456-20260701-0000000001' AS order_number,"
        " 'order' AS kind, $at AS received_at, $at AS recorded_at,"
        " $later AS settled_at, 'stored' AS reason, 0 AS looks",
        {"shop": SHOP_ID, "at": at(1), "later": at(2)},
    )


def typed(order: Order) -> Order:
    """The order as a buyer of many words leaves it."""
    line = a_line("11", "1").model_copy(
        update={"choices": TYPED[0], "sku_info": TYPED[0]}
    )
    package = a_package("1", [line]).model_copy(
        update={
            "noshi": TYPED[1],
            "drop_off_location": TYPED[2],
            "pickup_store": TYPED[3],
            "prefecture": TYPED[4] if order.order_number.endswith("5") else "北海道",
        }
    )
    people = (buyer(a_person()), buyer(a_person("1")))
    order = told_whole(
        order.model_copy(update={"packages": (package,), "people": people})
    )
    (package,), (orderer, recipient) = order.packages, order.people
    package = package.model_copy(update={"pickup_store_code": TYPED[12]})
    orderer = orderer.model_copy(
        update={"memo": TYPED[10], "operator": TYPED[6], "mail_note": TYPED[11]}
    )
    return order.model_copy(
        update={
            "gift_wrapping": TYPED[9],
            "packages": (package,),
            "people": (orderer, recipient),
        }
    )


def buyer(person: Person) -> Person:
    """The person with names that stand nowhere else."""
    return person.model_copy(
        update={
            "family_name": "鷹羽根",
            "first_name": "すみれ",
            "family_name_kana": "タカバネ",
            "first_name_kana": "スミレ",
        }
    )
