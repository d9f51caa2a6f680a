"""Adjust stock by hand for the orders that an order file created."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import OneShop
from tasks.forms.stock import Adjustments, Note, SettledBefore, WhoDecided
from tasks.stock.adjust import (
    adjustments_of,
    as_seen,
    book_adjustments,
    conclude_adjustment,
    need_one_choice,
    need_signature,
    new_adjustment,
    nothing_waits,
    settled_before,
    waiting_lines,
)
from tasks.stock.adjust_form import ask_person, decided, kept_lines, still_as_shown


@flow(
    name="adjust-stock",
    flow_run_name="adjust-stock-{shop}",
    **MAY_CHANGE,
)
def adjust_stock(
    shop: OneShop,
    adjustments: Adjustments = None,
    who: WhoDecided = "",
    note: Note = "",
    before: SettledBefore = None,
) -> State[Any]:
    """Book what a person decided on waiting lines, each once, with who and why.

    Without values the run is suspended, and its page shows a form that lists the
    waiting lines; without an answer it ends Failed and changes nothing. A line that no
    longer waits, or is not what was shown, is left alone, and the run ends Failed
    and names it; the others are booked. With a day, every line whose order was placed
    before it waits no more, and no stock moves.
    """
    need_one_choice(adjustments, before)
    if adjustments is not None or before is not None:
        need_signature(who, note)
    shown = waiting = waiting_lines(shop)
    if adjustments is not None:
        chosen = adjustments_of(adjustments, waiting, shop)
        shown = as_seen(adjustments, waiting)
    elif before is not None:
        chosen = settled_before(before, waiting)
    elif shown := kept_lines(waiting):
        form = ask_person(shown)
        chosen, who, note = decided(form, shown), form.who, form.note
    else:
        return nothing_waits()
    chosen, changed = still_as_shown(chosen, shown, waiting)
    adjusted = book_adjustments(chosen, new_adjustment(), who, note)
    return conclude_adjustment(adjusted, changed, len(waiting_lines(shop)))
