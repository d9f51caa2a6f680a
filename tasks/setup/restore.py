"""`make restore FROM=…`: the warehouse from a backup, and what only a person can heal.

After it the next run heals what RMS knows: the sweep goes on from the backup's cursor
and reads every order that is not final again, and notices that were settled since then
are drained once more.
"""

import argparse
import sys
from pathlib import Path

from connectors.notices.spool import Spool
from connectors.settings.reading import SettingsProblem, read_settings
from data.warehouse.errors import RestoreRefused, WarehouseClosed
from data.warehouse.house.restore import WHEN, Restored, restore
from tasks.machine import now


def restore_home(source: Path, *, over_good: bool) -> Restored:
    """Restore the warehouse of the settings, and let its notices be drained again.

    Raises:
        RestoreRefused: nothing was changed; the text says why.
        WarehouseClosed: it could not be looked at, somebody has it open, or there is
            no room.
        OSError: so the system says, or a file cannot be read or written.

    """
    settings = read_settings()
    done = restore(settings.warehouse, source, now(), over_good=over_good)
    if settings.spool.is_dir():
        Spool(settings.spool).hand_out_again(done.lost_from)
    return done


def main() -> None:
    """Restore, and print what was lost and what to do next."""
    parser = argparse.ArgumentParser(prog="make restore")
    parser.add_argument("--from", dest="source", default="")
    parser.add_argument("--over", default="")
    given = parser.parse_args()
    if not given.source:
        sys.exit("対処: make restore FROM=data/local/backup のように指定してください。")
    try:
        done = restore_home(Path(given.source), over_good=given.over == "good")
    except (RestoreRefused, WarehouseClosed, SettingsProblem) as problem:
        sys.exit(f"{problem}")
    except OSError as problem:
        place = f"{problem.filename}: " if problem.filename else ""
        sys.exit(
            f"復元できませんでした({place}{problem.strerror})。"
            "対処: ディスクの空き容量(バックアップと同じ大きさが必要です)と、"
            "読み書きの権限を確認して、もう一度実行してください。"
        )
    sys.stdout.write(report_of(done))


def report_of(done: Restored) -> str:
    """Return what a person reads after a restore."""
    lines = [
        f"{done.source} から復元しました。",
        f"失われた時間: {done.lost_from:{WHEN}} から {done.lost_until:{WHEN}} まで",
        "RMSの注文は、次の ingest-orders と drain-notices で元に戻ります。",
        "対処: その間の棚卸・入荷・在庫の手動調整、注文CSV、送り状番号を、",
        "もう一度入力し、dismiss/manual(kind=hours_lost)で一覧から外してください。",
        "それまで、RMSの在庫数は減らすだけで、増やしません。",
        "一覧: FROM needs_a_person WHERE kind = 'hours_lost'",
    ]
    if done.forgotten:
        lines.insert(
            2,
            "その間に削除を求められた購入者の情報を、もう一度削除しました"
            f"(注文 {done.forgotten} 件)。",
        )
    if done.aside:
        lines.insert(1, f"元のファイルは {done.aside} に移しました。")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
