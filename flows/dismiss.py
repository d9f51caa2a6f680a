"""Take one matter off the list of what waits for a person."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import Who
from tasks.forms.matters import KeyOfMatter, KindOfMatter, WhyDismissed
from tasks.matters import conclude_dismissal, left_on_list, take_off_list


@flow(
    name="dismiss",
    flow_run_name="dismiss-{kind}",
    **MAY_CHANGE,
)
def dismiss(
    kind: KindOfMatter, key: KeyOfMatter, who: Who, note: WhyDismissed
) -> State[Any]:
    """Take the matter off the list, and keep who did it and why.

    What breaks anew afterwards comes back. A kind that does not exist, or a key that is
    not on the list, changes nothing: the run ends Failed and lists the known ones.
    """
    dismissed = take_off_list(kind, key, who, note)
    return conclude_dismissal(kind, key, dismissed, left_on_list(kind))
