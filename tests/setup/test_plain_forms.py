"""Forms without "or None": what becomes of each kind of parameter."""

from datetime import date, datetime
from pathlib import Path

import pytest
from prefect import flow
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import ValidationError, validate

from data.model.japan_time import JST
from data.model.typed.time import TimeRefused, day_of, last_moment_of, moment_of
from flows.adjust_stock import adjust_stock
from flows.export_shipping_labels import export_shipping_labels
from flows.export_tracking import export_tracking
from flows.forget_buyer import forget_buyer
from flows.import_costs import import_costs
from flows.import_order_csv import import_order_csv
from flows.import_shipments import import_shipments
from flows.import_stock_count import import_stock_count
from flows.ingest_orders import ingest_orders
from flows.onboard_shop import onboard_shop
from flows.ship_without_number import ship_without_number
from flows.update_sub_status import update_sub_status
from flows.why_oversold import why_oversold
from tasks.forms.every_flow import AnyShop
from tasks.forms.orders import Since
from tasks.forms.refused_values import ValueRefused
from tasks.forms.shops import NextStage, StartOn
from tasks.forms.stock import CountedAt
from tasks.setup.plain_forms import plain_schema


def of(function) -> dict:
    return parameter_schema(function).model_dump(mode="json")


def asked(
    shop: AnyShop = None,
    since: Since = None,
    day: StartOn = None,
    numbers: list[int] | None = None,
    stage: NextStage = None,
    both: int | str | None = None,
    path: str = "",
) -> None:
    """Ask for everything."""


def test_what_may_be_none_is_shown_as_its_other_type():
    before, after = (
        schema["properties"] for schema in (of(asked), plain_schema(of(asked), []))
    )
    plain = ("shop", "since", "day", "numbers")

    assert all("anyOf" in before[name] for name in plain)
    assert {name: after[name]["type"] for name in plain} == {
        "shop": "string",
        "since": "string",
        "day": "string",
        "numbers": "array",
    }
    assert "format" not in after["since"], "the picker's times are UTC"
    assert after["day"]["format"] == "date"
    assert after["since"]["title"] == before["since"]["title"] == "開始日時"
    assert all("default" not in after[name] for name in plain)
    assert {name: after[name] for name in ("stage", "both", "path")} == {
        name: before[name] for name in ("stage", "both", "path")
    }


@pytest.mark.parametrize(
    ("called", "given", "taken"),
    [
        (import_order_csv, {"shop": 10001}, {"shop": "10001"}),
        (import_order_csv, {"path": Path("a.csv")}, {"path": "a.csv"}),
        (import_order_csv, {"path": [Path("a"), "b"]}, {"path": ["a", "b"]}),
        (why_oversold, {"shop": "x", "sku": 4901234567894}, {"sku": "4901234567894"}),
        (forget_buyer, {"order_number": 1001}, {"order_number": "1001"}),
        (update_sub_status, {"shop": 10, "sub_status": 1001}, {"sub_status": "1001"}),
        (ship_without_number, {"shop": "x", "order_numbers": 1001}, {}),
    ],
)
def test_digits_and_paths_are_text_where_text_is_meant(called, given, taken):
    """`prefect deployment run -p shop=10001` sends a number."""
    assert taken.items() <= called.validate_parameters(given).items()


@pytest.mark.parametrize("typed", [20261124, "20261124", "2026/11/24"])
def test_a_day_in_digits_is_that_day_and_no_seconds_since_1970(typed):
    """A count was booked for 1970, and every order since then lowered it."""
    given = {"path": "a.csv", "shop": "lab", "counted_at": typed}
    taken = import_stock_count.validate_parameters({**given, "who": "倉庫"})
    day = flow(asked).validate_parameters({"day": typed})["day"]

    assert moment_of(taken["counted_at"], "") == datetime(2026, 11, 24, tzinfo=JST)
    assert day_of(day, "") == date(2026, 11, 24)


@pytest.mark.parametrize(
    "typed",
    [
        "2026/7/1 9:05:30",  # as RMS's screens and Excel show a time
        "2026年7月1日 9時5分30秒",
        "２０２６－０７－０１　０９：０５：３０",
    ],
)
def test_a_time_with_seconds_is_read_in_every_form(typed):
    moment = datetime(2026, 7, 1, 9, 5, 30, tzinfo=JST)
    assert moment_of(typed, "") == moment


@pytest.mark.parametrize(
    ("typed", "last"),
    [
        (date(2024, 2, 29), (29, 23, 59, 59)),
        ("2024/2/29", (29, 23, 59, 59)),
        (20240229, (29, 23, 59, 59)),
        ("2024-02-29 00:00", (29, 0, 0, 0)),
        (datetime(2024, 2, 29, tzinfo=JST), (29, 0, 0, 0)),
        ("2024-02-28T15:00:00Z", (29, 0, 0, 0)),
    ],
)
def test_up_to_a_day_means_up_to_its_end(typed, last):
    taken = ingest_orders.validate_parameters({"until": typed})["until"]

    assert last_moment_of(taken, "") == datetime(2024, 2, *last, tzinfo=JST)


@pytest.mark.parametrize("typed", [2026, 20261.5])
def test_a_number_that_is_no_day_is_refused(typed):
    taken = flow(asked).validate_parameters({"since": typed})["since"]
    with pytest.raises(TimeRefused, match="対処"):
        moment_of(taken, "期間の開始")


def test_numbers_of_digits_and_empty_fields_are_taken_in_a_line_to_adjust():
    """`-p adjustments='[{"order_number": 501, …}]'`: order numbers of カラーミー."""
    line = {"order_number": 501, "line_id": 1, "quantity": 2}
    whole = {"order_number": "502", "line_id": "", "mall": ""}
    given = {"shop": "mihon", "adjustments": [line, whole]}
    one, other = adjust_stock.validate_parameters(given)["adjustments"]

    assert (one.order_number, one.line_id, one.quantity) == ("501", "1", 2)
    assert (other.line_id, other.mall) == (None, None)


@pytest.mark.parametrize(
    ("called", "given", "blank"),
    [
        (import_order_csv, {"path": None, "mall": None}, ("path", "mall")),
        (import_order_csv, {"shop": "demo", "item_path": None}, ("item_path",)),
        (forget_buyer, {"order_number": "1", "mail": None}, ("mail",)),
        (
            forget_buyer,
            {"mail": "a@b.example", "order_number": None},
            ("order_number",),
        ),
        (adjust_stock, {"shop": None, "who": None, "note": None}, ("shop", "who")),
        (onboard_shop, {"shop": "demo", "second_mail": None}, ("second_mail",)),
    ],
)
def test_none_is_a_text_left_empty(called, given, blank):
    """Callers in Python say None of what they leave out; it was refused in English."""
    taken = called.validate_parameters(given)

    assert [taken[name] for name in blank] == [""] * len(blank)


@pytest.mark.parametrize(
    ("called", "given"),
    [
        (import_order_csv, {"path": "~/a.csv", "item_path": "~/b.csv"}),
        (import_order_csv, {"path": ["~/a.csv"]}),
        (import_shipments, {"path": "~/a.csv", "carrier": "yamato", "shop": "x"}),
        (export_shipping_labels, {"path": "~/out", "carrier": "yamato", "shop": "x"}),
        (export_tracking, {"path": "~/out", "mall": "yahoo", "shop": "x"}),
        (import_stock_count, {"path": "~/a.csv", "shop": "x"}),
        (import_costs, {"path": "~/a.csv"}),
        (onboard_shop, {"shop": "x", "second_mail_path": "~/a.eml"}),
    ],
)
def test_a_path_may_begin_with_the_users_folder(called, given):
    """Labels went into a folder named `~` in the project."""
    taken = called.validate_parameters(given)
    paths = [f"{taken[name]}" for name in given if "path" in name]

    assert [one for one in paths if "~" in one or f"{Path.home()}" not in one] == []


def test_none_of_a_shop_is_every_shop():
    taken = ingest_orders.validate_parameters({"shop": None, "since": None})

    assert (taken["shop"], taken["since"]) == (None, None)


def test_a_pair_of_files_may_be_a_tuple_of_paths():
    pair = (Path("order.csv"), "item.csv")
    taken = import_order_csv.validate_parameters({"path": pair})

    assert taken["path"] == ["order.csv", "item.csv"]


def test_what_is_no_text_stays_refused():
    with pytest.raises(ValueRefused, match="「店舗」: 文字で"):
        import_order_csv.validate_parameters({"shop": True})


def test_the_server_takes_none_for_it_all_the_same():
    schema = plain_schema(of(asked), [])
    none = {"shop": None, "since": None, "day": None, "numbers": None, "stage": None}

    assert validate(none, schema, raise_on_error=True) == []
    assert validate({"shop": "demo"}, schema, raise_on_error=True) == []


def test_the_second_file_stands_beside_the_first():
    fields = plain_schema(of(import_order_csv.fn), [])["properties"]
    in_order = sorted(fields, key=lambda name: fields[name]["position"])

    assert in_order[:3] == ["path", "item_path", "mall"]


def test_what_is_asked_for_is_asked_for_once():
    schema = plain_schema(of(asked), ["path"])

    assert schema["required"] == ["path"]
    assert plain_schema(schema, ["path"]) == schema
    with pytest.raises(ValidationError, match="'path' is a required property"):
        validate({}, schema, raise_on_error=True)


def emptied(
    shop: AnyShop = None, at: CountedAt = None, day: StartOn = None
) -> tuple[str | None, datetime | None, date | None]:
    return shop, at, day


def test_a_field_that_was_emptied_counts_as_left_empty():
    checked = flow(emptied).validate_parameters({"shop": "", "at": "", "day": ""})

    assert checked == {"shop": None, "at": None, "day": None}
