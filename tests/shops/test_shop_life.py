"""A shop's moves in the warehouse: all are kept, and facts decide."""

from datetime import timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.shops.connection import ConnectionStatus
from data.model.shops.onboarding import (
    WAY,
    ShopFacts,
    Stage,
    StageRefused,
    StageStep,
    Standing,
    replay,
)
from data.warehouse.shops import (
    facts_of,
    move_stage,
    record_connection,
    record_key,
    stage_history,
    stage_of,
    stages_now,
)
from tests.shops.life import FIRST_END, SECOND_END, live, row
from tests.shops.made import (
    SHOP,
    a_shop,
    a_step,
    at,
)
from tests.support.effort import examples

tries_of_moves = st.lists(
    st.tuples(st.sampled_from(Stage), st.sampled_from(ConnectionStatus), st.booleans()),
    max_size=12,
)


def test_a_shop_walks_from_its_application_to_live(con):
    live(con)

    assert [step.stage for step in stage_history(con, SHOP)] == list(WAY)
    assert stage_of(con, SHOP) == Standing(Stage.LIVE, at(10))
    assert row(con) == ("稼働中", "ok", at(6), FIRST_END)


def test_a_history_read_back_is_the_one_that_was_written(con):
    step = a_step(Stage.PREPARING, 3, who="店長", why="出店 'quote' 100%")
    move_stage(con, SHOP, step)

    assert stage_history(con, SHOP) == [step]


def test_a_refused_move_writes_nothing(con):
    move_stage(con, SHOP, a_step(Stage.PREPARING, 0))

    with pytest.raises(StageRefused, match="申請メールがまだ"):
        move_stage(con, SHOP, a_step(Stage.APPLIED, 1))

    assert len(stage_history(con, SHOP)) == 1


def test_a_shop_is_known_by_its_stage_before_its_number_is_known(con):
    move_stage(con, SHOP, a_step(Stage.PREPARING, 0))

    assert row(con) is None
    assert stages_now(con) == {SHOP: Stage.PREPARING}


def test_the_shops_row_shows_the_stage_as_soon_as_there_is_a_row(con):
    move_stage(con, SHOP, a_step(Stage.PREPARING, 0))
    record_key(con, a_shop(), at(1))

    assert row(con)[0] == "申請準備"


def test_one_shop_moves_and_another_stays(con):
    move_stage(con, SHOP, a_step(Stage.PREPARING, 0))
    move_stage(con, "zweite", a_step(Stage.PREPARING, 0))
    move_stage(con, "zweite", a_step(Stage.STOPPED, 1))

    assert stages_now(con) == {SHOP: Stage.PREPARING, "zweite": Stage.STOPPED}


def test_a_shop_nobody_knows_has_no_stage_and_no_facts(con):
    assert stage_of(con, SHOP) is None
    assert facts_of(con, SHOP) == ShopFacts()


def test_an_ended_licence_is_left_by_a_new_key_that_works(con):
    live(con)
    over = FIRST_END + timedelta(minutes=1)
    move_stage(con, SHOP, a_step(Stage.EXPIRED).model_copy(update={"at": over}))
    back = a_step(Stage.LIVE).model_copy(update={"at": over + timedelta(hours=1)})
    with pytest.raises(StageRefused, match="期限が切れて"):
        move_stage(con, SHOP, back)

    new = a_shop("SL1111_invented", SECOND_END.date())
    record_connection(con, new, ConnectionStatus.OK, over + timedelta(minutes=40))
    move_stage(con, SHOP, back)

    assert stage_of(con, SHOP).stage is Stage.LIVE


def test_a_check_with_the_old_key_does_not_speak_for_the_new_one(con):
    record_connection(con, a_shop(), ConnectionStatus.OK, at(0), FIRST_END)
    new = a_shop("SL1111_invented", SECOND_END.date())
    record_key(con, new, at(5))
    move_stage(con, SHOP, a_step(Stage.KEY_REGISTERED, 6))

    with pytest.raises(StageRefused, match="このライセンスキーでの接続チェックがまだ"):
        move_stage(con, SHOP, a_step(Stage.CONNECTED, 7))


def test_the_table_takes_every_stage_and_no_other_word(con):
    told = con.execute(
        "SELECT string_agg(constraint_text, ' ') FROM duckdb_constraints() "
        "WHERE table_name = 'shop_stages' AND constraint_type = 'CHECK'"
    ).fetchall()[0][0]
    assert [stage for stage in Stage if f"'{stage}'" not in told] == []

    with pytest.raises(duckdb.ConstraintException), con.cursor() as other:
        other.execute(
            "INSERT INTO warehouse.shop_stages VALUES ('s', 1, '休業', now(), 'w', 'y')"
        )


def test_whatever_is_tried_the_file_tells_the_same_history(con):
    @examples(6, derandomize=True)
    @given(tries_of_moves)
    def hold(tries):
        known = con.execute("SELECT DISTINCT shop FROM shop_keys").fetchall()
        own = a_shop().model_copy(update={"handle": f"shop-{len(known)}"})
        assert tried(con, own, tries) == stage_history(con, own.handle)

    hold()


def tried(con, shop, tries) -> list[StageStep]:
    """Try moves and checks one after the other; give the moves that were taken."""
    record_key(con, shop, at(0))
    taken = []
    for minute, (stage, found, checks) in enumerate(tries):
        if checks:
            record_connection(con, shop, found, at(minute), FIRST_END)
        step = a_step(stage, minute)
        try:
            standing = move_stage(con, shop.handle, step)
        except StageRefused:
            continue
        taken.append(step)
        assert standing == replay(taken)
    return taken
