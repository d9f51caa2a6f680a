"""A worker that could do no run says so, and what to do."""

from pathlib import Path

from tasks.setup.worker import IN_FOLDER, why_all_crash


def deployed_in(folder: Path) -> list[dict]:
    """What `prefect deploy` registers in a folder (3.9.1)."""
    return [{IN_FOLDER: {"directory": f"{folder}"}}]


def test_a_worker_of_a_project_that_was_moved_says_what_to_do(tmp_path: Path):
    """Each run crashed with "unhandled errors in a TaskGroup (1 sub-exception)"."""
    here, before = tmp_path / "受注", tmp_path / "before"
    here.mkdir()
    told = why_all_crash([deployed_in(before), deployed_in(before), None])

    assert f"{before}" in told
    assert "対処: プロジェクトを移動した場合は" in told
    assert "make deploy" in told
    assert why_all_crash([deployed_in(before), deployed_in(here)]) == ""
    assert why_all_crash([deployed_in(here)]) == ""
    assert why_all_crash([None, []]) == ""
    assert why_all_crash([]) == ""
