"""Homes as Prefect blocks: which host owns each, and since which move.

A home is the folder JUCHU_HOME of one merchant or a few. Its block is the one place
that says who owns it; `make move-home` changes it, and every transaction of the home
compares (tasks/homes/owner.py). One machine has no such block.
"""

from http import HTTPStatus
from typing import Annotated, ClassVar, cast

from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectHTTPStatusError
from pydantic import Field, StringConstraints

from data.model.shops.shop import HOME_NAME

NAMED = HOME_NAME.replace(")?$", ")$")
HomeName = Annotated[str, StringConstraints(pattern=NAMED)]
"""A home's or a host's name that is not empty."""


class UnknownHome(LookupError):
    """No block describes the home."""


class JuchuHome(Block):
    """ホーム(JUCHU_HOME)1つと、それを動かすホストです。"""

    _block_type_name: ClassVar[str] = "juchu home"
    _block_type_slug: ClassVar[str] = "juchu-home"
    _description: ClassVar[str] = (
        "複数のホストで動かす場合の、ホーム1つと、それを動かすホストです。"
        "手で書き換えないでください(make deploy HOME=… と make move-home が書きます)。"
    )

    host: HomeName = Field(
        title="ホスト",
        description="このホームを動かすホストの名前(JUCHU_HOST)。作業キューの名前です",
    )
    folder: str = Field(
        title="フォルダー", description="そのホストでの JUCHU_HOME です"
    )
    epoch: int = Field(
        1,
        ge=1,
        title="世代",
        description="移動するたびに1増えます。ファイルと同じ数です",
    )
    place: str = Field(
        "",
        title="場所",
        description="マシンとフォルダーのしるしです。最初に使用したときに入ります",
    )


def of_home(automation: str, home: str) -> str:
    """Return the name of a home's copy of an automation; its own without a home."""
    return f"{automation} @{home}" if home else automation


def at_home(name: str, home: str) -> str:
    """Return the name of a home's copy of a deployment or tag; its own without one."""
    return f"{name}@{home}" if home else name


def home_in(name: str) -> str:
    """Return the home in the name of a copy, "" in that of the machine's own."""
    return name.partition("@")[2]


def home_of(name: str) -> JuchuHome:
    """Return the home's block.

    Raises:
        UnknownHome: there is none of that name.

    """
    try:
        return cast(JuchuHome, JuchuHome.load(name))
    except ValueError:
        raise UnknownHome(
            f"ホーム {name} は登録されていません。"
            "対処: JUCHU_HOME_NAME を確認してください。"
            f"新しいホームは make deploy HOME={name} HOST=… FOLDER=… で登録します。"
        ) from None


def save_home(name: str, home: JuchuHome) -> None:
    """Write the home's block, over the one there is."""
    home.save(name, overwrite=True)


def homes() -> dict[str, JuchuHome]:
    """Return every home by its name; none on a Prefect that knows no homes."""
    slug = JuchuHome.get_block_type_slug()
    with get_client(sync_client=True) as client:
        try:
            documents = client.read_block_documents_by_type(slug, include_secrets=False)
        except PrefectHTTPStatusError as problem:
            if problem.response.status_code == HTTPStatus.NOT_FOUND:
                return {}
            raise
    return {str(one.name): JuchuHome.model_validate(one.data) for one in documents}
