"""Invented files of carriers, and the order they are about. Nobody lives here."""

from datetime import date

from connectors.carriers.layouts.sagawa_ehiden3 import IMPORT_COLUMNS
from connectors.carriers.layouts.yamato_b2 import COLUMNS as B2
from data.model.shipping.short_key import PackageRef, short_key
from data.model.shipping.tracking_number import check_digit

ORDER = "123456-20261124-0000000001"
PACKAGE = PackageRef("rakuten", "123456", ORDER, "7")
KEY = short_key(PACKAGE)

EHIDEN2 = [
    "お問合せ送り状No",
    "出荷日時",
    "住所録コード",
    "お届け先電話番号",
    "お届け先郵便番号",
    "お届け先住所１",
    "お届け先住所２",
    "お届け先住所３",
    "お届け先ＪＩＳコード",
    "お届け先名称１",
    "お届け先名称２",
    "グループ名",
    "お客様管理ナンバー",
    "お客様コード",
    "荷送人電話番号",
    "荷送人郵便番号",
    "荷送人住所１",
    "荷送人住所２",
    "荷送人名称１",
    "荷送人名称２",
    "部署・担当者",
    "ご依頼主コード",
    "ご依頼主電話番号",
    "ご依頼主郵便番号",
    "ご依頼主住所１",
    "ご依頼主住所２",
    "ご依頼主名称１",
    "ご依頼主名称２",
    "荷姿コード",
    "品名１",
    "品名２",
    "品名３",
    "品名４",
    "品名５",
    "出荷個数",
    "便種（スピードで選択）",
    "便種（商品）",
    "配達日",
    "配達指定時間帯",
    "配達指定時間（時分）",
    "代引金額",
    "消費税",
    "決済種別",
    "保険金額",
    "保険金額印字",
    "指定シール1",
    "指定シール2",
    "指定シール3",
    "営業店止め",
    "SRC区分",
    "営業店コード",
    "元着区分",
    "削除区分",
]
YUPURI = [
    "お客様側管理番号",
    "お問い合わせ番号",
    "仮引受確定作業年月日",
    "配送完了作業年月日",
    "配達ステータス集約コード",
    "配達ステータス明細コード",
]
RAKUTEN = ["注文番号", "送付先ID", "発送明細ID", "お荷物伝票番号", "配送会社", "発送日"]
TEMPLATE = [
    "注文番号",
    "送付先ID",
    "配送会社",
    "伝票番号",
    "発送日",
    "訂正前の伝票番号",
]


def number(body):
    """A tracking number of twelve digits from its first eleven."""
    return f"{body}{check_digit(body)}"


GOOD = number("44321234567")
OTHER = number("44321234568")
ZEROS = number("00321234567")


def csv_bytes(
    header, rows, *, headed=True, encoding="cp932", quoted=True, end="\r\n", width=None
):
    """A file of rows given as column name to text."""
    width = width or len(header)
    lines = [list(header)] if headed else []
    lines += [[row.get(name, "") for name in header] for row in rows]
    marks = '"' if quoted else ""
    text = "".join(
        ",".join(f"{marks}{cell}{marks}" for cell in line[:width]) + end
        for line in lines
    )
    return text.encode(encoding)


def b2(**cells):
    row = {
        "お客様管理番号": KEY,
        "送り状種類": "0",
        "クール区分": "0",
        "伝票番号": GOOD,
        "出荷予定日": "2026/11/24",
        "お届け先電話番号": "03-0000-0000",
        "お届け先郵便番号": "1000001",
        "お届け先住所": "架空県見本市表町①－２－３",
        "お届け先名": "髙﨑 予史",
        "品名１": "ソフト畳表",
    }
    return row | cells


def b2_file(*rows, **how):
    return csv_bytes(B2, rows or [b2()], **how)


def ehiden2(**cells):
    row = {"お客様管理ナンバー": KEY, "お問合せ送り状No": GOOD, "削除区分": "0"}
    return row | {"出荷日時": "2026/11/24 10:05"} | cells


def ehiden3(**cells):
    row = {"お客様管理番号": KEY, "お問い合せ送り状No.": GOOD, "出荷日": "20261124"}
    return row | cells


def yupuri(**cells):
    row = {"お客様側管理番号": KEY, "お問い合わせ番号": "1234-5678-9012"}
    return row | {"仮引受確定作業年月日": "20261124"} | cells


def rakuten(**cells):
    row = {"注文番号": ORDER, "送付先ID": "0000000007", "お荷物伝票番号": GOOD}
    return row | {"配送会社": "1001", "発送日": "2026-11-24"} | cells


def template(**cells):
    row = {"注文番号": ORDER, "配送会社": "ヤマト運輸", "伝票番号": GOOD}
    return row | {"発送日": "2026/11/24"} | cells


def one_of_each():
    """A good file of every layout: carrier and bytes."""
    return {
        "yamato-b2": ("yamato", b2_file()),
        "sagawa-ehiden2": ("sagawa", csv_bytes(EHIDEN2, [ehiden2()])),
        "sagawa-ehiden3": ("sagawa", csv_bytes(IMPORT_COLUMNS, [ehiden3()])),
        "japanpost-yupuri": ("japanpost", csv_bytes(YUPURI, [yupuri()])),
        "rakuten-shipping": ("rakuten", csv_bytes(RAKUTEN, [rakuten()])),
        "template": ("template", csv_bytes(TEMPLATE, [template()])),
    }


DAY = date(2026, 11, 24)
