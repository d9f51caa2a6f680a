"""A service that speaks S3, from PyPI in an environment of its own.

moto answers as Amazon's service does, and is no dependency of ours: it brings forty
packages.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOTO = "moto[server]==5.2.5"
SERVE = """
import sys
import boto3
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
host, port = server.get_host_and_port()
boto3.client("s3", endpoint_url=f"http://{host}:{port}").create_bucket(Bucket="juchu")
print(f"http://{host}:{port}", flush=True)
sys.stdin.readline()
server.stop()
"""
KEYS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "CANARY-SECRET-1"}
REGION = "us-east-1"


def moto(folder: Path) -> Path:
    """Make an environment that has the server, and return its Python."""
    python = folder / "venv" / "bin" / "python"
    uv = str(Path(sys.executable).with_name("uv"))
    make = [uv, "venv", "--quiet", "--python", sys.executable, str(folder / "venv")]
    subprocess.run(make, check=True)
    install = [uv, "pip", "install", "--quiet", "--python", str(python), MOTO]
    subprocess.run(install, check=True)
    return python


@contextmanager
def serving(python: Path) -> Iterator[str]:
    """Yield the endpoint of a server of its own, with an empty bucket."""
    with subprocess.Popen(
        [str(python), "-c", SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=KEYS | {"AWS_DEFAULT_REGION": REGION},
    ) as server:
        yield server.stdout.readline().strip()
        server.stdin.close()


def polars_options(endpoint: str) -> dict[str, str]:
    """Return what Polars needs to read there."""
    return {
        "aws_endpoint_url": endpoint,
        "aws_region": REGION,
        "aws_access_key_id": KEYS["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"],
        "aws_allow_http": "true",
    }
