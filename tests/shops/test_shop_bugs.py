"""Damage is found by a check, and a bug in the SQL by a test."""

from datetime import date

import pytest

from data.model.shops.application import application_mail
from data.model.shops.connection import ConnectionStatus
from data.model.shops.onboarding import (
    WAY,
    StageRefused,
)
from data.warehouse.invariants import violations
from data.warehouse.shops import (
    facts_of,
    last_warned,
    record_application,
    record_connection,
    record_key,
    record_sent,
    record_warning,
    stage_history,
)
from tests.shops.life import FIRST_END, SECOND_END, live, row
from tests.shops.made import (
    SHOP,
    a_shop,
    an_application,
    at,
)
from tests.support.effort import first
from tests.support.planted import caught, planted_sql
from tests.support.rules import broken_rules

DAMAGE = {
    "shop_history_is_whole": [
        "DELETE FROM shop_stages WHERE step = 2",
        "UPDATE shop_stages SET moved_at = moved_at - INTERVAL 1 DAY WHERE step = 5",
        "UPDATE shop_stages SET stage = '申請準備' WHERE step = 2",
    ],
    "shop_stage_is_its_last_step": [
        "UPDATE shops SET stage = '停止'",
        "DELETE FROM shop_stages",
    ],
}


@first(2)
@pytest.mark.parametrize(
    ("rule", "statement"), [(rule, each) for rule in DAMAGE for each in DAMAGE[rule]]
)
def test_a_planted_damage_is_found(spoilt, rule, statement):
    live(spoilt)
    spoilt.execute(statement)

    assert rule in [violation.rule for violation in violations(spoilt)]
    assert broken_rules(spoilt) == violations(spoilt)


PLANTED = {
    "the stage of the row is left behind": (
        "set_shop_stage",
        "shops.shop = $shop",
        "shops.shop = $shop || '-'",
    ),
    "moves are not numbered on": ("insert_shop_step", "max(step), 0", "min(step), 0"),
    "history is read backwards": ("list_shop_steps", "BY step", "BY step DESC"),
    "the old key's end is kept": (
        "find_shop_facts",
        "ORDER BY last_seen_at DESC",
        "ORDER BY last_seen_at",
    ),
    "a key is new every time": (
        "upsert_shop_key",
        "    last_seen_at     =",
        "    first_seen_at = excluded.first_seen_at, last_seen_at =",
    ),
    "a typed date beats RMS's": (
        "find_shop_facts",
        "    key.told_expires_at,\n    key.typed_expires_at,",
        "    key.typed_expires_at,\n    key.told_expires_at,",
    ),
    "an urgent warning is forgotten": ("find_shop_warning", "min(days)", "max(days)"),
    "the second sending overwrites the first": (
        "mark_shop_application_sent",
        "coalesce(sent_at, $sent_at)",
        "$sent_at",
    ),
}


def everything_holds(con) -> None:
    """The life of one shop with a key change, and what must be true after it."""
    live(con)
    assert violations(con) == []
    assert row(con)[0] == "稼働中"
    assert [step.stage for step in stage_history(con, SHOP)] == list(WAY)
    assert facts_of(con, SHOP).license_expires_at == FIRST_END
    record_connection(
        con, a_shop(last_day=date(2026, 12, 1)), ConnectionStatus.OK, at(11)
    )
    assert facts_of(con, SHOP).license_expires_at == FIRST_END
    assert record_key(con, a_shop(), at(12)) == at(4)
    record_key(con, a_shop("SL1111_invented", SECOND_END.date()), at(13))
    assert facts_of(con, SHOP).license_expires_at == SECOND_END
    record_warning(con, SHOP, FIRST_END, 30, at(13))
    record_warning(con, SHOP, FIRST_END, 7, at(14))
    assert last_warned(con, SHOP, FIRST_END) == 7
    application = an_application()
    mail = application_mail(application)
    record_sent(con, SHOP, mail, at(15))
    record_sent(con, SHOP, mail, at(16))
    assert record_application(con, SHOP, application, mail, at(17)) == at(15)


def test_the_life_that_would_show_a_bug_holds(con):
    everything_holds(con)


@first()
@pytest.mark.parametrize("bug", PLANTED)
def test_each_planted_bug_is_caught(spoilt, bug):
    name, old, new = PLANTED[bug]

    with planted_sql(name, old, new), caught(StageRefused):
        everything_holds(spoilt)
