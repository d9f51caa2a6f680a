"""Orders to test with, invented; every argument is a thing some test varies."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from data.model.japan_time import JST
from data.model.order import (
    Change,
    Coupon,
    KeptAnswer,
    Line,
    Mall,
    Order,
    Package,
    Person,
    RefusedOrder,
    ShippingRow,
    TaxSummary,
    Wrapping,
)

SHOP_ID = "123456"
NINE = datetime(2026, 7, 1, 9, 0, tzinfo=JST)
"""The morning all these orders live on."""


def at(minute: float) -> datetime:
    """The instant so many minutes after nine."""
    return NINE + timedelta(minutes=minute)


def order_number(number: int) -> str:
    return f"{SHOP_ID}-20260701-{number:010d}"


def a_line(line_id: str = "1", basket_id: str = "1", quantity: int = 2) -> Line:
    return Line(
        line_id=line_id,
        basket_id=basket_id,
        item_id="10000017",
        item_number="sencha-100",
        manage_number="sencha",
        variant_id="100g",
        sku="SENCHA-100",
        item_name="静岡県産 深蒸し煎茶 100g 髙﨑①㈱",
        choices="包装:あり",
        sku_info="内容量:100g",
        unit_price=1080,
        quantity=quantity,
        tax_rate=0.08,
        restore_inventory=0,
    )


def a_package(
    basket_id: str = "1", lines: Sequence[Line] | None = None, tracking: str = "1234"
) -> Package:
    return Package(
        basket_id=basket_id,
        zip="0600001",
        prefecture="北海道",
        noshi="御祝",
        postage_total=550,
        cod_fee=0,
        goods_total=2160,
        package_total=2710,
        default_carrier_code="1001",
        drop_off_location="玄関前",
        pickup_store="札幌中央郵便局",
        gift_address_given=True,
        gift_address_due=date(2026, 7, 9),
        shipping_rows=(
            ShippingRow(
                shipping_detail_id="77",
                carrier_code="1001",
                tracking_number=tracking,
                shipping_date=date(2026, 7, 2),
            ),
        ),
        lines=tuple(lines or (a_line(f"{basket_id}1", basket_id),)),
    )


def a_person(basket_id: str = "", family_name: str = "楽天") -> Person:
    """The orderer, or with a package the recipient of it."""
    return Person(
        role="recipient" if basket_id else "orderer",
        basket_id=basket_id,
        family_name=family_name,
        first_name="花子",
        family_name_kana="ラクテン",
        first_name_kana="ハナコ",
        zip="0600001",
        prefecture="北海道",
        city="札幌市中央区",
        street="北一条西2-0-0",
        phone="09000000000",
        email="hanako@example.jp",
        remarks="" if basket_id else "午前中にお願いします",
    )


def an_order(
    number: int = 1,
    minute: float = 5,
    status: str = "300",
    *,
    packages: Sequence[Package] | None = None,
    people: Sequence[Person] | None = None,
    request_total: int | None = 2710,
    shop_id: str = SHOP_ID,
) -> Order:
    """One order as seen `minute` minutes after nine, no field left empty."""
    packages = tuple(packages or (a_package(),))
    baskets = [package.basket_id for package in packages]
    return Order(
        mall=Mall.RAKUTEN,
        shop_id=shop_id,
        order_number=order_number(number),
        observed_at=at(minute),
        mall_status=status,
        mall_sub_status="11",
        ordered_at=NINE - timedelta(hours=3),
        confirmed_at=NINE - timedelta(hours=2),
        fixed_at=NINE - timedelta(hours=1),
        ship_instructed_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC),
        shipped_at=NINE,
        cancel_due_on=date(2026, 7, 3),
        delivery_on=date(2026, 7, 5),
        delivery_slot=1416,
        delivery_method="宅配便",
        order_type=1,
        payment_code=1,
        payment_method="クレジットカード",
        goods_total=2160,
        postage_total=550,
        cod_fee=0,
        payment_fee=110,
        buyer_fee=20,
        order_total=2710,
        request_total=request_total,
        point_used=30,
        coupon_total=40,
        coupon_shop=15,
        coupon_other=25,
        is_gift=True,
        is_social_gift=False,
        is_under_review=False,
        caution_code=0,
        changed_by_buyer=True,
        packages=packages,
        people=(
            a_person(),
            *(a_person(basket_id) for basket_id in baskets),
        )
        if people is None
        else tuple(people),
        coupons=(Coupon(code="TEA-5", funded_by=1, line_id="11", units=1, total=40),),
        tax_summaries=(TaxSummary(rate=0.08, billed=2710, tax=200),),
        changes=(
            Change(
                change_id="9",
                kind=1,
                reason=2,
                reason_detail=3,
                applied_at=NINE - timedelta(hours=2),
                settled_at=NINE - timedelta(hours=1),
            ),
        ),
    )


def an_answer(said: str, reader: str = "12") -> KeptAnswer:
    """An answer that is kept; not packed, so that a test sees what it says."""
    return KeptAnswer(reader=reader, packed=said.encode())


def told_whole(order: Order) -> Order:
    """The order with what only newer versions of RMS's answer tell, all of it."""
    package, *more = order.packages
    line, *others = package.lines
    orderer, recipient, *rest = order.people
    line = line.model_copy(
        update={
            "price_before_tax": 1000,
            "lead_time": "1～2日以内に発送",
            "includes_postage": True,
            "ships_alone": False,
            "is_medicine": True,
            "is_deal": False,
        }
    )
    package = package.model_copy(
        update={
            "gift_address_at": at(-60),
            "pickup_chain": 60,
            "pickup_store_code": "078391",
            "is_remote_island": True,
            "postage_tax_rate": 0.1,
            "cod_fee_tax_rate": 0.08,
            "lines": (line, *others),
        }
    )
    orderer = orderer.model_copy(
        update={"memo": "箱に注意", "operator": "店長です", "mail_note": "またどうぞ"}
    )
    recipient = recipient.model_copy(
        update={"pickup_zip": "0600002", "pickup_address": "北海道札幌市中央区0-0"}
    )
    return order.model_copy(
        update={
            "delivery_class": 2,
            "is_remote_island": True,
            "is_next_day": False,
            "is_asuraku": True,
            "is_one_day": False,
            "has_medicine": True,
            "has_deal": False,
            "is_member": True,
            "device_code": 11,
            "pay_by": date(2026, 7, 8),
            "change_payment_by": date(2026, 7, 9),
            "refund_by": date(2026, 7, 10),
            "reserve_number": f"{order.order_number}-r",
            "reserve_count": 3,
            "receipts_issued": 1,
            "receipt_issued_at": at(-30),
            "payment_fee_tax_rate": 0.1,
            "shop_fee": 50,
            "goods_total": (order.goods_total or 0) + 330,
            "gift_fee": 330,
            "gift_wrapping": "包装紙（藍） / リボン（紅）",
            "wrappings": (
                Wrapping(kind=1, price=220, tax_rate=0.1),
                Wrapping(kind=2, price=110, tax_rate=0.1),
            ),
            "coupons": tuple(
                coupon.model_copy(update={"name": "お茶5%引き"})
                for coupon in order.coupons
            ),
            "packages": (package, *more),
            "people": (orderer, recipient, *rest),
            "answer": an_answer("hanako"),
        }
    )


def a_refusal(number: int = 1, code: str = "ORDER_EXT_API_GET_ORDER_ERROR_009"):
    return RefusedOrder(
        mall=Mall.RAKUTEN,
        shop_id=SHOP_ID,
        order_number=order_number(number),
        code=code,
        reason="受注を取得できません。対処: RMSで受注を開いて確認してください。",
    )
