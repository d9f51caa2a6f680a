"""The services of compose.yaml as processes of this machine, without Docker.

Command, environment, user, port, volumes and health check are read from the file. What
Docker would make is made here: the image's folder (by the COPY lines of the
Dockerfile), a folder for each volume, free ports in place of the file's, and the
loopback address in place of services' names.
"""

import os
import pwd
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

import yaml
from dotenv import dotenv_values

from tasks.setup.services import free_port
from tests.support.waiting import until

ROOT: Final = Path(__file__).parents[2]
OPERATIONS: Final = ROOT / "docs" / "operations"
PATIENCE_S: Final = 300.0
LOOPBACK: Final = "127.0.0.1"
_ASKED: Final = re.compile(r"\$\{(\w+)(?::\?[^}]*)?\}")
_COPY: Final = re.compile(r"^COPY (?!--)(.+) (\S+)$", re.MULTILINE)
_SET: Final = re.compile(r"^(?:ENV|   ) *([A-Z_]+)=(\S+)", re.MULTILINE)
_HELD: Final = "+dac_read_search"
"""The one right that another user of the test keeps: to read us, wherever we are."""


def compose_file() -> dict[str, Any]:
    """Return the content of compose.yaml, its anchors followed."""
    text = (OPERATIONS / "compose.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def dockerfile() -> str:
    return (OPERATIONS / "Dockerfile").read_text(encoding="utf-8")


def postgres_folder() -> Path | None:
    """Return where PostgreSQL's programs are: newest first, as Debian has them."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    places = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max(
        (each.parent for each in places),
        key=lambda folder: float(folder.parent.name),
        default=None,
    )


class Machine:
    """A folder in which the services of compose.yaml run; `stop_all` ends them."""

    def __init__(self, folder: Path, secrets: Mapping[str, str]) -> None:
        self.file = compose_file()
        self.folder = folder
        self.secrets = dict(secrets)
        self.image = folder / "image"
        self.project = folder / "project"
        self.volumes = _places(self.file, folder)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.ports = {port: free_port() for port in sorted(_ports(self.file))}
        for made in (self.image, self.project, folder / "logs"):
            made.mkdir()
        _make_image(self.image)
        for place in sorted(self.volumes.values()):
            place.mkdir(mode=0o700)

    def service(self, name: str) -> dict[str, Any]:
        service: dict[str, Any] = self.file["services"][name]
        return service

    def log(self, name: str) -> str:
        return (self.folder / "logs" / f"{name}.log").read_text(encoding="utf-8")

    def start(self, *names: str) -> None:
        """Start services, first what they need, and wait until each is healthy."""
        for name in names or self._resident():
            for needed in self.service(name).get("depends_on", {}):
                self.start(needed)
            if name not in self.running:
                self._start(name)

    def stop(self, *names: str) -> None:
        """Stop services as Docker does: a signal, then time, then the end."""
        for name in names:
            process = self.running.pop(name)
            gently = signal.SIGINT if name == "postgres" else signal.SIGTERM
            process.send_signal(gently)
            grace = self.service(name).get("stop_grace_period", "10s")
            try:
                process.wait(timeout=float(grace.removesuffix("s")))
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()

    def stop_all(self) -> None:
        self.stop(*reversed(self.running))

    def execute(
        self,
        name: str,
        command: Sequence[str] = (),
        stdin: IO[bytes] | int = subprocess.DEVNULL,
    ) -> bytes:
        """Run a command as this service's user and in its place; return its output."""
        argv = [*command] or self.service(name)["command"]
        self._prepare(name)
        return subprocess.run(
            self._argv(name, argv),
            env=self._environment(name),
            cwd=self._place(name),
            stdin=stdin,
            stdout=subprocess.PIPE,
            check=True,
            timeout=PATIENCE_S,
        ).stdout

    def path(self, name: str, inside: str) -> Path:
        """Return where a path of this service's container is here."""
        return Path(self._translated(name, inside))

    def _resident(self) -> list[str]:
        services = self.file["services"]
        return [name for name in services if "profiles" not in services[name]]

    def _start(self, name: str) -> None:
        self._prepare(name)
        if name == "postgres":
            self._make_database()
        if name == "caddy":
            self._make_caddyfile()
        with (self.folder / "logs" / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self._argv(name, self.service(name)["command"]),
                env=self._environment(name),
                cwd=self._place(name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(
            lambda: self._is_healthy(name),
            PATIENCE_S,
            lambda: f"{name}: {self.log(name)[-3000:]}",
        )

    def _is_healthy(self, name: str) -> bool:
        assert self.running[name].poll() is None, f"{name}: {self.log(name)[-3000:]}"
        kind, *test = self.service(name)["healthcheck"]["test"]
        assert kind == "CMD"
        asked = subprocess.run(
            self._argv(name, test),
            env=self._environment(name),
            cwd=self._place(name),
            capture_output=True,
            check=False,
        )
        return asked.returncode == 0

    def _argv(self, name: str, command: Sequence[str]) -> list[str]:
        program, *words = (
            self._translated(name, word, argument=True) for word in command
        )
        if name == "postgres":
            program = shutil.which(program, path=f"{postgres_folder()}") or program
            if command[0] == "postgres":  # its container's own /var/run
                words += ["-k", f"{self.folder / 'tmp-postgres'}"]
        return [*self._as_user(name), program, *words]

    def _as_user(self, name: str) -> list[str]:
        """Return what makes a command another user's, with the file's limits."""
        if os.geteuid() != 0:
            return []
        asked = self.service(name).get("user")
        if asked is None:
            return []
        uid, gid = _ids(asked)
        limits = [f"--bounding-set=-all,{_HELD}", f"--inh-caps=-all,{_HELD}"]
        return [
            "setpriv",
            f"--reuid={uid}",
            f"--regid={gid}",
            "--clear-groups",
            "--no-new-privs",
            *limits,
            f"--ambient-caps={_HELD}",
        ]

    def _prepare(self, name: str) -> None:
        """Give its folders to the service's user, as a new volume is the image's."""
        asked = self.service(name).get("user")
        own = self.folder / f"tmp-{name}"
        own.mkdir(exist_ok=True)
        for folder in (own, *(self.volumes[v] for v in _volumes(self.service(name)))):
            if os.geteuid() == 0 and asked is not None:
                os.chown(folder, *_ids(asked))

    def _place(self, name: str) -> Path:
        return self.image if "build" in self.service(name) else self.folder

    def _environment(self, name: str) -> dict[str, str]:
        """Return what the image, shop.env and the file say, and nothing of ours."""
        service = self.service(name)
        said: dict[str, str] = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        if "build" in service:
            image = dict(_SET.findall(dockerfile()))
            said |= image | {"PATH": f"{self.image}/.venv/bin:{os.environ['PATH']}"}
        for file in service.get("env_file", []):
            values = dotenv_values(self.project / file["path"], interpolate=False)
            said |= {key: value for key, value in values.items() if value}
        for key, value in service["environment"].items():
            said[key] = self._translated(name, self._filled(value))
        said["HOME"] = f"{self.folder / f'tmp-{name}'}"
        if name == "postgres":  # its container's own socket
            said |= {"PGHOST": said["HOME"], "PGPORT": f"{self.ports[5432]}"}
        return said

    def _filled(self, value: str) -> str:
        return _ASKED.sub(lambda asked: self.secrets[asked[1]], value)

    def _translated(self, name: str, text: str, *, argument: bool = False) -> str:
        """Return a text of the file with this machine's folders, ports and names."""
        service = self.service(name)
        here = {
            target: f"{self.volumes[volume]}"
            for volume, target in _volumes(service).items()
        }
        (own,) = service.get("tmpfs", ["/tmp"])  # noqa: S108
        here[own] = f"{self.folder / f'tmp-{name}'}"
        here["/etc/caddy"] = f"{self.project}"
        here[_subnet(self.file)] = f"{LOOPBACK}/32"
        paths = "|".join(map(re.escape, sorted(here, key=len, reverse=True)))
        ports = "|".join(map(str, self.ports))
        names = "|".join(self.file["services"])
        alone = "" if argument else r"|(?<![\w./-])"
        pattern = re.compile(
            rf"(?<![\w./-])(?P<path>{paths})(?![\w.-])"
            rf"|(?<![\w.-])(?P<port>{ports})(?![\w.])"
            rf"|(?:(?<=//){alone})(?P<name>{names})(?=[:/]|$)"
        )

        def found(match: re.Match[str]) -> str:
            if path := match["path"]:
                return here[path]
            return f"{self.ports[int(match['port'])]}" if match["port"] else LOOPBACK

        return pattern.sub(found, text)

    def _make_database(self) -> None:
        """Make the database cluster as the image's first start does."""
        said = self._environment("postgres")
        data = Path(said["PGDATA"])
        if (data / "PG_VERSION").exists():
            return
        secret = self.folder / "tmp-postgres" / "password"
        secret.write_text(said["POSTGRES_PASSWORD"], encoding="utf-8")
        made = [f"--username={said['POSTGRES_USER']}", f"--pwfile={secret}"]
        trust = ("--auth-host=scram-sha-256", "--auth-local=trust")
        self._run_as_postgres("initdb", *made, *trust, "-E", "UTF8")
        secret.unlink()
        self._run_as_postgres(
            *("postgres", "--single", "-D", f"{data}", "postgres"),
            given=f"CREATE DATABASE {said['POSTGRES_DB']}\n".encode(),
        )

    def _run_as_postgres(self, *words: str, given: bytes = b"") -> None:
        subprocess.run(
            [
                *self._as_user("postgres"),
                f"{postgres_folder()}/{words[0]}",
                *words[1:],
            ],
            env=self._environment("postgres"),
            cwd=self.folder,
            input=given,
            capture_output=True,
            check=True,
        )

    def _make_caddyfile(self) -> None:
        text = (OPERATIONS / "Caddyfile").read_text(encoding="utf-8")
        here = self._translated("caddy", text, argument=True)
        (self.project / "Caddyfile").write_text(here, encoding="utf-8")


def shell(machine: Machine, line: str) -> None:
    """Do one line of a page's commands: `docker compose …` here, others in a shell."""
    words = shell_words(line)
    if words[:2] != ["docker", "compose"]:
        subprocess.run(["sh", "-c", line], cwd=machine.project, check=True)
        return
    target = source = None
    if ">" in words:
        words, target = words[:-2], machine.project / words[-1]
    if "<" in words:
        words, source = words[:-2], machine.project / words[-1]
    verb, *rest = words[2:]
    names = [word for word in rest if not word.startswith("-")]
    if verb == "stop":
        machine.stop(*names)
    elif verb == "up":
        machine.start(*names)
    elif verb in {"exec", "run"}:
        command = rest[rest.index(names[0]) + 1 :]
        with (source or Path(os.devnull)).open("rb") as given:
            output = machine.execute(names[0], command, given)
        if target:
            target.write_bytes(output)
    else:
        raise AssertionError(line)


def shell_words(line: str) -> list[str]:
    """Return a command's words as a shell would read them."""
    return shlex.split(line, comments=True)


def _ids(user: str) -> tuple[int, int]:
    if user[0].isdigit():
        uid, _, gid = user.partition(":")
        return int(uid), int(gid)
    known = pwd.getpwnam(user)
    return known.pw_uid, known.pw_gid


def _subnet(file: Mapping[str, Any]) -> str:
    (config,) = file["networks"]["front"]["ipam"]["config"]
    subnet: str = config["subnet"]
    return subnet


def _volumes(service: Mapping[str, Any]) -> dict[str, str]:
    """Return the named volumes of a service, each with its path in the container."""
    mounts = (mount.split(":") for mount in service.get("volumes", []))
    return {each[0]: each[1] for each in mounts if not each[0].startswith(".")}


def _places(file: Mapping[str, Any], folder: Path) -> dict[str, Path]:
    """Return a folder for each volume: one inside another's path is in its folder."""
    mounted: dict[str, str] = {}
    for service in file["services"].values():
        mounted |= _volumes(service)
    places = {name: folder / name for name in file["volumes"]}
    for name, target in mounted.items():
        for outer, around in mounted.items():
            if target.startswith(f"{around}/"):
                places[name] = places[outer] / target.removeprefix(f"{around}/")
    return places


def _ports(file: Mapping[str, Any]) -> Iterable[int]:
    """Return every port that the file names, Caddy's own 2019 among them."""
    for service in file["services"].values():
        said = [
            *service["command"],
            *service["environment"].values(),
            *service.get("healthcheck", {}).get("test", []),
            *(port.rpartition(":")[2] for port in service.get("ports", [])),
        ]
        for word in said:
            for found in re.findall(r"(?:^|:|=)(\d{2,5})(?=$|/)", word):
                yield int(found)


def _make_image(image: Path) -> None:
    """Copy what the Dockerfile copies, and nothing else; the venv is the tests' own."""
    for sources, target in _COPY.findall(dockerfile()):
        for source in sources.split():
            here = ROOT / source
            if here.is_dir():
                left = shutil.ignore_patterns("local", "__pycache__", ".env")
                shutil.copytree(here, image / target, ignore=left)
            else:
                shutil.copy(here, image / source)
    (image / ".venv").symlink_to(Path(sys.prefix))
