"""What beside its status says that an order is over, or waits for its money.

Each case is a state that a mall's book or a real file has (docs/order-files.md §1).
"""

import pytest

from tests.order_files.read.one_row import one_row
from tests.support.effort import first

OPEN, HELD, UNTOLD = ("open", False), ("open", True), ("open", None)
SHIPPED, REFUNDED, CANCELLED = (
    (outcome, False) for outcome in ("shipped", "refunded", "cancelled")
)


def told(read, mall, *files):
    (seen,) = read(*files, mall=mall).rows.select("outcome", "is_under_review").rows()
    return seen


@first(3)
@pytest.mark.parametrize(
    ("order", "pay", "ship", "expected"),
    [
        ("2", "0", "0", HELD),  # 処理中, 未入金, 出荷不可
        ("2", "1", "3", SHIPPED),  # not completed yet
        ("2", "0", "1", OPEN),  # 代引: the mall says that it may leave
        ("2", "1", "1", OPEN),
        ("2", "0", "3", SHIPPED),
        ("5", "1", "4", SHIPPED),
        ("4", "0", "0", CANCELLED),
        ("0", "1", "1", HELD),
        ("8", "1", "1", HELD),  # 繰上げ同意待ち
    ],
)
def test_yahoo_tells_beside_the_status_what_may_leave_and_what_has(
    read, order, pay, ship, expected
):
    """An unpaid order got a label, and one that had left got a second one."""
    cells = {"OrderStatus": order, "PayStatus": pay, "ShipStatus": ship}
    files = one_row("yahoo", "order.csv", **cells), one_row("yahoo", "item.csv")

    assert told(read, "yahoo", *files) == expected


@first()
@pytest.mark.parametrize(
    ("method", "day", "expected"),
    [
        ("銀行振込(振込先:見本銀行)", "", HELD),
        ("銀行振込(振込先:見本銀行)", "2026/11/25", OPEN),
        ("ｺﾝﾋﾞﾆ決済", "", HELD),
        ("クレジットカード決済", "", UNTOLD),  # ShipStatus might say 出荷不可
        ("クレジットカード決済", "2026/11/25", OPEN),
    ],
)
def test_without_those_columns_the_day_of_payment_tells_it(read, method, day, expected):
    order = one_row("yahoo", "order.csv", PayMethodName=method, PayDate=day)

    assert told(read, "yahoo", order, one_row("yahoo", "item.csv")) == expected


@first(3)
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("注文取消", CANCELLED),
        ("返品", REFUNDED),
        ("予約", HELD),
        ("保留", HELD),
        ("通常処理", OPEN),
        ("未回収", OPEN),
        ("処理済", SHIPPED),
    ],
)
def test_every_status_that_futureshop_knows(read, status, expected):
    """A cancelled order is 注文取消 there: it went on, and got a label."""
    file = one_row("futureshop", 処理状況区分=status)

    assert told(read, "futureshop", file) == expected


@first()
@pytest.mark.parametrize(
    ("paid", "sent", "method", "expected"),
    [
        ("未入金", "未発送", "銀行振込", HELD),
        ("入金済", "未発送", "銀行振込", OPEN),
        ("未入金", "未発送", "代金引換", OPEN),
        ("未入金", "未発送", "NP後払い(コンビニ・郵便局・銀行)", OPEN),
        ("未入金", "発送済", "銀行振込", SHIPPED),
        ("一部返金済", "未発送", "クレジット", OPEN),
        ("全額返金済", "未発送", "クレジット", REFUNDED),
        ("キャンセル", "未発送", "クレジット", CANCELLED),
    ],
)
def test_colorme_tells_of_the_payment_beside_the_parcel(
    read, paid, sent, method, expected
):
    file = one_row("colorme", 入金状態=paid, 発送状態=sent, 決済方法=method)

    assert told(read, "colorme", file) == expected


FUTURESHOP = ("futureshop", "futureshop", "入金確認日", "決済方法")
PONPARE = ("ponpare", "ponpare", "入金日", "決済方法")
MINNE = ("minne", "minne", "入金確認日", "支払方法")
ECCUBE = ("eccube4", "eccube", "入金日", "支払方法(名称)")


@first(4)
@pytest.mark.parametrize(
    ("where", "method", "day", "is_held"),
    [
        (FUTURESHOP, "銀行振込", "－", True),
        (PONPARE, "銀行振込", "", True),
        (MINNE, "コンビニ決済", "", True),
        (ECCUBE, "郵便振替", "", True),
        (FUTURESHOP, "銀行振込", "2026/11/25", False),
        (FUTURESHOP, "コンビニ後払い", "－", False),
        (FUTURESHOP, "Paidy翌月払い(コンビニ/銀行)", "－", False),
        (FUTURESHOP, "請求書払い(銀行振込)", "－", False),
        (MINNE, "銀行振込", "2026/11/25", False),
        (MINNE, "クレジットカード", "", False),
        (ECCUBE, "郵便振替", "2026-11-25 10:00:00", False),
        (ECCUBE, "代金引換", "", False),
    ],
)
def test_an_order_to_be_paid_first_waits_for_its_day_of_payment(
    read, where, method, day, is_held
):
    """Goods of an order by 銀行振込 left unpaid: it was new, and got its label."""
    folder, mall, paid_at, payment = where
    status = {"処理状況区分": "通常処理", "受注ステータス": "新規受付"}

    file = one_row(folder, **{paid_at: day, payment: method, **status})

    assert read(file, mall=mall).column("is_under_review") == [is_held]


@first()
@pytest.mark.parametrize("status", ["4", "6", "5", "3"])
def test_eccube_waits_no_more_once_a_person_went_on_with_the_order(read, status):
    cells = {"支払方法(名称)": "銀行振込", "入金日": "", "対応状況(ID)": status}

    file = one_row("eccube4", **cells)

    assert read(file, mall="eccube").column("is_under_review") == [False]


@first()
@pytest.mark.parametrize(
    ("status", "method", "expected"),
    [
        ("pending", "Bank Deposit", HELD),
        ("pending", "銀行振込", HELD),
        ("pending", "Cash on Delivery (COD)", OPEN),
        ("paid", "銀行振込", OPEN),
        ("authorized", "Shopify Payments", OPEN),
        ("expired", "Shopify Payments", HELD),  # the card's hold ended uncharged
    ],
)
def test_shopify_tells_that_a_payment_is_pending(read, status, method, expected):
    cells = {"Financial Status": status, "Payment Method": method}

    assert told(read, "shopify", one_row("shopify", **cells)) == expected


@first()
@pytest.mark.parametrize(
    "word", ["支払い待ち", "お支払い待ち", "決済待ち", "入金確認待ち", "未払い"]
)
def test_words_for_an_order_that_is_not_paid(read, word):
    assert told(read, "minne", one_row("minne", 注文状況=word)) == HELD


ASKED = "is-buyer-requested-cancellation"


@first(3)
@pytest.mark.parametrize("report", ["unshipped", "orders", "all-orders"])
@pytest.mark.parametrize(
    ("words", "is_held"),
    [
        (("true", "false"), True),
        (("false", "true"), True),
        (("FALSE", "TRUE"), True),  # saved by a spreadsheet
        (("false", "false"), False),
        (("", ""), False),
    ],
)
def test_an_order_that_its_buyer_asked_amazon_to_cancel_waits(
    read, report, words, is_held
):
    """It stands among the unshipped ones as before, and got its label."""
    line, status = {"order-item-id": "7099"}, {}
    if report == "all-orders":
        line, status = {"sku": "SOX-2"}, {"order-status": "Unshipped"}
    one = one_row(f"amazon-{report}", **{ASKED: words[0]}, **status)
    other = one_row(f"amazon-{report}", **{ASKED: words[1]}, **status, **line)

    seen = read(one + other.partition(b"\r\n")[2], mall="amazon")

    assert seen.column("is_under_review") == [is_held] * 2


@first()
def test_a_report_without_that_column_says_nothing_of_it(read):
    seen = read(one_row("amazon-unshipped"), mall="amazon")

    assert seen.column("is_under_review") == [None]
