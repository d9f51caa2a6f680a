"""Whose orders a file holds: the shop it was given for, or the folder it stands in."""

import re

from connectors.incoming import Download
from connectors.mall_csv import CsvRefused
from data.model.order import Mall
from tasks.shops import UnknownShop, load_shop

SHOP_HANDLE = r"[a-z0-9][a-z0-9-]{0,62}"


def shop_id_of(download: Download) -> str:
    """Say by which id the shop's orders are kept.

    A Rakuten shop has to be known, for its number starts its order numbers. Another
    mall's need not be: then the handle is the id (Yahoo's store account, any name for
    a mall whose files do not show the shop). One handle may stand on several malls.

    Raises:
        UnknownShop: nobody described this Rakuten shop.
        CsvRefused: nobody said which mall's and shop's file it is.

    """
    _refuse_unplaced(download)
    try:
        shop = load_shop(download.shop)
    except UnknownShop:
        if download.mall == Mall.RAKUTEN:
            raise
        return download.shop
    if shop.mall == download.mall:
        return shop.shop_id
    if download.mall == Mall.RAKUTEN:
        raise UnknownShop(
            f"店舗 {download.shop} は楽天市場の店舗ではありません({shop.mall})。"
            " 対処: 楽天の店舗を選んでください (not a Rakuten shop)。"
        )
    return download.shop


def _refuse_unplaced(download: Download) -> None:
    """Refuse a download nobody gave a mall and a shop."""
    if download.mall in set(Mall) and re.fullmatch(SHOP_HANDLE, download.shop):
        return
    if download.waits:
        raise CsvRefused(
            "misplaced",
            "どのモールのどの店舗のファイルか分かりません。",
            advice="incoming/<モール>/<店舗>/ に置いてください"
            "(例: incoming/rakuten/demo/)。",
            english="put it into incoming/<mall>/<shop>/",
        )
    raise CsvRefused(
        "no-shop",
        "店舗 (shop) が指定されていません。",
        advice="店舗を入力して、もう一度実行してください。",
        english="say which shop the file is of",
    )
