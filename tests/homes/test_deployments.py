"""What a home's deployments have of their own: second, queue, and events."""

from datetime import timedelta

import pytest
import yaml
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule

from tasks.homes.deployments import NETS, YAML, resources_of, spread
from tasks.setup.worker import queues_of

SCHEDULES = [
    (one["name"], each["cron"])
    for one in yaml.safe_load(YAML.read_text(encoding="utf-8"))["deployments"]
    for each in one.get("schedules", [])
]


def test_nets_of_many_homes_are_spread_over_their_whole_time():
    net = CronSchedule(cron="*/15 * * * *", timezone="Asia/Tokyo")
    nets = [spread(net, f"home-{n}") for n in range(200)]
    seconds = [one.anchor_date.timestamp() % 900 for one in nets]

    assert {one.interval for one in nets} == {timedelta(minutes=15)}
    assert spread(net, "home-1") == spread(net, "home-1")
    for minute in range(15):
        assert sum(minute * 60 <= at < minute * 60 + 60 for at in seconds) < 40


@pytest.mark.parametrize(("name", "cron"), SCHEDULES)
def test_what_has_an_hour_keeps_it_and_every_other_schedule_is_a_net(name, cron):
    kept = spread(CronSchedule(cron=cron, timezone="Asia/Tokyo"), "h1")
    has_an_hour = cron.split()[1] != "*"

    assert (cron in NETS) == isinstance(kept, IntervalSchedule) == (not has_an_hour)


def test_a_home_is_started_by_events_of_its_own_shops_only():
    shops = ["a", "b"]

    assert resources_of(["juchu.notices.*"], "h1", shops) == [
        "juchu.notices.a",
        "juchu.notices.b",
    ]
    assert resources_of(["juchu.warehouse"], "h1", shops) == ["juchu.warehouse.h1"]
    assert resources_of(["juchu.notices.*"], "h1", []) == []


def test_a_worker_of_a_host_takes_only_what_is_the_hosts():
    assert queues_of("") == ()
    assert queues_of("host-a") == (
        "--work-queue",
        "host-a",
        "--work-queue",
        "host-a-morning",
    )
