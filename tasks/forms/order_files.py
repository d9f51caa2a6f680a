"""Parameters of the import of a mall's order file."""

from typing import Annotated, Literal

from pydantic import WithJsonSchema

from tasks.forms.fields import MALLS, PATH, TEXT, titled
from tasks.forms.refused_values import refusing

PathOrPair = Annotated[
    str | list[str],  # a list is for callers in Python; the form has a field for each
    WithJsonSchema({"type": "string"}),
    PATH,
    titled(
        "ファイル",
        "注文CSV(またはzip)のパスを入力します。Yahoo! は注文データ(order)です。"
        "空欄の場合は、incoming フォルダーのすべてのファイルを取り込みます",
    ),
    refusing("ファイル"),
]
ItemPath = Annotated[
    str,
    PATH,
    titled(
        "商品のファイル(Yahoo! のみ)",
        "Yahoo! の注文商品データ(item)のパスを入力します。ほかのモールは空欄にします",
    ),
    refusing("商品のファイル(Yahoo! のみ)"),
]
MallOfFile = Annotated[
    str,  # the flow refuses a wrong one, in Japanese
    TEXT,
    WithJsonSchema(MALLS),
    titled(
        "モール",
        "ファイルをダウンロードしたモールです。別のモールのファイルは取り込みません",
    ),
    refusing("モール"),
]
ShopOfFile = Annotated[
    str,
    TEXT,
    titled(
        "店舗",
        "楽天は店舗コード(rms-shop ブロックの名前)、Yahoo! はストアアカウント、"
        "その他のモールは店舗を表す名前です(毎回同じ名前にしてください)",
    ),
    refusing("店舗"),
]
NewShop = Annotated[
    bool,
    titled(
        "新しい店舗",
        "楽天以外のモールで、2つ目以降の店舗を初めて取り込むときだけ選びます。"
        "選ばない場合、登録のない名前のファイルは取り込みません",
    ),
    refusing("新しい店舗"),
]
Mode = Annotated[
    Literal["update", "replace"],
    titled(
        "登録タイプ",
        "update=更新: 空欄のセルは上書きしません。"
        "replace=書換: 空欄のセルも上書きして消します。"
        "どちらも、ファイルにない列は変更しません",
    ),
    refusing("登録タイプ"),
]
OtherShops = Annotated[
    Literal["refuse", "skip"],
    titled(
        "別店舗の注文",
        "refuse=1件でもあれば、ファイル全体を取り込みません。"
        "skip=別店舗の注文だけを除いて取り込みます",
    ),
    refusing("別店舗の注文"),
]
