"""Import what goods cost, or what malls keep of a sale."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.analytics.publish import MAY_CHANGE
from tasks.costs import conclude_costs, import_cost_file
from tasks.forms.every_flow import Who
from tasks.forms.stock import PathOfCosts


@flow(
    name="import-costs",
    **MAY_CHANGE,
)
def import_costs(path: PathOfCosts, who: Who = "担当者") -> State[Any]:
    """Store a file of costs or fees, for the margin that analysts see.

    The header tells which of the two it is. The file is stored whole or not at all; the
    same SKU or shop with the same first day takes the place of the one before.
    """
    return conclude_costs(import_cost_file(path, who, return_state=True))
