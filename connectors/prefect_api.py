"""Prefect's API as far as we call it ourselves: where it is, and whether it answers."""

import base64
from collections.abc import Mapping
from typing import Final

import httpx
from pydantic import SecretStr

from connectors.prefect_env import API_URL, FILE, LOGIN

PATIENCE_S: Final = 10.0
NO_ANSWER: Final = (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError)
"""What is raised where no Prefect server answers."""


class PrefectApi:
    """Where Prefect's API is and how we are let in, as Prefect's own client has it."""

    def __init__(self, url: str, authorization: str = "") -> None:
        self.url = url.rstrip("/")
        self._authorization = SecretStr(authorization)

    def headers(self) -> dict[str, str]:
        """Return the header that lets us in, if there is one."""
        value = self._authorization.get_secret_value()
        return {"Authorization": value} if value else {}


def api_of(environment: Mapping[str, str]) -> PrefectApi | None:
    """Return the API that PREFECT_API_URL and its companions name, or None."""
    url = environment.get(API_URL)
    if not url:
        return None
    if pair := environment.get(LOGIN):
        return PrefectApi(url, f"Basic {base64.b64encode(pair.encode()).decode()}")
    key = environment.get("PREFECT_API_KEY")
    return PrefectApi(url, f"Bearer {key}" if key else "")


def no_server(api: PrefectApi) -> str:
    """Return the sentence of `why_closed` for an address where nobody answers."""
    return (
        f"{api.url} に応答する Prefect サーバーがありません。"
        f"対処: make server を起動するか、環境変数と .env の {API_URL} を"
        "確認してから、もう一度実行してください。"
    )


def why_closed(api: PrefectApi | None) -> str:
    """Return in a sentence why no Prefect server lets us in, with 対処; or nothing.

    Asks once, for 10 s at most. A certificate that is not trusted here is Prefect's
    business: its own settings may name another one.
    """
    if api is None:
        return (
            "Prefect サーバーがまだ起動されていません。"
            "対処: make server を起動してから、もう一度実行してください。"
        )
    try:
        answer = httpx.post(
            f"{api.url}/flows/count",
            json={},
            headers=api.headers(),
            timeout=PATIENCE_S,
            verify=api.url.startswith("https"),  # reading certificates takes 40 ms
        )
    except NO_ANSWER as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return ""
        return no_server(api)
    if answer.status_code in {401, 403}:
        return (
            f"{api.url} の Prefect サーバーにログインできません。"
            f"対処: {FILE} の {LOGIN} を確認してください"
            "(環境変数と .env の値が優先されます)。"
        )
    if not answer.is_success:
        return (
            f"{api.url} から Prefect サーバーの応答がありません"
            f"(HTTP {answer.status_code})。"
            f"対処: {API_URL} を確認してから、もう一度実行してください。"
        )
    return ""
