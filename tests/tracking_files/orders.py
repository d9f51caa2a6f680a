"""Order files of two malls, invented, with the columns their real ones have."""

from collections.abc import Sequence
from pathlib import Path

_GOLDEN = Path(__file__).parents[1] / "order_files" / "golden"


def _header(folder: str, encoding: str, between: str) -> list[str]:
    file = _GOLDEN / folder / "in.csv"
    head = file.read_bytes().decode(encoding).splitlines()[0]
    return [name.strip('"') for name in head.split(between)]


COLORME = _header("colorme", "cp932", ",")
STATUS_OF_PACKAGE = COLORME.index("発送状態", COLORME.index("発送状態") + 1)
AMAZON = _header("amazon-unshipped", "cp932", "\t")
QOO10 = _header("qoo10", "cp932", ",")
AMAZON_ALL = _header("amazon-all-orders", "utf-8", "\t")


def colorme(path: Path, order: str = "501", **cells: str) -> str:
    """Write カラーミー's file with one order of one line."""
    row = {
        "売上ID": order,
        "受注日": "2026/11/24 09:00:00",
        "購入者 名前": "見本 花子",
        "商品の合計金額(税込)": "2000",
        "送料合計": "500",
        "決済手数料": "0",
        "総合計金額": "2500",
        "決済方法": "クレジットカード",
        "発送状態": "未発送",
        "配送先ID": "5011",
        "配送先 名前": "見本 花子",
        "配送先 郵便番号": "1000001",
        "配送先 都道府県名": "東京都",
        "配送先 住所": "見本区表町1-2-3",
        "配送先 電話番号": "09000000007",
        "売上詳細ID": "9001",
        "購入商品 型番": "SARA-1",
        "購入商品 商品ID": "9",
        "購入商品 商品名": "皿",
        "購入商品 販売価格(消費税込)": "1000",
        "購入商品 販売個数": "2",
        "購入商品 小計": "2000",
    }
    assert set(row) <= set(COLORME)
    given = row | cells
    # 発送状態 stands twice: the order's, then the package's.
    line = [given.get(name, "") for name in COLORME]
    path.write_bytes(_text(",", COLORME, line).encode("cp932"))
    return str(path)


def colorme_packages(path: Path, *packages: tuple[str, str, str]) -> str:
    """Write カラーミー's file with one order of these: package, line, its 発送状態."""
    head, line = Path(colorme(path)).read_bytes().decode("cp932").splitlines()
    rows = []
    for basket, number, status in packages:
        row = line.replace("5011", basket).replace("9001", number).split(",")
        row[STATUS_OF_PACKAGE] = status
        rows.append(row)
    path.write_bytes(_text(",", head.split(","), *rows).encode("cp932"))
    return str(path)


def amazon(path: Path, order: str = "250-0000001-0000001", **cells: str) -> str:
    """Write Amazon's report of unshipped orders with one order of one line."""
    row = {
        "order-id": order,
        "order-item-id": "12345678901234",
        "purchase-date": "2026-11-23T20:30:00+00:00",
        "buyer-name": "見本 圭",
        "buyer-phone-number": "'+81 90 0000 0002",
        "sku": "SOX-1",
        "product-name": '靴下 25" 予備',
        "quantity-purchased": "2",
        "recipient-name": "見本 圭",
        "ship-address-1": "見本区表町1-2-3",
        "ship-state": "東京都",
        "ship-postal-code": "100-0001",
        "ship-country": "JP",
    }
    assert set(row) <= set(AMAZON)
    given = {name.replace("_", "-"): text for name, text in cells.items()}
    line = [(row | given).get(name, "") for name in AMAZON]
    path.write_bytes(_text("\t", AMAZON, line).encode("utf-8"))
    return str(path)


def amazon_all(path: Path, order: str = "250-0000001-0000001", **cells: str) -> str:
    """Write Amazon's report of all orders with the same order; it has no item ids."""
    row = {
        "amazon-order-id": order,
        "purchase-date": "2026-11-23T20:30:00+00:00",
        "order-status": "Pending",
        "sku": "SOX-1",
        "product-name": '靴下 25" 予備',
        "quantity": "2",
        "item-price": "1980",
        "ship-postal-code": "100-0001",
    }
    assert set(row) <= set(AMAZON_ALL)
    given = {name.replace("_", "-"): text for name, text in cells.items()}
    line = [(row | given).get(name, "") for name in AMAZON_ALL]
    path.write_bytes(_text("\t", AMAZON_ALL, line).encode("utf-8"))
    return str(path)


def qoo10(path: Path, *lines: dict[str, str]) -> str:
    """Write Qoo10's file with one cart of these lines."""
    row = {
        "配送状態": "配送要請",
        "カート番号": "900001",
        "注文日": "2026/11/24 12:00:00",
        "商品番号": "77",
        "商品名": "帽子",
        "数量": "1",
        "受取人名": "見本 花子",
        "受取人電話番号": "090-0000-0007",
        "住所": "東京都見本区表町1-2-3",
        "郵便番号": "'100-0001",
        "購入者決済金額": "1000",
        "販売価格": "1000",
        "割引額": "0",
        "注文金額の合計": "1000",
    }
    assert set(row).union(*lines) <= set(QOO10)
    rows = [[(row | one).get(name, "") for name in QOO10] for one in lines]
    path.write_bytes(_text(",", QOO10, *rows).encode("utf-8"))
    return str(path)


def _text(between: str, *records: Sequence[str]) -> str:
    return "".join(between.join(record) + "\r\n" for record in records)
