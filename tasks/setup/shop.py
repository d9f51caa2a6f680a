"""`make shop`: the first run for a shop of one's own: its block, then the connection.

It asks in the terminal. Where `JUCHU_SHOP_<HANDLE>_…` describes the shop, in the
environment or in `.env`, it asks nothing. Keys are typed unseen; they go into the
block and into RMS's header, and into no argument, log or history.
"""

import argparse
import re
import signal
import sys
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from getpass import getpass
from typing import Final, cast

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.exceptions import ObjectNotFound
from prefect.settings import temporary_settings
from pydantic import SecretStr, ValidationError

from connectors.settings.reading import SettingsProblem
from connectors.settings.shop_environment import (
    handles_in_environment,
    has_rms_in_environment,
    shop_from_environment,
)
from connectors.settings.shop_variables import NEEDED, stem_of
from data.model.japan_time import in_japan
from data.model.order import Mall
from data.model.shops.connection import can_be_issued, shop_in_use
from data.model.shops.shop import SHOP_HANDLE, Shop, without_mask
from data.model.typed.time import TimeRefused, day_of
from data.warehouse.errors import WarehouseClosed
from data.warehouse.shops import key_in_use
from tasks.machine import now, our_warehouse
from tasks.runs.limits import ensure_limit
from tasks.setup.prefect_runs import client_settings
from tasks.setup.server import sentence_of
from tasks.setup.server_in_use import environment_of_server
from tasks.shops.blocks import RmsShop, shop_places
from tasks.shops.connection import (
    PASSES,
    check_sample,
    check_shop,
    connection_sentence,
)

ASKED: Final = (
    "shop_id",
    "shop_url",
    "service_secret",
    "license_key",
    "license_expires_on",
    "notice_auth_key",
    "contract_id",
)
"""Fields in the order in which they are asked for; titles and help are the block's."""
UNSEEN: Final = frozenset({"service_secret", "license_key", "notice_auth_key"})
AS_ISSUED: Final = (
    "RMSに表示されるとおりに、空白のない半角の文字だけで入力してください。"
)
WHAT_IS_TAKEN: Final = {
    "shop_id": "半角の数字だけを入力してください。",
    "service_secret": AS_ISSUED,
    "license_key": AS_ISSUED,
    "license_expires_on": "過ぎていない日を、2027-02-21 のように入力してください。"
    "わからなければ、何も入力せずに Enter を押してください。",
}
"""What is said where an answer is not valid, by field."""
HANDLE: Final = (
    "店舗コード: フローの「店舗」に入力する名前です(半角の英小文字・数字・ハイフン)。"
    "例: mihon"
)
NEXT: Final = """\
次にすること:
  1. make deploy    デプロイメントを登録します(登録済みでも、もう一度実行してください)
  2. make worker    実行を始めます。次の 9:00 から、毎朝の処理(daily)の対象になります
     今すぐ取り込む場合: make run FLOW=ingest-orders/0900 ARGS='-p shop={handle}'
  3. 通知も受け取る場合: docs/onboarding.md の「通知だけを追加する」
"""
UNCHECKED: Final = """
接続の確認を中止しました。ブロック rms-shop/{handle} は保存済みです。
対処: make deploy と make worker の後に、接続チェックを実行してください:
  make run FLOW=check-connection/0850 ARGS='-p shop={handle}'"""
Ask = Callable[[str], str]


class NoShop(Exception):
    """No block was made or changed; says in Japanese why, and what to do."""


def main() -> None:
    """Make the shop's block, check its connection and print what to do next.

    The exit code is 1 where no block was made, or the connection has to be mended.
    """
    parser = argparse.ArgumentParser(prog="make shop")
    parser.add_argument("handle", nargs="?", default="", metavar="SHOP")
    handle = parser.parse_args().handle
    # Polars (2.1) has put its own in place, after which a question goes on over Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    known = environment_of_server()
    with temporary_settings(client_settings(known)):
        try:
            shop = describe(handle, input, getpass, is_asked=sys.stdin.isatty())
            save(shop, input, is_asked=sys.stdin.isatty())
        except (NoShop, SettingsProblem) as problem:
            sys.exit(str(problem))
        except (EOFError, KeyboardInterrupt):
            sys.exit("\n中止しました。ブロックは変更していません。")
        works = check_or_tell(shop)
    _print(NEXT.format(handle=shop.handle) if works else "")
    sys.exit(0 if works else 1)


def describe(handle: str, ask: Ask, ask_unseen: Ask, *, is_asked: bool) -> Shop:
    """Return the shop as the environment describes it, or as a person does.

    Raises:
        NoShop: nobody can be asked and nothing describes it, or an answer is not valid.
        SettingsProblem: the environment describes it in part, or wrongly.

    """
    if not handle and not is_asked:
        handle = _only_one_described()
    while is_asked and not re.fullmatch(SHOP_HANDLE, handle):
        handle = _plain(ask(f"{HANDLE}\n> "))
    if shop := shop_from_environment(handle):
        if shop.mall != Mall.RAKUTEN:
            raise NoShop(
                f"店舗 {handle} は楽天市場の店舗ではありません({shop.mall})。"
                "何も登録していません。対処: ほかのモールの注文は、登録せずに"
                " import-order-csv で取り込めます(docs/order-files.md)。"
            )
        _print(f"{stem_of(handle)}… の値を使用します。")
        return shop
    if not is_asked:
        raise NoShop(
            f"店舗 {handle} の値がありません。対処: 端末で実行するか、"
            f"{stem_of(handle)}SHOP_ID などを設定してください(一覧は .env.example)。"
        )
    answers = {name: _answer(name, ask, ask_unseen) for name in ASKED}
    return _shop(handle, {name: text for name, text in answers.items() if text})


def _only_one_described() -> str:
    handles = [*filter(has_rms_in_environment, handles_in_environment())]
    if len(handles) != 1:
        raise NoShop(
            "店舗コードが指定されていません"
            f"(環境変数にある店舗: {'、'.join(handles) or 'なし'})。"
            "対処: make shop SHOP=店舗コード のように指定してください。"
        )
    return handles[0]


def _answer(name: str, ask: Ask, ask_unseen: Ask) -> str:
    """Ask for one field until it is what the block takes."""
    field = RmsShop.model_fields[name]
    rest = "" if name in NEEDED else "(なければ Enter)"
    unseen = " 入力した文字は表示されません。" if name in UNSEEN else ""
    asked = f"{field.title}{rest}: {field.description}。{unseen}\n> "
    while True:
        text = _plain((ask_unseen if name in UNSEEN else ask)(asked))
        if not text and name not in NEEDED:
            return text
        if good := _taken(name, text):
            return good
        rule = WHAT_IS_TAKEN.get(name, "")
        _print(f"この値は使用できません。{rule}もう一度入力してください。")


def _plain(typed: str) -> str:
    """Return what was typed in half-width letters, without signs that nobody sees.

    Both come along with what is copied from a page or typed with Japanese input on.
    """
    half = unicodedata.normalize("NFKC", typed)
    seen = (sign for sign in half if unicodedata.category(sign) not in {"Cc", "Cf"})
    return "".join(seen).strip()


def _taken(name: str, text: str) -> str:
    """Return a field's value as the block takes it; "" for what cannot be."""
    match name:
        case "shop_id":
            return text if re.fullmatch(r"[0-9]{1,32}", text) else ""
        case "service_secret" | "license_key":
            return text if can_be_issued(text) else ""
        case "license_expires_on":
            with suppress(TimeRefused):
                day = day_of(text, name)
                return f"{day}" if day and day >= in_japan(now()).date() else ""
            return ""
        case _:
            return text


def _shop(handle: str, given: Mapping[str, str]) -> Shop:
    return Shop.model_validate({"handle": handle, "mall": Mall.RAKUTEN, **given})


def save(shop: Shop, ask: Ask, *, is_asked: bool) -> None:
    """Make the shop's block and limits; an existing block only when a person agrees.

    Raises:
        NoShop: there is a block, and nobody said that it may be replaced; or the shop
            is set up under another handle.

    """
    RmsShop.register_type_and_schema()
    known = {one.handle: one.shop_id for one in shop_places() if one.mall == shop.mall}
    refuse_twin(shop, known)
    with get_client(sync_client=True) as client:
        there = _is_there(client, shop.handle)
    if there and not (
        is_asked and agreed(shop, known.get(shop.handle, shop.shop_id), ask)
    ):
        raise NoShop(
            f"ブロック rms-shop/{shop.handle} はすでにあります。変更していません。"
            "対処: Prefect の Blocks で編集するか、別の店舗コードを指定してください。"
        )
    block = RmsShop.from_shop(shop)
    if there:
        with suppress(ValidationError):  # what cannot be used is not worth keeping
            before = cast(RmsShop, RmsShop.load(shop.handle))
            block = renewed(before, shop, _key_in_use(before, shop.handle))
    block.save(shop.handle, overwrite=there)
    ensure_limit(shop.handle)
    ensure_limit(shop.handle, "stock")
    _print(f"ブロック rms-shop/{shop.handle} を保存しました。")


def renewed(before: RmsShop, shop: Shop, in_use: SecretStr) -> RmsShop:
    """Return a shop's block with what was entered; the rest stays as it was.

    Nobody is asked for safety stock, stock link or hours of silence here, and whoever
    enters a new licence key leaves out what has not changed. The key's last day goes
    with the key. A key that is replaced stays as the former one: the new one is refused
    for up to half an hour, and no page shows the old one for people to copy.
    """
    entered = {"license_expires_on", *shop.model_fields_set} - {"handle"}
    update = {name: getattr(shop, name) for name in entered}
    former = {
        "license_key": in_use,
        "notice_auth_key": before.notice_auth_key,
    }
    for name, key in former.items():
        is_replaced = name in entered and key != getattr(shop, name)
        if is_replaced and before.shop_id == shop.shop_id and without_mask(key):
            update.setdefault(f"{name}_before", key)
    return before.model_copy(update=update)


def _key_in_use(before: RmsShop, handle: str) -> SecretStr:
    """Return which of a block's keys calls use; where nobody can say, the newer."""
    shop = before.to_shop(handle)
    try:
        with our_warehouse() as con:
            return shop_in_use(shop, key_in_use(con, handle)).license_key
    except (WarehouseClosed, OSError):
        return shop.license_key


def _is_there(client: SyncPrefectClient, handle: str) -> bool:
    try:
        client.read_block_document_by_name(handle, RmsShop.get_block_type_slug())
    except ObjectNotFound:
        return False
    return True


def refuse_twin(shop: Shop, known: Mapping[str, str]) -> None:
    """Refuse a shop that is set up under another handle: both would call RMS for it.

    `known` is the shop number of each handle that is set up.

    Raises:
        NoShop: another handle has the shop's number.

    """
    for handle, number in known.items():
        if number == shop.shop_id and handle != shop.handle:
            raise NoShop(
                f"店舗番号 {number} は、店舗 {handle} として登録済みです。同じ店舗を"
                "2つの店舗コードで登録すると二重に処理するため、登録していません。"
                f"対処: キーなどを変える場合は make shop SHOP={handle} を実行して"
                "ください。店舗コードを変える場合は、先に Prefect の Blocks で "
                f"rms-shop/{handle} を削除してください。"
            )


def agreed(shop: Shop, number_before: str, ask: Ask) -> bool:
    """Return whether a person lets the shop's block be changed, as it then is."""
    other = (
        f"店舗番号が、登録済みの {number_before} から {shop.shop_id} に変わります。"
        "別の店舗を登録する場合は、N を入力し、別の店舗コードで実行してください。"
    )
    question = (
        f"ブロック rms-shop/{shop.handle} はすでにあります。"
        f"{other if shop.shop_id != number_before else ''}"
        "入力した項目で更新しますか?"
        " 入力しなかった項目は、有効期限を除いて元のまま残ります (y/N) > "
    )
    return _plain(ask(question)).lower() in {"y", "yes"}


def check_or_tell(shop: Shop) -> bool:
    """Return whether the shop's connection works; its block is kept by now.

    Raises:
        SystemExit: with a sentence, where it could not be checked to the end.

    """
    unchecked = UNCHECKED.format(handle=shop.handle)
    try:
        return check(shop)
    except KeyboardInterrupt:
        sys.exit(unchecked)
    except (WarehouseClosed, OSError) as problem:
        sys.exit(f"{sentence_of(problem)}{unchecked}")


def check(shop: Shop) -> bool:
    """Call RMS once for each function and print what it says; return whether it works.

    What was found is stored, as `check-connection` does it.
    """
    _print("RMS への接続を確認しています …")
    checkup = check_shop.fn(shop.handle)
    finding = checkup.finding
    _print(connection_sentence(checkup))
    if finding.is_good:
        _print("楽天のテスト用の応答を確認しています(注文には触れません) …")
        for one in check_sample.fn(shop.handle):
            _print(f"  {one.function}: {one.verdict.value} {one.detail}".rstrip())
    judged = checkup.new_key or finding
    return judged.status in PASSES


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n" if text and not text.endswith("\n") else text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
