"""What people see of import-skus: what was mapped, and what a person has to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State

from data.model.item import ListingAtMall, alike_but_for_case, shared_skus
from data.model.shops.shop import ShopHandle
from data.model.stock import Listing
from data.warehouse.stock.listings import MappedListings, ToldBy
from tasks.runs.report import counts, ended, in_a_row, listing, page, section, sums

KEY: Final = "import-skus-report"
BY_SEARCH: Final = (
    "商品を1件ずつ確認する機能(商品一括編集機能の契約)がないため、検索の結果だけで"
    "登録しました。検索に反映されるまで最大24時間かかるため、新しい商品と削除した商品は"
    "まだ反映されていないことがあります。"
)
SHARED: Final = (
    "どの在庫を売るかが決まらないため、この番号では登録していません。"
    "対処: 同じ商品の場合は、棚卸のファイルの「自社SKU」で同じSKUを指定してください。"
    "違う商品の場合は、RMSのシステム連携用SKU番号を修正してください。"
)
ALIKE: Final = (
    "RMSでは別のSKUです。対処: 在庫のファイルで大文字と小文字を取り違えていないか"
    "確認してください。"
)
NOT_THERE: Final = (
    "在庫数を送っても販売されません。対処: RMSの商品管理番号とSKU管理番号を確認し、"
    "番号を変えた商品は、新しい番号で棚卸を取り込んでください。"
)
NOT_FOUND: Final = (
    "検索では見つかりません。新しい商品の場合は、24時間後にもう一度実行してください。"
)
UNREAD: Final = (
    "RMSの応答にSKUがないため、登録も削除もしていません。"
    "対処: RMSの商品とSKUの設定を確認してください。"
)
LEFT: Final = (
    "商品がなくなったSKUに在庫が残っています。対処: 棚卸を取り込んでください。"
)
_LISTING: Final = ("商品管理番号", "SKU管理番号")


@dataclass(frozen=True)
class SkusRead:
    """What the mall has.

    told_by  item: each was confirmed; search: the search's word alone
    said     every SKU of its items
    missing  listings of ours that it does not have, or that the search did not find
    deleted  numbers that the search still finds, of items that are gone
    unread   numbers of items whose SKUs the mall did not show: nothing is said of them
    """

    read_at: datetime
    told_by: ToldBy
    items: int
    said: tuple[ListingAtMall, ...]
    missing: tuple[Listing, ...]
    deleted: tuple[str, ...]
    unread: tuple[str, ...] = ()


def conclude_skus(
    shop: ShopHandle, read: SkusRead, mapped: MappedListings, *, dry_run: bool
) -> State[Any]:
    """Create the report and return the run's final state.

    What a person should look at is in the report; it fails no run, because nothing was
    left undone.
    """
    create_markdown_artifact(
        key=KEY,
        markdown=skus_report(shop, read, mapped, dry_run=dry_run),
        description="RMSの商品からのSKUの登録",
    )
    new = sum(one.sku_before is None for one in mapped.changes)
    summary = sums(
        {
            "商品": read.items,
            "SKU": len(read.said),
            "販売中": sum(one.is_on_sale for one in read.said),
            "新しく登録": new,
            "変更": len(mapped.changes) - new,
            _missing(read): len(read.missing),
        }
    )
    return ended(f"試行: {summary}。何も変更していません" if dry_run else summary)


def skus_report(
    shop: ShopHandle, read: SkusRead, mapped: MappedListings, *, dry_run: bool
) -> str:
    """Return in Markdown what was mapped and what is odd about the mall's items."""
    hidden = [one for one in read.said if not one.is_on_sale]
    is_sure = read.told_by == "item"
    alike = alike_but_for_case(one.listing for one in read.said)
    left = [one for one in mapped.moved if one.is_left]
    return page(
        f"RMSの商品からのSKUの登録 ({shop})",
        "試行です。何も変更していません。" if dry_run else "",
        "" if is_sure else BY_SEARCH,
        counts(
            {
                "商品": read.items,
                "SKU": len(read.said),
                "販売中のSKU": len(read.said) - len(hidden),
                "新しく登録・変更したSKU": len(mapped.changes),
            }
        ),
        listing(
            "登録・変更したSKU",
            (*_LISTING, "前のSKU", "SKU"),
            [
                (one.manage_number, one.variant_id, one.sku_before, one.sku)
                for one in mapped.changes
            ],
        ),
        listing(
            _missing(read),
            _LISTING,
            _keys(read.missing),
            advice=NOT_THERE if is_sure else NOT_FOUND,
        ),
        listing(
            "販売中でないSKU(倉庫、または販売期間の外)",
            (*_LISTING, "商品名"),
            [
                (one.listing.manage_number, one.listing.variant_id, one.title)
                for one in hidden
            ],
        ),
        listing(
            "同じシステム連携用SKU番号のSKU",
            ("システム連携用SKU番号", *_LISTING),
            [
                (sku, one.manage_number, one.variant_id)
                for sku, listings in shared_skus(read.said).items()
                for one in listings
            ],
            advice=SHARED,
        ),
        listing(
            "大文字と小文字だけが違うSKU",
            _LISTING,
            [row for group in alike for row in _keys(group)],
            advice=ALIKE,
        ),
        listing(
            "人が指定したSKU(変更していません)",
            (*_LISTING, "指定したSKU", "システム連携用SKU番号"),
            mapped.kept,
        ),
        listing(
            "在庫が残ったSKU",
            ("前のSKU", *_LISTING, "SKU"),
            [
                (one.sku_before, one.manage_number, one.variant_id, one.sku)
                for one in left
            ],
            advice=LEFT,
        ),
        section("削除された商品", in_a_row(read.deleted)) if read.deleted else "",
        section("SKUを確認できない商品", f"{in_a_row(read.unread)}。{UNREAD}")
        if read.unread
        else "",
    )


def _missing(read: SkusRead) -> str:
    """Return what staff call the SKUs of ours that were not among those read."""
    return "RMSにないSKU" if read.told_by == "item" else "検索で見つからないSKU"


def _keys(listings: Sequence[Listing]) -> list[tuple[str, str]]:
    return [(one.manage_number, one.variant_id) for one in listings]
