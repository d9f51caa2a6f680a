# ruff: noqa: S311 - invented data wants repeatable chance, not secrets
"""An invented Rakuten order file of any length, written row by row.

No name, address, number or product here belongs to anyone: the phone numbers are from
the block kept for fiction, the mail addresses end in `.example`.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.order_files.layouts.rakuten import ADDITIONS

SHOP = "123456"
HEADER: tuple[str, ...] = tuple(name for one in ADDITIONS for name in one.columns)
"""All 158 columns, in the mall's order."""

_FAMILY = ("髙橋", "山﨑", "佐藤", "鈴木", "渡邊", "申", "能登", "表")
_GIVEN = ("花子", "太郎", "彅", "ソフィ", "予", "十和子", "圭", "暴")
_CITY = ("千代田区", "構内市", "貼付町", "噂郡能登町")
_STREET = ("架空町①－２－３ ㈱見本ビル１０階", "見本台4-5-6 Ⅱ号棟", "仮町7丁目～8番地")
_ITEM = (
    "【送料無料】ソフト畳表 い草ラグ 能登 ①型 約１９１×２５０cm 裏貼り加工 滑止付き",
    "表彰状用額縁 十号 予備紐つき ㈱見本 黒塗り №5 ガラス面 高さ33cm 構造用合板",
    "ポリエステル毛布 シングル 140×200cm 暖かい 洗える 見本色 ﾌﾞﾗｳﾝ",
)
_PRAISE = (
    "夏用 おしゃれ 国産 自然素材 抗菌 防臭 見本店オリジナル ギフト対応 ～在庫限り～ "
    * 3
)
_CHOICE = (
    "カラー:ブルー\nサイズ:Ｌ",
    "名入れ:なし",
    "色:アイボリー\n注意:了承済み\n包装:簡易",
)
_COMMENT = "[配送日時指定:]\n2026-12-14(月)\n午前中\n玄関前で声をかけてください。"


@dataclass(frozen=True)
class Shape:
    """How the invented file looks."""

    line_end: str = "\r\n"
    quoted: bool = True
    encoding: str = "cp932"
    escaped_quote_every: int = 50
    """One order in so many has a doubled quote in its remarks."""
    lines_of_orders: tuple[int, ...] = (1, 1, 2, 4)
    """How many lines an order may have, by chance."""


def write_rakuten(
    path: Path, lines: int, *, seed: int = 0, shape: Shape | None = None
) -> int:
    """Write `lines` order lines, as orders of the shape; return how many orders."""
    shape = shape or Shape()
    orders = 0
    with path.open("wb") as file:
        file.write(_encoded(HEADER, shape))
        for rows in _orders(lines, random.Random(seed), shape):
            file.write(rows)
            orders += 1
    return orders


def rakuten_row(**cells: str) -> dict[str, str]:
    """Return a plausible order line as column name to text; `cells` replace some."""
    rng = random.Random(1)
    row = dict.fromkeys(HEADER, "") | _order_cells(rng) | _line_cells(rng)
    money = dict.fromkeys(("商品合計金額", "送付先商品合計金額", "単価"), "1980")
    money |= dict.fromkeys(("合計金額", "請求金額"), "2530")
    return (
        row
        | money
        | {
            "注文番号": f"{SHOP}-20261124-0000000001",
            "送付先ID": "0000000007",
            "商品明細ID": "0000000011",
            "個数": "1",
        }
        | cells
    )


def rakuten_bytes(rows: Sequence[dict[str, str]], shape: Shape | None = None) -> bytes:
    """Return a whole file of these rows, header first."""
    shape = shape or Shape()
    columns = list(rows[0]) if rows else list(HEADER)
    body = b"".join(_encoded([row[name] for name in columns], shape) for row in rows)
    return _encoded(columns, shape) + body


def _encoded(cells: Sequence[str], shape: Shape) -> bytes:
    doubled = (cell.replace('"', '""') for cell in cells)
    if shape.quoted:
        text = ",".join(f'"{cell}"' for cell in doubled)
    else:
        text = ",".join(
            f'"{cell}"' if any(c in cell for c in ',"\r\n') else cell
            for cell in doubled
        )
    return (text + shape.line_end).encode(shape.encoding)


def _orders(lines: int, rng: random.Random, shape: Shape) -> Iterator[bytes]:
    """Yield whole orders as bytes, each of its own buyer; the shop sells 800 goods."""
    goods = [_line_cells(rng) for _ in range(800)]
    lines_cut = [_cut(HEADER[71:94], cells, ("単価", "個数")) for cells in goods]
    odd = HEADER.index("コメント") - 94
    left, orders = lines, 0
    while left:
        count = min(left, rng.choice(shape.lines_of_orders))
        left -= count
        orders += 1
        cells = _order_cells(rng)
        sold = [
            (rng.randrange(800), rng.randrange(100, 9800, 10), rng.randrange(1, 4))
            for _ in range(count)
        ]
        total = sum(price * units for _, price, units in sold)
        cells |= {
            "商品合計金額": str(total),
            "請求金額": str(total + 550),
            "合計金額": str(total + 550),
            "送付先商品合計金額": str(total),
        }
        number = f"{SHOP}-20261124-{orders:010d}"
        head = _cut(HEADER[1:51], cells, ())
        package = _cut(HEADER[52:70], cells, ())
        parts = []
        for index, (item, price, units) in enumerate(sold):
            tail = _cut(HEADER[94:], cells | goods[item], ())
            if orders % shape.escaped_quote_every == 0:
                told = tail.split('","')
                told[odd] = 'サイズは""大""で'
                tail = '","'.join(told)
            line = lines_cut[item] % {"単価": price, "個数": units}
            parts.append(
                f'"{number}","{head}","{orders:010d}","{package}",'
                f'"{orders * 4 + index:010d}","{line}","{tail}"{shape.line_end}'
            )
        yield "".join(parts).encode(shape.encoding)


def _cut(names: Sequence[str], cells: dict[str, str], open_: Sequence[str]) -> str:
    """Return the inside of these cells, quoted, with a %-field for each that varies."""
    texts = (
        f"%({name})d" if name in open_ else cells.get(name, "").replace("%", "%%")
        for name in names
    )
    return '","'.join(texts) if open_ else '","'.join(cells.get(n, "") for n in names)


def _room(rng: random.Random) -> str:
    return f"{rng.randrange(1, 40)}-{rng.randrange(1, 30)} {rng.randrange(101, 999)}号"


def _order_cells(rng: random.Random) -> dict[str, str]:
    phone = ("090", "0000", f"{rng.randrange(10000):04d}")
    clock = f"{rng.randrange(24):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    cells = {
        "ステータス": rng.choice(("100", "300", "300", "500", "900")),
        "注文日時": f"2026-11-24 {clock}",
        "注文日": "2026/11/24",
        "注文時間": clock,
        "注文確認日時": "2026-11-24 10:00:00",
        "注文確定日時": "2026-11-24 10:05:00",
        "支払方法名": rng.choice(("クレジットカード", "代金引換", "楽天バンク決済")),
        "クレジットカード支払い方法": "一括払い",
        "配送方法": "宅配便",
        "注文種別": "1",
        "複数送付先フラグ": "0",
        "送付先一致フラグ": "1",
        "離島フラグ": "0",
        "楽天確認中フラグ": "0",
        "警告表示タイプ": "0",
        "楽天会員フラグ": "1",
        "購入履歴修正有無フラグ": "0",
        "消費税合計": "0",
        "送料合計": "550",
        "代引料合計": "0",
        "ポイント利用額": "0",
        "クーポン利用総額": "0",
        "店舗発行クーポン利用額": "0",
        "楽天発行クーポン利用額": "0",
        "注文者メールアドレス": f"mihon{rng.randrange(10**8)}@mail.example",
        "注文者性別": "女",
        "送付先送料": "550",
        "送付先代引料": "0",
        "送付先消費税合計": "0",
        "送付先合計金額": "2530",
        "のし": "",
        "お届け時間帯": rng.choice(("0", "1", "1416", "1820")),
        "お届け日指定": "2026-12-14",
        "コメント": f"{_COMMENT}\n合言葉は{rng.randrange(10**8)}です。",
        "ひとことメモ": "要確認\n12/1 入荷",
        "利用端末": "11",
        "ギフト配送希望": "0",
        "決済手数料": "0",
        "注文者負担金合計": "0",
        "店舗負担金合計": "0",
        "外税合計": "0",
    }
    for who in ("注文者", "送付先"):
        cells |= {
            f"{who}郵便番号1": "001",
            f"{who}郵便番号2": f"0{rng.randrange(1000):03d}",
            f"{who}住所都道府県": rng.choice(("北海道", "東京都", "能登県")),
            f"{who}住所郡市区": rng.choice(_CITY),
            f"{who}住所それ以降の住所": f"{rng.choice(_STREET)} {_room(rng)}",
            f"{who}姓": rng.choice(_FAMILY),
            f"{who}名": rng.choice(_GIVEN),
            f"{who}姓カナ": "ミホン",
            f"{who}名カナ": "ソノヒト",
            f"{who}電話番号1": phone[0],
            f"{who}電話番号2": phone[1],
            f"{who}電話番号3": phone[2],
        }
    return cells


def _line_cells(rng: random.Random) -> dict[str, str]:
    code = f"Mihon-{rng.randrange(900):04d}"
    return {
        "商品ID": f"1000{rng.randrange(10000):04d}",
        "商品名": f"{rng.choice(_ITEM)} {_PRAISE}",
        "商品番号": code.upper(),
        "商品管理番号": code,
        "送料込別": "0",
        "税込別": "1",
        "代引手数料込別": "0",
        "項目・選択肢": rng.choice(_CHOICE),
        "ポイント倍率": "1",
        "納期情報": "1～2日以内に発送予定(店舗休業日を除く)",
        "在庫タイプ": "2",
        "あす楽希望フラグ": "0",
        "医薬品受注フラグ": "0",
        "楽天スーパーDEAL商品受注フラグ": "0",
        "メンバーシッププログラム受注タイプ": "0",
        "商品税率": "0.1",
        "商品毎税込価格": "0",
        "10%税率": "0.1",
        "単品配送フラグ": "0",
        "購入時配送会社": "1001",
        "SKU管理番号": f"{code.lower()}-{rng.randrange(9)}",
        "システム連携用SKU番号": rng.choice(("", f"SKU{rng.randrange(9000):05d}")),
        "SKU情報": "サイズ:Ｌ\n色:青",
    }
