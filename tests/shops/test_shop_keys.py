"""Keys and applications in the warehouse: known again, and never in the file."""

from datetime import date, timedelta

from data.model.shops.application import application_mail
from data.model.shops.connection import ConnectionStatus
from data.model.shops.licence import end_of
from data.warehouse.session import warehouse
from data.warehouse.shops import (
    facts_of,
    key_facts,
    last_warned,
    record_application,
    record_connection,
    record_key,
    record_sent,
    record_warning,
)
from tests.shops.life import FIRST_END, SECOND_END, live, row
from tests.shops.made import (
    PERSONAL,
    SHOP,
    a_shop,
    an_application,
    at,
)

A_DAY = timedelta(days=1)


def test_a_key_keeps_the_moment_it_was_first_seen(con):
    assert record_key(con, a_shop(), at(0)) == at(0)
    assert record_key(con, a_shop(" SL0000_invented "), at(20)) == at(0)
    assert record_key(con, a_shop("SL1111_invented"), at(30)) == at(30)


def test_what_rms_told_of_the_end_counts_more_than_what_was_typed(con):
    record_key(con, a_shop(last_day=date(2026, 12, 1)), at(0))
    assert facts_of(con, SHOP).license_expires_at == end_of(date(2026, 12, 1))

    record_connection(con, a_shop(), ConnectionStatus.OK, at(1), SECOND_END)
    record_connection(con, a_shop(), ConnectionStatus.MAINTENANCE, at(2))

    assert facts_of(con, SHOP).license_expires_at == SECOND_END
    assert row(con)[1:] == ("maintenance", at(2), SECOND_END)


def test_a_typed_end_counts_no_more_once_rms_took_the_key_after_it(con):
    """A new key's block often keeps the former key's date: it stopped every call."""
    former = a_shop(last_day=at(0).date())
    record_connection(con, former, ConnectionStatus.OK, at(0))
    assert facts_of(con, SHOP).license_expires_at == end_of(at(0).date())

    tomorrow = end_of(at(0).date()) + timedelta(minutes=1)
    record_connection(con, former, ConnectionStatus.FUNCTION, tomorrow)
    record_connection(con, former, ConnectionStatus.MAINTENANCE, tomorrow + A_DAY)

    assert facts_of(con, SHOP).license_expires_at is None
    assert key_facts(con, former, tomorrow + A_DAY).expires_at is None

    corrected = a_shop(last_day=(tomorrow + 9 * A_DAY).date())
    record_key(con, corrected, tomorrow + A_DAY)
    assert facts_of(con, SHOP).license_expires_at == end_of(
        (tomorrow + 9 * A_DAY).date()
    )


def test_a_new_key_does_not_inherit_the_old_ones_end(con):
    record_key(con, a_shop(), at(0))
    record_key(con, a_shop("SL1111_invented", None), at(1))

    assert facts_of(con, SHOP).license_expires_at is None
    assert row(con)[3] is None


def test_warnings_are_remembered_per_end_of_a_key(con):
    assert last_warned(con, SHOP, FIRST_END) is None

    record_warning(con, SHOP, FIRST_END, 30, at(0))
    record_warning(con, SHOP, FIRST_END, 14, at(1))
    record_warning(con, SHOP, FIRST_END, 14, at(2))

    assert last_warned(con, SHOP, FIRST_END) == 14
    assert last_warned(con, SHOP, SECOND_END) is None
    assert last_warned(con, "zweite", FIRST_END) is None


def test_the_same_application_again_is_one_row_and_tells_when_it_was_sent(con):
    application = an_application()
    mail = application_mail(application)
    assert record_application(con, SHOP, application, mail, at(0)) is None
    record_sent(con, SHOP, mail, at(1))
    record_sent(con, SHOP, mail, at(5))

    assert record_application(con, SHOP, application, mail, at(9)) == at(1)
    assert con.execute("SELECT count(*) FROM shop_applications").fetchone() == (1,)
    assert facts_of(con, SHOP).application_made_at == at(9)


def test_another_application_has_not_been_sent(con):
    first, second = an_application(), an_application(contact_name="見本 次郎")
    record_application(con, SHOP, first, application_mail(first), at(0))
    record_sent(con, SHOP, application_mail(first), at(1))

    assert (
        record_application(con, SHOP, second, application_mail(second), at(2)) is None
    )


def test_no_byte_of_the_file_is_a_person_or_a_key(tmp_path):
    with warehouse(tmp_path / "juchu.duckdb") as con:
        live(con)
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("juchu*"))

    secrets = [*PERSONAL, "SP0000_invented", "SL0000_invented"]
    assert "見本茶舗".encode() in written
    assert [text for text in secrets if text.encode() in written] == []
