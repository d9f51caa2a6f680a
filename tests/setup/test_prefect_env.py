"""One file says where our Prefect server is, and the login goes nowhere else."""

import stat
import subprocess
from pathlib import Path

import pytest

from connectors.prefect_env import (
    API_URL,
    FILE,
    LOGIN,
    SERVER_LOGIN,
    prefect_environment,
    write_prefect_env,
)
from connectors.settings.reading import SettingsProblem
from tests.support.small_files import small_files

OURS = "http://127.0.0.1:4300/api"
THEIRS = "https://prefect.example/api"
NO_ENV_FILE = Path("/nonexistent/.env")


def written(home: Path, url: str = OURS, login: str = "juchu:new", **env: str) -> dict:
    return write_prefect_env(home, url, lambda: login, NO_ENV_FILE, env)


def known(home: Path, env_file: Path = NO_ENV_FILE, **env: str) -> dict[str, str]:
    return prefect_environment(home, env_file, env)


def test_the_first_start_writes_it_for_its_owner_only(tmp_path):
    home = tmp_path / "not" / "yet"
    said = written(home)

    assert stat.S_IMODE((home / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert said == {API_URL: OURS, LOGIN: "juchu:new", SERVER_LOGIN: "juchu:new"}
    assert known(home) == said
    assert [file.name for file in home.iterdir()] == [FILE]


def test_another_port_next_time_keeps_the_login_and_closes_an_open_file(tmp_path):
    written(tmp_path)
    (tmp_path / FILE).chmod(0o644)
    written(tmp_path, "http://127.0.0.1:4301/api", "juchu:another")

    assert known(tmp_path)[API_URL] == "http://127.0.0.1:4301/api"
    assert known(tmp_path)[LOGIN] == "juchu:new"
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_no_part_of_another(tmp_path):
    before = written(tmp_path)
    with small_files(100), pytest.raises(OSError, match="large"):
        written(tmp_path, "http://127.0.0.1:4301/api")

    assert known(tmp_path) == before
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_a_deleted_file_is_a_new_login(tmp_path):
    written(tmp_path)
    (tmp_path / FILE).unlink()

    assert written(tmp_path, login="juchu:another")[LOGIN] == "juchu:another"


def test_a_shell_reads_what_we_wrote(tmp_path):
    login = 'me:$HOME`id`"#&|;~*? '.rstrip()
    written(tmp_path, **{SERVER_LOGIN: login})
    script = f'set -a; . "{tmp_path}/{FILE}"; set +a; printenv {LOGIN} {API_URL}'
    shell = subprocess.run(
        ["sh", "-c", script], env={}, capture_output=True, text=True, check=True
    )

    assert shell.stdout.splitlines() == [login, OURS]
    assert known(tmp_path)[LOGIN] == login


@pytest.mark.parametrize("login", ["it's:mine", "a b", "私:鍵", "a\\b", "a\nb"])
def test_a_login_that_cannot_be_written_down_is_refused_unsaid(tmp_path, login):
    with pytest.raises(SettingsProblem, match=SERVER_LOGIN) as problem:
        written(tmp_path, **{SERVER_LOGIN: login})

    assert login not in str(problem.value)
    assert not (tmp_path / FILE).exists()


def test_what_somebody_added_to_the_file_stays(tmp_path):
    written(tmp_path)
    with (tmp_path / FILE).open("a", encoding="utf-8") as file:
        file.write("PREFECT_LOGGING_LEVEL=DEBUG\n")
    written(tmp_path)
    lines = (tmp_path / FILE).read_text("utf-8").splitlines()

    assert lines.count("PREFECT_LOGGING_LEVEL=DEBUG") == 1
    assert len(lines) == 6


def test_nothing_is_known_before_the_first_start(tmp_path):
    assert known(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_a_server_of_the_user_s_own_never_sees_our_login(tmp_path):
    written(tmp_path)
    env_file = tmp_path / ".env"
    env_file.write_text(f"{API_URL}={THEIRS}\n", encoding="utf-8")

    assert known(tmp_path, **{API_URL: THEIRS}) == {API_URL: THEIRS}
    assert known(tmp_path, env_file) == {API_URL: THEIRS}
    assert known(tmp_path, **{API_URL: THEIRS, LOGIN: "u:p"})[LOGIN] == "u:p"


@pytest.mark.parametrize("url", [OURS, f"{OURS}/", "http://localhost:4300/api"])
def test_a_shell_that_named_our_own_server_is_let_in(tmp_path, url):
    written(tmp_path)

    assert known(tmp_path, **{API_URL: url})[LOGIN] == "juchu:new"
    assert known(tmp_path, **{API_URL: url})[API_URL] == url


def test_the_environment_wins_over_env_and_both_over_the_file(tmp_path):
    written(tmp_path)
    env_file = tmp_path / ".env"
    env_file.write_text(f"{LOGIN}=from:file\n", encoding="utf-8")

    assert known(tmp_path, env_file)[LOGIN] == "from:file"
    assert known(tmp_path, env_file, **{LOGIN: "from:env"})[LOGIN] == "from:env"


def test_a_blank_variable_says_nothing(tmp_path):
    written(tmp_path)

    assert known(tmp_path, **{API_URL: "", LOGIN: ""})[API_URL] == OURS
