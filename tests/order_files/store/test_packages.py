"""A package without an id of the mall's keeps its number, recipient and lines."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.buyer import OrderKey
from data.model.matter import MatterKind
from data.model.shipping.short_key import PackageRef
from data.warehouse.buyers import clear_orders
from data.warehouse.matters import matters
from data.warehouse.shipping.labels import record_labels
from tests.order_files.store.addressed import LAYOUTS, MALLS, Seller, To
from tests.order_files.store.made import a_row, store
from tests.support.effort import examples, first
from tests.support.orders import SHOP_ID, at

HANAKO = To("見本", "花子", "架空1-2", "0900001234")
JIRO = To("見本", "次郎", "別1-1", "0900005678")
SABURO = To("架空", "三郎", "遠方3-3", "0900009999")
MODES = ("update", "replace")
OF_PARCELS = {
    "shipments": "'replaced' AS state, 'i' AS import_id,"
    " now() AS imported_at, now() AS changed_at",
    "tracking_exports": "now() AS exported_at, 't.csv' AS file_name",
}
"""What a table of parcels has beside their numbers."""


@pytest.fixture
def seller(con, tmp_path):
    return Seller(con, tmp_path)


@pytest.fixture(params=LAYOUTS)
def any_seller(con, tmp_path, request):
    return Seller(con, tmp_path, request.param)


def kinds(report):
    return {one.kind for one in report.warnings} - {"sum-differs", "total-missing"}


def printed(seller, *baskets):
    """Export the labels of these packages."""
    mall = MALLS[seller.layout]
    shop_id = "123456" if mall == "rakuten" else "mihon"
    refs = [PackageRef(mall, shop_id, seller.number, basket) for basket in baskets]
    record_labels(seller.con, refs, "yamato", at(30))


@first(4)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shown", [HANAKO, JIRO])
def test_a_file_with_fewer_lines_leaves_the_other_packages_alone(
    any_seller, shown, mode
):
    rows = [(HANAKO, "abc"), (JIRO, "zzz")]
    any_seller.take(*rows)
    before = any_seller.packages()

    report = any_seller.take(*(row for row in rows if row[0] == shown), mode=mode)

    assert any_seller.packages() == before
    assert kinds(report) == {"line-missing"}


def test_a_recipient_whom_only_the_second_file_shows_is_a_new_package(any_seller):
    any_seller.take((JIRO, "zzz"))
    report = any_seller.take((HANAKO, "abc"))

    assert any_seller.packages() == {
        "1": ("見本 次郎 別1-1", "zzz"),
        "2": ("見本 花子 架空1-2", "abc"),
    }
    assert kinds(report) == {"line-missing"}


def test_two_who_get_the_same_item_are_two_packages_in_whatever_files(seller):
    seller.take((JIRO, "abc"), (SABURO, "zzz"))
    seller.take((HANAKO, "abc"))

    assert seller.packages() == {
        "1": ("架空 三郎 遠方3-3", "zzz"),
        "2": ("見本 次郎 別1-1", "abc"),
        "3": ("見本 花子 架空1-2", "abc"),
    }


def test_in_part_of_an_order_an_item_of_somebody_else_did_not_move(seller):
    seller.take((HANAKO, "abc"), (HANAKO, "def"), (HANAKO, "ghi"), (JIRO, "zzz"))
    report = seller.take((HANAKO, "def"), (JIRO, "zzz"), (JIRO, "abc"))

    assert seller.packages() == {
        "1": ("見本 次郎 別1-1", "abc", "zzz"),
        "2": ("見本 花子 架空1-2", "abc", "def", "ghi"),
    }
    assert kinds(report) == {"line-missing"}


@first(2)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "corrected",
    [
        {"family": "山本"},
        {"street": "新町9-9"},
        {"phone": "0311112222"},
        {"family": "山本", "street": "新町9-9", "phone": "0311112222"},
    ],
)
def test_a_corrected_address_keeps_its_package(any_seller, corrected, mode):
    any_seller.take((HANAKO, "abc"), (JIRO, "zzz"))
    new = HANAKO.but(**corrected)
    any_seller.take((JIRO, "zzz"), (new, "abc"), mode=mode)

    assert any_seller.packages() == {
        "1": ("見本 次郎 別1-1", "zzz"),
        "2": (f"{new.family} 花子 {new.street}", "abc"),
    }


def test_a_corrected_recipient_of_many_with_one_item_is_told_by_what_stayed(seller):
    seller.take((HANAKO, "abc"), (JIRO, "abc"), (SABURO, "abc"))
    before = seller.packages()
    seller.take((SABURO.but(street="新町9-9"), "abc"))

    assert seller.packages() == before | {"1": ("架空 三郎 新町9-9", "abc")}


def test_two_whose_items_were_swapped_keep_their_packages(seller):
    seller.take((HANAKO, "abc"), (JIRO, "zzz"))
    seller.take((HANAKO.but(street="新町1"), "zzz"), (JIRO.but(street="新町2"), "abc"))

    assert seller.packages() == {
        "1": ("見本 次郎 新町2", "abc"),
        "2": ("見本 花子 新町1", "zzz"),
    }


def test_two_addresses_of_one_person_are_told_by_their_lines(seller):
    office = HANAKO.but(street="会社町5")
    seller.take((HANAKO, "abc"), (office, "zzz"))
    before = seller.packages()
    seller.take((office.but(street="会社町6"), "zzz"))

    assert seller.packages() == before | {"1": ("見本 花子 会社町6", "zzz")}


def test_a_package_with_lines_the_file_lacks_keeps_its_recipient(seller):
    seller.take((HANAKO, "abc"), (HANAKO, "def"), (JIRO, "zzz"))
    report = seller.take((HANAKO.but(street="新町9-9"), "abc"))

    assert seller.packages() == {
        "1": ("見本 次郎 別1-1", "zzz"),
        "2": ("見本 花子 架空1-2", "def"),
        "3": ("見本 花子 新町9-9", "abc"),
    }
    assert kinds(report) == {"line-missing"}


def test_a_line_sent_to_a_known_recipient_moves_and_an_empty_package_goes(seller):
    seller.take((HANAKO, "abc"), (JIRO, "zzz"))
    seller.take((HANAKO, "abc"), (HANAKO, "zzz"))

    assert seller.packages() == {"2": ("見本 花子 架空1-2", "abc", "zzz")}


def test_the_same_item_for_another_in_a_part_of_the_order_is_another_piece(seller):
    seller.take((HANAKO, "abc"), (JIRO, "zzz"))
    report = seller.take((JIRO, "abc"))

    assert seller.packages() == {
        "1": ("見本 次郎 別1-1", "abc", "zzz"),
        "2": ("見本 花子 架空1-2", "abc"),
    }
    assert kinds(report) == {"line-missing"}


def test_a_line_sent_to_a_new_recipient_moves(seller):
    seller.take((HANAKO, "abc"), (HANAKO, "def"))
    seller.take((HANAKO, "abc"), (SABURO, "def"))

    assert seller.packages() == {
        "1": ("見本 花子 架空1-2", "abc"),
        "2": ("架空 三郎 遠方3-3", "def"),
    }


def test_a_changed_price_takes_no_line_out_of_a_package_the_file_lacks(seller):
    seller.take((HANAKO, "abc", 1000), (JIRO, "abc", 1100), (SABURO, "zzz"))
    before = seller.packages()
    seller.take((HANAKO, "abc", 1100))

    assert seller.packages() == before


def test_a_number_that_a_label_bore_is_not_given_again(seller):
    seller.take((HANAKO, "abc"), (JIRO, "zzz"))
    printed(seller, "1", "2")
    seller.take((JIRO, "abc"), (JIRO, "zzz"))
    seller.take((JIRO, "abc"), (JIRO, "zzz"), (SABURO, "new"))

    assert seller.packages() == {
        "1": ("見本 次郎 別1-1", "abc", "zzz"),
        "3": ("架空 三郎 遠方3-3", "new"),
    }


@pytest.mark.parametrize("table", ["shipments", "tracking_exports"])
def test_a_number_that_a_parcel_left_under_is_not_given_again(seller, table):
    seller.take((HANAKO, "abc"), (JIRO, "zzz"))
    seller.con.execute(
        f"""INSERT INTO {table} BY NAME SELECT
            'futureshop' AS mall, 'mihon' AS shop_id, $1 AS order_number,
            '2' AS basket_id, '400000000005' AS tracking_number,
            '1001' AS carrier_code, DATE '2026-07-01' AS shipping_date,
            {OF_PARCELS[table]}""",
        [seller.number],
    )
    seller.take((JIRO, "abc"), (JIRO, "zzz"))
    seller.take((JIRO, "abc"), (JIRO, "zzz"), (SABURO, "new"))

    assert [*seller.packages()] == ["1", "3"]


@first(2)
@pytest.mark.parametrize("corrected", [{"family": "山本"}, {"street": "新町9-9"}])
def test_a_printed_label_whose_recipient_changed_is_told(any_seller, corrected):
    rows = [(HANAKO, "abc"), (JIRO, "zzz")]
    any_seller.take(*rows)
    printed(any_seller, "1", "2")
    assert kinds(any_seller.take(*rows)) == set()

    report = any_seller.take((HANAKO.but(**corrected), "abc"), (JIRO, "zzz"))

    (said,) = [one for one in report.warnings if one.kind == "label-outdated"]
    assert "送付先 1 件" in said.text
    assert "対処: " in said.text


def test_a_printed_label_whose_package_went_is_told(seller):
    seller.take((HANAKO, "abc"), (JIRO, "zzz"))
    printed(seller, "1")
    report = seller.take((HANAKO, "abc"), (HANAKO, "zzz"))

    assert kinds(report) == {"label-outdated"}


@pytest.mark.parametrize(
    ("cell", "value"), [("phone", "0311112222"), ("street", "架空　１-２")]
)
def test_a_printed_label_is_good_where_it_still_goes_to_the_same_door(
    seller, cell, value
):
    seller.take((HANAKO, "abc"), (JIRO, "zzz"))
    printed(seller, "1", "2")
    report = seller.take((HANAKO.but(**{cell: value}), "abc"), (JIRO, "zzz"))

    assert kinds(report) == set()


def test_a_label_that_was_not_printed_is_no_matter(seller):
    seller.take((HANAKO, "abc"), (JIRO, "zzz"))
    printed(seller, "1")
    report = seller.take((HANAKO.but(street="新町9-9"), "abc"), (JIRO, "zzz"))

    assert kinds(report) == set()


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        ({"delivery_on": date(2026, 12, 1)}, {"delivery_on": date(2026, 12, 9)}, True),
        ({"delivery_on": date(2026, 12, 1)}, {"no_delivery_on": True}, True),
        ({}, {"delivery_slot_name": "14時〜16時"}, True),
        ({"delivery_slot_name": "午前中"}, {"delivery_slot_name": "指定なし"}, True),
        ({"delivery_slot_name": "指定なし"}, {"delivery_slot_name": "午前中"}, True),
        ({}, {"delivery_slot_name": "指定しない"}, False),
        ({"delivery_slot": 1416}, {"delivery_slot_name": "14時〜16時"}, False),
        ({"payment_method": "代引"}, {"payment_method": "銀行振込"}, True),
        ({"payment_method": "代引"}, {"request_total": 900}, True),
        ({"payment_method": "カード"}, {"payment_method": "銀行振込"}, False),
        ({"payment_method": "代引"}, {"payment_method": "webコレクト"}, True),
        ({}, {"delivery_method": "クール便(冷凍)"}, True),
        ({"delivery_method": "クール便"}, {"delivery_method": "冷凍便"}, True),
        ({"delivery_method": "クール便"}, {"delivery_method": "ﾁﾙﾄﾞ便"}, False),
        ({"delivery_method": "クール便"}, {"delivery_method": "宅配便"}, False),
    ],
)
def test_a_printed_label_of_another_time_or_amount_is_told(con, before, after, is_told):
    """The parcel came at the old time, or was not paid for at the door.

    It is told until it is printed anew, whatever the next file brings.
    """
    package = PackageRef("rakuten", SHOP_ID, "A", "b")
    store(con, a_row(**({"request_total": 1000} | before)))
    record_labels(con, [package], "yamato", at(10))
    report = store(con, a_row(**after), minute=11)
    store(con, a_row(**after, noshi="御祝"), minute=12)
    told = matters(con, MatterKind.PARCEL_TO_STOP)
    record_labels(con, [package], "yamato", at(13))

    assert ("label-outdated" in kinds(report)) is is_told
    assert [one.since for one in told] == [at(11)] * is_told
    assert matters(con, MatterKind.PARCEL_TO_STOP) == []


def test_a_printed_label_is_told_where_the_mall_names_the_package_too(con):
    store(con, a_row(recipient_city="能登"))
    record_labels(con, [PackageRef("rakuten", SHOP_ID, "A", "b")], "yamato", at(10))
    report = store(con, a_row(recipient_city="加賀"), minute=11)

    assert kinds(report) == {"label-outdated"}


@first()
@pytest.mark.parametrize("mode", MODES)
def test_people_who_were_cleared_stay_away_and_packages_keep_their_lines(
    any_seller, mode
):
    rows = [(HANAKO, "abc"), (JIRO, "zzz"), (SABURO, "zzz")]
    any_seller.take(*rows)
    mall = MALLS[any_seller.layout]
    shop_id = "123456" if mall == "rakuten" else "mihon"
    order = OrderKey(mall, shop_id, any_seller.number)
    clear_orders(any_seller.con, [order], why="term", who="店長", at=at(20))
    cleared = any_seller.packages()
    assert sorted(cleared.values()) == [("", "abc"), ("", "zzz"), ("", "zzz")]

    for shown in (rows, rows[:1], rows[1:2], rows[::-1]):
        any_seller.take(*shown, mode=mode)
        assert any_seller.packages() == cleared

    any_seller.take((HANAKO.but(street="新町9-9"), "abc"), *rows[1:], mode=mode)
    assert any_seller.packages() == cleared


def test_part_of_a_package_of_a_cleared_order_doubles_no_line(seller):
    seller.take((HANAKO, "abc"), (HANAKO, "def"), (JIRO, "zzz"))
    order = OrderKey("futureshop", "mihon", seller.number)
    clear_orders(seller.con, [order], why="term", who="店長", at=at(20))
    cleared = seller.packages()
    seller.take((HANAKO, "def"))

    assert seller.packages() == cleared


PEOPLE = (
    HANAKO,
    To("見本", "花子", "会社町5", "0900002222"),
    To("見本", "太郎", "架空1-2", "0900003333"),
    JIRO,
)
"""One person with two addresses, and two people at one."""
HELD = (("abc",), ("abc", "def"), ("abc",), ("zzz", "abc"))
LATER = (SABURO, ("new", "abc"))
"""Somebody whom the first file does not show."""
EDITS = ("", "", "", "family", "street", "phone")
steps = st.lists(
    st.tuples(
        st.permutations(range(len(PEOPLE) + 1)),
        st.integers(1, len(PEOPLE) + 1),
        st.tuples(*[st.sampled_from(EDITS)] * (len(PEOPLE) + 1)),
        st.tuples(*[st.booleans()] * (len(PEOPLE) + 1)),
        st.sampled_from(MODES),
    ),
    max_size=6,
)
"""Who is shown, in which order, what of each is corrected, whether with all lines."""


def play(seller, history):
    """Import the files of an order; after each, every recipient has what is its own."""
    who, held = [*PEOPLE, LATER[0]], [*HELD, LATER[1]]
    seller.take(
        *((to, item) for to, items in zip(PEOPLE, HELD, strict=True) for item in items)
    )
    numbers = {basket: one[0] for basket, one in seller.packages().items()}
    own = {name(to): basket for to in PEOPLE for basket in numbered(numbers, to)}
    packages = {at_: own[name(to)] for at_, to in enumerate(PEOPLE)}
    lines = line_ids(seller)
    for step, (order, many, edits, whole, mode) in enumerate(history):
        rows = []
        for at_ in order[:many]:
            if edits[at_] and at_ in packages:
                who[at_] = who[at_].but(**{edits[at_]: CORRECTED[edits[at_]](step)})
            all_shown = whole[at_] or edits[at_] or at_ not in packages
            items = held[at_] if all_shown else held[at_][:1]
            rows += [(who[at_], item) for item in items]
            packages.setdefault(at_, str(len(PEOPLE) + 1))
        seller.take(*rows, mode=mode)
        assert seller.packages() == {
            basket: (name(who[at_]), *sorted(held[at_]))
            for at_, basket in packages.items()
        }
        now = line_ids(seller)
        assert {line: now.get(line) for line in lines} == lines
        lines = now


CORRECTED = {
    "family": lambda step: "山川木田森林"[step],
    "street": lambda step: f"新町{step}",
    "phone": lambda step: f"031111000{step}",
}


def name(to):
    return f"{to.family} {to.first} {to.street}"


def numbered(numbers, to):
    return [basket for basket, whose in numbers.items() if whose == name(to)]


def line_ids(seller):
    rows = seller.con.execute(
        "SELECT line_id, basket_id, sku FROM order_lines WHERE order_number = $number",
        {"number": seller.number},
    ).fetchall()
    return {line: rest for line, *rest in rows}


@given(history=steps, layout=st.sampled_from(LAYOUTS))
@examples(10, derandomize=True)
def test_any_files_of_an_order_keep_recipient_package_and_lines_together(
    shared, tmp_path, history, layout
):
    shared.begin()
    try:
        play(Seller(shared, tmp_path, layout), history)
    finally:
        shared.rollback()
