"""接続チェック: whether each shop's keys work, and until when."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import AnyShop
from tasks.forms.shops import CheckSample, SampleNumbers
from tasks.runs.limits import one_caller
from tasks.shops.connection import (
    check_sample,
    check_shop,
    conclude_check,
    warn_of_licence_end,
)
from tasks.shops.every_shop import (
    each_shop,
    name_with_shop,
    shop_by_shop,
    shops_with_key,
)


@flow(
    name="check-connection",
    flow_run_name=name_with_shop,
    task_runner=shop_by_shop(),
    **MAY_CHANGE,
)
def check_connection(
    shop: AnyShop = None,
    sample: CheckSample = False,
    sample_numbers: SampleNumbers = "",
) -> State[Any]:
    """Call every function the shop needs once, and report what is wrong.

    Nothing is written to RMS. A finding that blames the credentials stops all calls of
    the shop until a check succeeds. The run ends Failed when a person has to act, and
    Completed with a remark when waiting is enough. Without a shop every shop that has a
    key is checked.

    With `sample`, or with order numbers of Rakuten's own sample, the fixed answers of
    Rakuten's test endpoint are read as well; no order is touched or stored.
    """
    if not shop:
        return each_shop(
            check_connection,
            shops_with_key(),
            sample=sample,
            sample_numbers=sample_numbers,
        )
    with one_caller(shop):
        checkup = check_shop(shop)
        if (sample or sample_numbers) and not checkup.finding.stops_calls:
            checkup = checkup._replace(sampled=check_sample(shop, sample_numbers))
    warn_of_licence_end(shop, checkup)
    return conclude_check(shop, checkup)
