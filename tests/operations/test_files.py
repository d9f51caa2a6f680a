"""The files of docs/operations agree with juchu, with Prefect and with each other."""

import configparser
import fnmatch
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.settings.models.root import Settings as PrefectSettings
from pydantic import AliasChoices, BaseModel

from connectors.settings.fields import Settings
from connectors.settings.shop_variables import PREFIX
from tasks.desk.frame import WITH_FILE
from tests.operations.containers import (
    OPERATIONS,
    ROOT,
    compose_file,
    dockerfile,
    shell_words,
)
from tests.support.strict_yaml import StrictLoader

SERVICES: dict[str, dict[str, Any]] = compose_file()["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
UNITS = sorted((OPERATIONS / "systemd").glob("*.service"))
OF_IMAGES = {
    "postgres": {"PGDATA", "POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"},
    "caddy": {"NOTICES_SITE", "RECEIVER", "XDG_CONFIG_HOME", "XDG_DATA_HOME"},
}
SECRET = re.compile(r"PASSWORD|SECRET|AUTH|KEY|TOKEN")
PAGES = sorted(OPERATIONS.glob("*.md"))
IN_SERVER, IN_BOTH = frozenset({"server"}), frozenset({"server", "location"})
NGINX = {
    "server": frozenset({""}),
    "listen": IN_SERVER,
    "server_name": IN_SERVER,
    "ssl_certificate": IN_SERVER,
    "ssl_certificate_key": IN_SERVER,
    "client_header_timeout": IN_SERVER,
    "location": IN_BOTH,
    "client_max_body_size": IN_BOTH,
    "client_body_timeout": IN_BOTH,
    "proxy_read_timeout": IN_BOTH,
    "proxy_set_header": IN_BOTH,
    "return": IN_BOTH,
    "proxy_pass": frozenset({"location"}),
}
"""In which block each directive may stand, by nginx.org/en/docs/http."""
EXPOSED_AT_MOST = 3.0
"""Of 10, as `systemd-analyze security` counts; a unit that says nothing has 9.6."""


def unit(path: Path) -> dict[str, list[str]]:
    """Return what a unit's [Service] says; a name may stand there more than once."""
    section = path.read_text(encoding="utf-8").partition("[Service]\n")[2]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r"^(\w+)=(.*)$", section.partition("\n[")[0], re.MULTILINE
    ):
        found.setdefault(name, []).append(value)
    return found


@cache
def prefect_names() -> frozenset[str]:
    """Return every variable that Prefect reads, by its own names and its old ones."""
    return frozenset(name.upper() for name in _names(PrefectSettings, "PREFECT_"))


def _names(model: type[BaseModel], prefix: str) -> set[str]:
    names: set[str] = set()
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names |= _names(kind, str(kind.model_config["env_prefix"]))
            continue
        names.add(f"{prefix}{name}")
        if isinstance(choices := field.validation_alias, AliasChoices):
            names |= {each for each in choices.choices if isinstance(each, str)}
    return names


def unknown(names: set[str]) -> set[str]:
    """Return those that are no setting of juchu's or Prefect's."""
    juchu = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return names - juchu - prefect_names()


@pytest.mark.parametrize("name", SERVICES)
def test_every_variable_is_a_setting_of_something(name):
    said = set(SERVICES[name]["environment"])

    assert unknown(said - OF_IMAGES.get(name, set())) == set()


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_every_variable_of_a_unit_is_a_setting(path):
    said = {line.partition("=")[0] for line in unit(path)["Environment"]}

    assert unknown(said) == set()


@pytest.mark.parametrize(
    "path",
    [*sorted(OPERATIONS.glob("*.yaml")), ROOT / "prefect.yaml"],
    ids=lambda path: path.name,
)
def test_no_key_stands_twice(path):
    """Docker Compose refuses such a file: `up` starts nothing."""
    text = path.read_text(encoding="utf-8")
    _ = yaml.load(text, StrictLoader)  # noqa: S506 - a safe one

    key = re.search(r"^ +(\w+): \w+\n", text, re.MULTILINE)
    with pytest.raises(yaml.YAMLError, match=f"{key[1]}.*twice"):
        yaml.load(text.replace(key[0], key[0] * 2, 1), StrictLoader)  # noqa: S506


def test_the_days_that_runs_are_kept_reach_the_server():
    """No other process tells it, and the shop's settings are in one file."""
    told = unit(OPERATIONS / "systemd" / "juchu-server.service")["EnvironmentFile"]

    assert SERVICES["server"]["env_file"] == SERVICES["worker"]["env_file"]
    assert "-/etc/juchu/shop.env" in told


def test_a_misspelt_setting_would_be_seen():
    planted = {"PREFECT_API_DATABASE_CONECTION_URL", "JUCHU_HOMES"}

    assert unknown(planted | {"PREFECT_SERVER_DATABASE_PASSWORD"}) == planted


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_the_file(name):
    said = SERVICES[name]["environment"]

    assert [
        key
        for key, value in said.items()
        if SECRET.search(key) and not re.fullmatch(r"\$\{\w+:\?[\w .]+\}", value)
    ] == []


def test_no_secret_stands_in_a_unit_or_an_example():
    example = (OPERATIONS / "compose.env.example").read_text(encoding="utf-8")

    assert re.findall(r"^\w*PASSWORD\w*=.+", example, re.MULTILINE) == []
    for path in UNITS:
        assert [line for line in unit(path)["Environment"] if SECRET.search(line)] == []


def test_only_caddy_is_open_to_the_world():
    published = {name: service.get("ports", []) for name, service in SERVICES.items()}

    assert published.pop("caddy") == ["80:80", "443:443"]
    open_ports = [port for ports in published.values() for port in ports]
    assert [p for p in open_ports if not p.startswith("127.0.0.1:")] == []
    assert "network_mode" not in str(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_runs_with_the_rights_of_root(name):
    service = SERVICES[name]

    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert name == "caddy" or service["user"] not in {"root", "0", "0:0"}
    assert not service.get("privileged")


@pytest.mark.parametrize("name", SERVICES)
def test_it_comes_back_and_its_log_ends(name):
    service = SERVICES[name]

    assert service["restart"] == ("no" if name == "deploy" else "unless-stopped")
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    assert name == "deploy" or service["healthcheck"]["retries"] > 1


def test_versions_are_pinned():
    images = [SERVICES[name]["image"] for name in OF_IMAGES]
    images += re.findall(r"^FROM (\S+)", dockerfile(), re.MULTILINE)
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    (uv,) = re.findall(r"^uv==(\S+)", lock, re.MULTILINE)

    assert len(images) == 3
    assert [i for i in images if not re.search(r":\d+\.\d+(\.\d+)?-[\w-]+$", i)] == []
    assert f"from=ghcr.io/astral-sh/uv:{uv}," in dockerfile()


def test_the_image_has_what_runs_juchu_and_no_more():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    install = re.findall(r"uv pip sync .*requirements\.lock", _joined(dockerfile()))

    assert len(install) == 1
    assert "--require-hashes" in install[0]
    assert "pip sync --quiet --require-hashes" in makefile
    assert "requirements-dev" not in dockerfile()


def test_the_image_has_the_user_of_the_file():
    made = re.findall(r"useradd --uid (\d+) --gid (\d+)", dockerfile())
    (used,) = re.findall(r"^USER (.+)$", dockerfile(), re.MULTILINE)

    assert [":".join(ids) for ids in made] == [used]
    assert {SERVICES[name]["user"] for name in OURS} == {used}


def test_every_volume_of_ours_is_a_folder_of_that_user_in_the_image():
    made = _joined(dockerfile()).partition("install -d")[2].partition("\n")[0].split()
    mounts = [m.split(":") for name in OURS for m in SERVICES[name]["volumes"]]

    assert {mount[1] for mount in mounts} - set(made) == set()


@pytest.mark.parametrize(
    "path",
    ["data/local/juchu.duckdb", ".env", "data/.env", ".git/config", "tests/x.py"],
)
def test_no_data_or_key_gets_into_the_image(path):
    assert ignored(path)


def test_what_the_image_copies_is_not_ignored():
    copied = re.findall(r"^COPY (.+) \S+$", dockerfile(), re.MULTILINE)
    sources = " ".join(copied).split()

    assert [source for source in sources if ignored(source)] == []
    assert not ignored("data/warehouse/migrations/0001.sql")


def ignored(path: str) -> bool:
    """Whether Docker leaves the path out: the last line that fits decides."""
    left_out = False
    text = (OPERATIONS / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        parents = [path, *(f"{p}" for p in Path(path).parents)]
        fits = [p for p in parents if fnmatch.fnmatch(p, pattern)]
        if fits or fnmatch.fnmatch(f"/{path}", pattern.replace("**", "*")):
            left_out = not line.startswith("!")
    return left_out


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_what_the_service_starts(path):
    (command,) = unit(path)["ExecStart"]
    python, *words = command.split()
    service = SERVICES[path.stem.removeprefix("juchu-")]

    assert python == "/srv/juchu/.venv/bin/python"
    in_a_container = {"--with-healthcheck", "--host", "0.0.0.0"}  # noqa: S104
    assert words == [w for w in service["command"][1:] if w not in in_a_container]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_passes_systemds_own_check(tmp_path, path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    here, project = tmp_path / path.name, tmp_path / "juchu"
    project.symlink_to(ROOT)  # whose own name may have a blank, and a unit's may not
    text = path.read_text(encoding="utf-8").replace("/srv/juchu", f"{project}")
    here.write_text(re.sub(r"^(After|Wants)=.*\n", "", text, flags=re.MULTILINE))

    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", here],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_is_shut_off_well(path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    counted = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", path],
        capture_output=True,
        text=True,
        check=True,
    )

    (exposed,) = re.findall(r"exposure level for \S+: ([\d.]+)", counted.stdout)
    assert float(exposed) <= EXPOSED_AT_MOST


def test_the_receiver_sees_the_spool_only():
    """The mask over the warehouse's file went with its first rewriting."""
    told = unit(OPERATIONS / "systemd" / "juchu-receiver.service")

    assert told["TemporaryFileSystem"] == ["/var/lib/juchu:ro"]
    assert told["BindPaths"] == ["/var/lib/juchu/spool"]


def test_the_receiver_may_write_to_the_spool_only():
    told = unit(OPERATIONS / "systemd" / "juchu-receiver.service")
    mounts = SERVICES["receiver"]["volumes"]

    assert told["StateDirectory"] == ["juchu/spool"]
    assert told["ProtectSystem"] == ["strict"]
    assert "ReadWritePaths" not in told
    assert mounts == ["home:/var/lib/juchu:ro", "spool:/var/lib/juchu/spool"]


def test_the_journal_of_the_units_has_limits():
    names = {tuple(unit(path)["LogNamespace"]) for path in UNITS}
    journal = configparser.ConfigParser()
    journal.optionxform = str  # type: ignore[assignment,method-assign]
    journal.read(OPERATIONS / "systemd" / "journald@juchu.conf", encoding="utf-8")

    assert names == {("juchu",)}
    assert {"SystemMaxUse", "SystemKeepFree", "MaxRetentionSec"} <= set(
        journal["Journal"]
    )


def test_caddy_knows_the_proxys_network_and_the_receivers_port():
    file = compose_file()
    (front,) = file["networks"]["front"]["ipam"]["config"]
    receiver = SERVICES["receiver"]

    assert receiver["environment"]["JUCHU_NOTICE_PROXIES"] == front["subnet"]
    assert set(SERVICES["caddy"]["networks"]) & set(receiver["networks"]) == {"front"}
    assert SERVICES["caddy"]["environment"]["RECEIVER"] == "receiver:8788"
    assert "{$RECEIVER:127.0.0.1:8788}" in (OPERATIONS / "Caddyfile").read_text()


def misplaced(config: str) -> list[str]:
    """Return the directives that nginx allows elsewhere only: it would not start."""
    around, found = [""], []
    for text, end in re.findall(r"([^;{}]*)([;{}])", re.sub(r"#.*", "", config)):
        if end == "}":
            around.pop()
            continue
        name = text.split()[0]
        if around[-1] not in NGINX[name]:
            found.append(f"{name} in {around[-1]}")
        if end == "{":
            around.append(name)
    return found


@pytest.mark.parametrize("name", ["receiver.md", "desk.md"])
def test_nginx_takes_each_line_where_it_stands(name):
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    (config,) = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)

    assert misplaced(config) == []


def test_a_line_of_nginx_in_the_wrong_block_would_be_seen():
    assert misplaced("server { location / { client_header_timeout 10s; } }") == [
        "client_header_timeout in location"
    ]


def test_nginx_lets_a_file_through_that_the_desk_takes():
    """By itself it takes 1 MB, which an order file of some 700 rows has."""
    page = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", page)

    assert int(megabytes) * 1024 * 1024 > WITH_FILE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_service_a_page_names_exists(page):
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    named = {word for line in lines for word in services_in(line)}
    units = set(re.findall(r"\bjuchu-[a-z]+", " ".join(lines)))

    assert named - set(SERVICES) == set()
    assert units - {path.stem for path in UNITS} == set()


def services_in(line: str) -> list[str]:
    """Return the services that a `docker compose` command names."""
    words = shell_words(line)
    if words[:2] != ["docker", "compose"]:
        return []
    verb, *rest = words[2:]
    named = [word for word in rest if not word.startswith("-")]
    if verb in {"exec", "run"}:
        return named[:1]
    return named if verb in {"stop", "up", "restart"} else []


def test_a_service_that_is_not_there_would_be_seen():
    assert services_in("docker compose exec -T database psql") == ["database"]


def test_the_table_of_services_is_the_files():
    text = (OPERATIONS / "README.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == set(SERVICES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_debians_database_takes_japanese(page):
    """Of a machine without a locale it would be SQL_ASCII, which takes no \\u3042."""
    made = re.findall(r"^sudo .* createdb (.*)", page.read_text("utf-8"), re.MULTILINE)

    assert {*made} <= {"-O prefect -E UTF8 --locale=C -T template0 prefect"}


def test_the_script_runs_as_the_units_do():
    script = (OPERATIONS / "systemd" / "as-juchu").read_text(encoding="utf-8")
    told = unit(OPERATIONS / "systemd" / "juchu-worker.service")

    assert os.access(OPERATIONS / "systemd" / "as-juchu", os.X_OK)
    for name in ("User", "WorkingDirectory", "UMask", "Environment", "EnvironmentFile"):
        for value in told[name]:
            assert f" -p {name}={value} \\\n" in script


def test_the_journal_of_systemd_keeps_no_command():
    """A buyer's mail address may stand in one; systemd logs what a unit is called."""
    script = (OPERATIONS / "systemd" / "as-juchu").read_text(encoding="utf-8")

    assert re.search(r"^exec systemd-run .*--description=\S", script, re.MULTILINE)


def test_the_copies_before_an_upgrade_are_none_of_gits():
    """They have buyers' data and keys, and stand within the project."""
    made = (ROOT / "docs/operations/upgrade.md").read_text(encoding="utf-8")
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()

    assert "> copies/before/home.tar" in made
    assert "/docs/operations/copies/" in ignored


def _joined(text: str) -> str:
    return text.replace("\\\n", " ")
