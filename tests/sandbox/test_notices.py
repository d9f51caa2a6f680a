"""What a message of notices says (docs/rms/event-notification.md §2)."""

import re
from datetime import datetime

import pytest

from tests.sandbox.receiver import texts


def test_without_an_address_there_are_no_notices(rms, sandbox, receiver):
    sandbox.settings(notify_url=None)
    (number,) = sandbox.sell(1, "caution", progress=100)
    sandbox.cancel(number)
    rms.ask("confirmOrder", {"orderNumberList": [number]})

    assert sandbox.notices() == []
    assert receiver.received == []


def test_a_notice_by_hand_needs_an_address(sandbox):
    with pytest.raises(ValueError, match="set notify_url first"):
        sandbox.notify("other")


def test_a_sale_is_an_order_notice(sandbox, receiver):
    (number,) = sandbox.sell()

    (entry,) = sandbox.notices(wait_s=5)

    (root,) = receiver.roots("orderNotifyModel")
    shop = sandbox.shops["demo"]
    assert [child.tag for child in root] == ["authModel", "orderInfoNotifyModel"]
    assert texts(root[0]) == {
        "contractId": shop.contract_id,
        "shopUrl": shop.shop_url,
        "authKey": shop.notice_auth_key,
    }
    order = sandbox.orders()[number]
    at = datetime.fromisoformat(order["orderDatetime"])
    assert texts(root[1]) == {
        "orderNumber": number,
        "seqId": "1",
        "orderDate": f"{at:%Y/%m/%d %H:%M:%S}",
        "orderType": "1",
    }
    assert (entry["key"], entry["orderNumber"], entry["kind"]) == ("1", number, "order")


def test_each_line_of_an_order_is_a_basket(sandbox, receiver):
    (number,) = sandbox.sell(1, "several_items")
    sandbox.notice_counts(wait_s=5)

    (info,) = receiver.order_infos()
    baskets = [texts(basket) for basket in info.findall("basketModel")]

    lines = sandbox.orders()[number]["PackageModelList"][0]["ItemModelList"]
    assert len(lines) > 1
    assert [list(basket) for basket in baskets] == [
        ["itemId", "pageURL", "inventoryType", "units", "orgItemNumber", "itemNumber",
         "selectedChoice", "h_choice_c_name", "v_choice_c_name"]
    ] * len(lines)  # fmt: skip
    url = sandbox.shops["demo"].shop_url
    assert [(b["pageURL"], b["units"]) for b in baskets] == [
        (f"/{url}/{line['manageNumber']}/", str(line["units"])) for line in lines
    ]
    assert {(b["h_choice_c_name"], b["v_choice_c_name"]) for b in baskets} == {("", "")}


def test_a_basket_names_its_skus_and_their_choices_where_stock_is_per_sku(
    sandbox, receiver
):
    sold = sandbox.sell(20)
    sandbox.notice_counts(wait_s=5)

    told = {
        info.findtext("orderNumber"): [texts(s) for s in info.iter("skuModel")]
        for info in receiver.order_infos()
    }

    kinds = set()
    for number in sold:
        (package,) = sandbox.orders()[number]["PackageModelList"]
        (line,) = package["ItemModelList"]
        (sku,) = line["SkuModelList"]
        is_per_sku = line["inventoryType"] == 2
        kinds.add(is_per_sku)
        assert told[number] == [
            {
                "variantId": sku["variantId"],
                "merchantDefinedSkuId": sku["merchantDefinedSkuId"] or ""
                if is_per_sku
                else "",
                "skuInfo": sku["skuInfo"] if is_per_sku else "",
            }
        ]
    assert kinds == {True, False}


def test_rakuten_takes_half_width_marks_out_of_choices(sandbox, receiver):
    """docs/rms/event-notification.md §2; real line ends and full-width marks stay."""
    (number,) = sandbox.sell()
    said = '名入れ:"A&B"\n箱:＆”なし'
    line = "PackageModelList.0.ItemModelList.0"
    changes = {"selectedChoice": said, "SkuModelList.0.skuInfo": said}
    sandbox.edit_at(
        number,
        {f"{line}.{name}": value for name, value in changes.items()}
        | {f"{line}.inventoryType": 2},
    )
    sandbox.notify("order", number)
    sandbox.notice_counts(wait_s=5)

    info = receiver.order_infos()[-1]
    told = [info.findtext(f".//{name}") for name in ("selectedChoice", "skuInfo")]
    assert told == ["名入れ:AB\n箱:＆”なし"] * 2


def test_no_buyer_is_named_in_an_order_notice(sandbox, receiver):
    sold = sandbox.sell(30, "mixed")
    sandbox.notice_counts(wait_s=5)

    sent = b"".join(r.body for r in receiver.received).decode()

    assert all(sandbox.orders()[n]["OrdererModel"]["emailAddress"] for n in sold)
    assert not re.search("カクウ|ミホン|pc.fw.rakuten|架空市", sent)


def test_seq_ids_grow_in_each_shop_by_itself(sandbox, receiver):
    sandbox.sell(3)
    sandbox.sell(2, shop="demo2")
    sandbox.sell(1)

    entries = sandbox.notices(wait_s=5)

    keys = [(entry["shop"], entry["key"]) for entry in entries]
    assert keys == [
        ("demo", "1"), ("demo", "2"), ("demo", "3"),
        ("demo2", "1"), ("demo2", "2"), ("demo", "4"),
    ]  # fmt: skip


def test_one_message_can_hold_several_notices(sandbox, receiver):
    sandbox.settings(notify_batch=4)

    sold = sandbox.sell(10)
    entries = sandbox.notices(wait_s=5)

    sizes = [len(r.findall("orderInfoNotifyModel")) for r in receiver.roots(
        "orderNotifyModel")]  # fmt: skip
    assert sorted(sizes) == [2, 4, 4]
    assert [entry["orderNumber"] for entry in entries] == sold


def test_a_message_is_xml_in_utf_8(sandbox, receiver):
    sandbox.sell(1, "odd_text")
    sandbox.notice_counts(wait_s=5)

    (sent,) = receiver.received

    assert sent.content_type == "text/xml; charset=UTF-8"
    assert sent.body.startswith(
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    )
    assert "髙﨑 ①" in sent.body.decode()


def test_a_message_names_the_shops_present_key(sandbox, receiver):
    sandbox.shop("demo", notice_auth_key="changed")
    sandbox.sell()
    sandbox.notice_counts(wait_s=5)

    (root,) = receiver.roots("orderNotifyModel")

    assert root.findtext("authModel/authKey") == "changed"
