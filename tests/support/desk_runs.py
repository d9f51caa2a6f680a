"""The desk's runs without a Prefect server: each flow runs here, when it is started."""

import importlib
from datetime import datetime
from typing import Any
from uuid import uuid4

from prefect.client.schemas.objects import Artifact, StateType
from prefect.states import Crashed

from data.model.japan_time import JST
from flows import (  # noqa: F401 - imported before they are made plain
    adjust_stock,
    export_shipping_labels,
    import_order_csv,
    import_shipments,
    import_stock_count,
    publish_analytics,
    push_tracking,
)
from tasks.desk.prefect import DeskRuns, once_of
from tasks.desk.run_now import (
    Report,
    RunNow,
    for_staff,
    reports_of,
    state_word,
    tables_of,
)
from tasks.shops.blocks import ShopPlace
from tests.support.plain_runs import ShownHere

AT = datetime(2026, 7, 1, 9, 30, tzinfo=JST)


class RunsHere(DeskRuns):
    """Runs of flows in this process, for a test with plain flows (`plain_runs`)."""

    def __init__(self, shown: ShownHere, *places: ShopPlace) -> None:
        super().__init__(dict)
        self._shown = shown
        self._places = list(places)
        self._once: dict[str, str] = {}
        self._ended: dict[str, RunNow] = {}
        self._reports: dict[str, Report] = {}
        self.given: list[tuple[str, dict[str, Any]]] = []
        self.dies = False
        """The next run is killed before it has done anything."""

    def start(self, deployment: str, once: str, **given: Any) -> str:
        once = once_of(once, given)
        if once not in self._once:
            self.given.append((deployment, given))
            self._once[once] = self._run(deployment, given)
        return self._once[once]

    def look(self, run_id: str) -> RunNow | None:
        return self._ended.get(run_id)

    def latest(self, key: str, deployment: str) -> Report | None:  # noqa: ARG002 - all are of our home
        return self._reports.get(key)

    def places(self) -> list[ShopPlace]:
        return self._places

    def _run(self, deployment: str, given: dict[str, Any]) -> str:
        name = deployment.partition("/")[0]
        function = name.replace("-", "_")
        flow = getattr(importlib.import_module(f"flows.{function}"), function)
        dies, self.dies = self.dies, False
        if dies:
            state, shown = Crashed(message="exited with code -9"), {}
        else:
            state = flow(**given, return_state=True)
            shown = self._shown.of_latest(name)
        left = [
            Artifact(
                key=key, data=data, type="table" if data[:1] == "[" else "markdown"
            )
            for key, data in shown.items()
        ]
        reports = tuple(reports_of(left))
        self._reports |= {one.key: one for one in reports}
        progress = RunNow(
            id=str(uuid4()),
            name=name,
            deployment=deployment,
            state=state_word(state),
            is_final=True,
            is_good=state.type is StateType.COMPLETED,
            waits_for_form=False,
            message=for_staff(state),
            begun_at=AT,
            ended_at=AT,
            reports=reports,
            link="",
            tables=tables_of(left),
        )
        self._ended[progress.id] = progress
        return progress.id
