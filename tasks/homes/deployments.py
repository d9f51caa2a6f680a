"""The deployments of one home: `0900@<home>`, each a copy of the machine's own.

A schedule takes neither a queue nor variables of a job, and a limit of one is the
deployment's: one set for all homes would serve them one after the other. A copy runs on
the queue of the home's host with the home's folder, and is triggered by its own shops.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID
from zlib import crc32

import yaml
from prefect.automations import AutomationCore
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.events.actions import RunDeployment
from prefect.events.schemas.automations import Automation, EventTrigger

from data.model.shops.shop import ShopHandle
from tasks.analytics.publish import RESOURCE
from tasks.homes.blocks import JuchuHome, at_home, of_home
from tasks.setup.queues import MORNING, WORK_POOL, ensure_queue, morning_of

YAML: Final = Path(__file__).resolve().parents[2] / "prefect.yaml"
NETS: Final = {"*/5 * * * *": 300, "*/15 * * * *": 900, "30 * * * *": 3600}
"""Schedules that look whether there is work, with their seconds: each home has its own
second. What has an hour of the day keeps it."""
OF_SHOPS: Final = ("juchu.notices.*", "juchu.shop.*")
"""Resources of events that end with a shop's handle."""


class Own(NamedTuple):
    """A deployment of the machine's own, and the automations that start it."""

    deployment: DeploymentResponse
    triggers: Sequence[Automation]


class OfSchedule(NamedTuple):
    """What tells a schedule from others, and is the same when it is made anew."""

    flow_id: UUID
    deployment: str
    slug: str | None


@cache
def names_in_yaml() -> tuple[str, ...]:
    """Return the names of the machine's own deployments, each once."""
    described = yaml.safe_load(YAML.read_text(encoding="utf-8"))["deployments"]
    return tuple(sorted({one["name"] for one in described}))


def deployments_of(client: SyncPrefectClient, home: str) -> list[DeploymentResponse]:
    """Return every deployment of a home; of the machine's own for ""."""
    names = [at_home(name, home) for name in names_in_yaml()]
    named = DeploymentFilter(name=DeploymentFilterName(any_=names))
    return client.read_deployments(deployment_filter=named)


def schedules_on(client: SyncPrefectClient, home: str = "") -> frozenset[OfSchedule]:
    """Return which schedules of a home's deployments are on."""
    return frozenset(
        _of_schedule(one, each)
        for one in deployments_of(client, home)
        for each in one.schedules
        if each.active
    )


def switch_on_again(
    client: SyncPrefectClient, on: frozenset[OfSchedule], home: str = ""
) -> None:
    """Switch on what was on before the home's deployments were made anew.

    They begin as the file has them: the watched folder that staff switched on would be
    off with each upgrade, and the files in it would wait unseen.
    """
    for one in deployments_of(client, home):
        for each in one.schedules:
            if not each.active and _of_schedule(one, each) in on:
                client.update_deployment_schedule(one.id, each.id, active=True)


def _of_schedule(one: DeploymentResponse, schedule: DeploymentSchedule) -> OfSchedule:
    return OfSchedule(one.flow_id, one.name, schedule.slug)


def machines_own(client: SyncPrefectClient) -> list[Own]:
    """Return the machine's own deployments with what triggers them, to copy them."""
    return [
        Own(
            one,
            client.read_resource_related_automations(f"prefect.deployment.{one.id}"),
        )
        for one in deployments_of(client, "")
    ]


def deploy_home(
    client: SyncPrefectClient,
    name: str,
    home: JuchuHome,
    shops: Sequence[ShopHandle],
    machine: Sequence[Own] = (),
) -> int:
    """Make or renew the home's deployments, running; return how many there are.

    A schedule of the home's that is on stays on.
    `machine` is what `machines_own` returned, where many homes are deployed in a row.
    """
    ensure_queue(client, home.host, priority=2)
    ensure_queue(client, morning_of(home.host), priority=1)
    copied, on = machine or machines_own(client), schedules_on(client, name)
    for own in copied:
        _copy(client, own, name, home, shops)
    switch_on_again(client, on, name)
    return len(copied)


def _copy(
    client: SyncPrefectClient,
    own: Own,
    name: str,
    home: JuchuHome,
    shops: Sequence[ShopHandle],
) -> None:
    one = own.deployment
    limit = one.global_concurrency_limit
    variables = dict(one.job_variables)
    folder = {"JUCHU_HOME": home.folder, "JUCHU_HOME_NAME": name}
    variables["env"] = {**variables.get("env", {}), **folder}
    in_the_morning = one.work_queue_name == MORNING
    made = client.create_deployment(
        one.flow_id,
        at_home(one.name, name),
        version=one.version,
        schedules=[_schedule(each, name) for each in one.schedules],
        concurrency_limit=limit.limit if limit else None,
        concurrency_options=one.concurrency_options,
        parameters=one.parameters,
        description=one.description,
        work_pool_name=WORK_POOL,
        work_queue_name=morning_of(home.host) if in_the_morning else home.host,
        tags=one.tags,
        path=one.path,
        entrypoint=one.entrypoint,
        parameter_openapi_schema=one.parameter_openapi_schema,
        paused=False,
        pull_steps=one.pull_steps,
        enforce_parameter_schema=one.enforce_parameter_schema,
        job_variables=variables,
    )
    if own.triggers:
        client.delete_resource_owned_automations(f"prefect.deployment.{made}")
    for each in own.triggers:
        if automation := _automation(each, one, made, name, shops):
            client.create_automation(automation)


def _schedule(one: DeploymentSchedule, home: str) -> DeploymentScheduleCreate:
    return DeploymentScheduleCreate(
        schedule=spread(one.schedule, home),
        active=one.active,
        parameters=one.parameters,
        slug=one.slug,
    )


def spread(schedule: Any, home: str) -> Any:
    """Return a net's schedule at a second of the home's own; any other as it is.

    A thousand homes that all look in the first second of a minute would be a queue.
    """
    if not isinstance(schedule, CronSchedule) or schedule.cron not in NETS:
        return schedule
    every_s = NETS[schedule.cron]
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    offset = timedelta(seconds=crc32(home.encode()) % every_s)
    return IntervalSchedule(
        interval=timedelta(seconds=every_s),
        anchor_date=begin + offset,
        timezone=schedule.timezone,
    )


def _automation(
    one: Automation,
    base: DeploymentResponse,
    made: Any,
    home: str,
    shops: Sequence[ShopHandle],
) -> AutomationCore | None:
    """Return a deployment's trigger for the home's own events, if it can have any."""
    trigger = one.trigger
    starts = [a for a in one.actions if getattr(a, "deployment_id", None) == base.id]
    if not starts or not isinstance(trigger, EventTrigger):
        return None
    matched = trigger.match["prefect.resource.id"]
    resources = resources_of(matched, home, shops)
    if not resources:
        return None
    same = trigger.model_dump(exclude={"id", "match"})
    return AutomationCore(
        name=of_home(one.name, home),
        description=one.description,
        enabled=True,
        trigger=EventTrigger(match={"prefect.resource.id": resources}, **same),
        actions=[
            RunDeployment(
                source="selected",
                deployment_id=made,
                parameters=getattr(each, "parameters", None),
            )
            for each in starts
        ],
        owner_resource=f"prefect.deployment.{made}",
    )


def resources_of(
    matched: Sequence[str], home: str, shops: Sequence[ShopHandle]
) -> list[str]:
    """Return which of the resources that a trigger matches are the home's own."""
    found: list[str] = []
    for each in matched:
        if each in OF_SHOPS:
            found += [each.replace("*", shop) for shop in shops]
        elif each == RESOURCE:
            found.append(f"{RESOURCE}.{home}")
    return found


def rest_of_machine(client: SyncPrefectClient, *, rests: bool) -> None:
    """Pause the machine's own deployments and what triggers them, or resume them.

    What triggers them is made anew, and enabled, by each `prefect deploy`.
    They serve the shops without a home. Where there are none their runs would wait for
    a worker that nobody starts.
    """
    for one, triggers in machines_own(client):
        if rests:
            client.pause_deployment(one.id)
        elif one.paused:
            client.resume_deployment(one.id)
        for each in triggers if rests else ():
            if each.name.startswith("juchu: ") and "@" not in each.name:
                client.pause_automation(each.id)
