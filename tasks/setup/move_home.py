"""`make move-home HOME=… TO=…`: move a home of a cluster to another host.

Run it on the host that has the home's files (docs/scaling.md).
"""

import argparse
import sys

from connectors.settings.reading import SettingsProblem, read_settings
from data.warehouse.errors import WarehouseClosed
from tasks.homes.blocks import UnknownHome
from tasks.homes.move import HomeMoveRefused, MovedHome, move_home
from tasks.machine import now
from tasks.setup.prefect_runs import PrefectRuns
from tasks.setup.server_in_use import environment_of_server


def main() -> None:
    """Move the home and print where it is now, or why it is where it was."""
    parser = argparse.ArgumentParser(prog="make move-home")
    for option in ("home", "to", "at", "from"):
        parser.add_argument(f"--{option}", default="", dest=option)
    given = vars(parser.parse_args())
    if not (given["home"] and given["to"]):
        sys.exit(
            "対処: make move-home HOME=home-1 TO=host-b のように指定してください。"
        )
    known = environment_of_server()
    with PrefectRuns(lambda: known).api() as client:
        try:
            moved = move_home(
                client,
                read_settings(),
                given["home"],
                given["to"],
                at=given["at"],
                source=given["from"],
                now=now,
            )
        except (
            HomeMoveRefused,
            UnknownHome,
            WarehouseClosed,
            SettingsProblem,
        ) as problem:
            sys.exit(f"{problem}")
        except TimeoutError:
            sys.exit(
                f"ホーム {given['home']} は、ほかで移動中です。何もしていません。"
                "対処: 2分待ってから、もう一度実行してください。"
                "移動中でないのに続く場合は、"
                f"prefect gcl update home-{given['home']} --active-slots 0"
                " を実行してください。"
            )
    sys.stdout.write(report_of(moved))


def report_of(moved: MovedHome) -> str:
    """Return what a person reads after a move."""
    where = f"ホスト {moved.now.host} の {moved.now.folder}"
    lines = [
        f"ホーム {moved.name} を移動しました(世代 {moved.now.epoch}): {where}",
        f"次の実行は、ホスト {moved.now.host} のワーカーが行います。",
    ]
    if moved.source != moved.now.folder:
        lines.append(
            f"元のフォルダー {moved.source} は残してあります(何も書き込まれません)。"
            "対処: 移動先の最初の実行を確認してから、削除してください。"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
