"""The demo's order file: a shop's download in which RMS knows some orders, others not.

Both meet the API's orders the morning after: those RMS knows become its own, the others
are listed as RMSにない注文.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

SAMPLE: Final = Path("data/samples/rakuten.csv")
"""Orders that no RMS has ever had, in the columns of a download (全カラム)."""
PARTS_OF_ZIP: Final = ("1", "2")
PARTS_OF_PHONE: Final = ("1", "2", "3")


def write_order_file(path: Path, known: Iterable[Mapping[str, Any]]) -> Path:
    """Write the sample's orders and those RMS knows into one file, and return its path.

    `known` are orders as getOrder returns them; columns that they have no value for
    stay blank, so that `update` keeps what is stored.
    """
    with SAMPLE.open(encoding="cp932", newline="") as file:
        sample = csv.DictReader(file)
        columns, rows = list(sample.fieldnames or ()), list(sample)
    with path.open("w", encoding="cp932", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
        for order in known:
            writer.writerows(rows_of(order))
    return path


def rows_of(order: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an order's rows, one for each line, as RMS's download has them."""
    for package in order["PackageModelList"]:
        for line in package["ItemModelList"]:
            yield {
                **_order(order),
                **_person("注文者", order["OrdererModel"]),
                **_package(package),
                **_person("送付先", package["SenderModel"]),
                **_line(line),
            }


def _order(order: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "注文番号": order["orderNumber"],
        "ステータス": order["orderProgress"],
        "注文日時": _moment(order["orderDatetime"]),
        "注文確認日時": _moment(order["shopOrderCfmDatetime"]),
        "注文確定日時": _moment(order["orderFixDatetime"]),
        "発送指示日時": _moment(order["shippingInstDatetime"]),
        "支払方法名": order["SettlementModel"]["settlementMethod"],
        "配送方法": order["DeliveryModel"]["deliveryName"],
        "注文種別": order["orderType"],
        "商品合計金額": order["goodsPrice"],
        "送料合計": order["postagePrice"],
        "代引料合計": order["deliveryPrice"],
        "合計金額": order["totalPrice"],
        "請求金額": order["requestPrice"],
        "ポイント利用額": order["PointModel"]["usedPoint"],
        "クーポン利用総額": order["couponAllTotalPrice"],
        "注文者メールアドレス": order["OrdererModel"]["emailAddress"],
    }


def _package(package: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "送付先ID": package["basketId"],
        "送付先送料": package["postagePrice"],
        "送付先代引料": package["deliveryPrice"],
        "送付先商品合計金額": package["goodsPrice"],
        "送付先合計金額": package["totalPrice"],
    }


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    (sku,) = line["SkuModelList"]
    return {
        "商品明細ID": line["itemDetailId"],
        "商品ID": line["itemId"],
        "商品名": line["itemName"],
        "商品番号": line["itemNumber"],
        "商品管理番号": line["manageNumber"],
        "単価": line["price"],
        "個数": line["units"],
        "税込別": line["includeTaxFlag"],
        "商品税率": line["taxRate"],
        "SKU管理番号": sku["variantId"],
        "システム連携用SKU番号": sku["merchantDefinedSkuId"],
        "SKU情報": sku["skuInfo"],
    }


def _person(who: str, person: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **_parts(f"{who}郵便番号", person, "zipCode", PARTS_OF_ZIP),
        f"{who}住所都道府県": person["prefecture"],
        f"{who}住所郡市区": person["city"],
        f"{who}住所それ以降の住所": person["subAddress"],
        f"{who}姓": person["familyName"],
        f"{who}名": person["firstName"],
        f"{who}姓カナ": person["familyNameKana"],
        f"{who}名カナ": person["firstNameKana"],
        **_parts(f"{who}電話番号", person, "phoneNumber", PARTS_OF_PHONE),
    }


def _parts(
    column: str, person: Mapping[str, Any], field: str, parts: Sequence[str]
) -> dict[str, Any]:
    return {f"{column}{part}": person[f"{field}{part}"] for part in parts}


def _moment(text: str | None) -> str:
    """Return an instant of RMS's answer as the file has it: Japan's time, no offset."""
    return "" if text is None else text[:19].replace("T", " ")
