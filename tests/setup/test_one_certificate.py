"""Prefect's clients of a server without TLS read one authority, those with TLS all."""

import ssl
import stat

import certifi

from tasks.setup.one_certificate import SETTING, one_certificate
from tests.support.small_files import small_files


def authorities(file):
    context = ssl.create_default_context(cafile=file)
    return len(context.get_ca_certs())


def test_a_server_on_this_machine_needs_one_authority_which_is_written_once(tmp_path):
    home = tmp_path / "home"
    first = one_certificate(home, "http://127.0.0.1:4200/api")
    written = (home / "one-certificate.pem").stat().st_mtime_ns
    again = one_certificate(home, "http://127.0.0.1:4200/api")

    assert authorities(first[SETTING]) == 1
    assert authorities(certifi.where()) > 100
    assert again == first
    assert (home / "one-certificate.pem").stat().st_mtime_ns == written
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_server_with_tls_is_judged_by_all_of_them(tmp_path):
    assert one_certificate(tmp_path, "https://prefect.example.jp/api") == {}
    assert list(tmp_path.iterdir()) == []


def test_where_no_file_can_be_written_clients_read_every_authority(tmp_path):
    """Every command ended with a traceback, for what only saves time."""
    (tmp_path / "file").touch()

    assert (
        one_certificate(tmp_path / "file" / "home", "http://127.0.0.1:4200/api") == {}
    )
    with small_files(10):
        assert one_certificate(tmp_path / "full", "http://127.0.0.1:4200/api") == {}
