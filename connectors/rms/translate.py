"""The translation of RMS's order into ours; pure.

Personal data goes into `Person` and nowhere else. RMS promises no order within its
lists, so each is sorted by id: the same order looks the same however RMS listed its
parts.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from operator import attrgetter
from typing import Literal

from connectors.rms.order_wire import (
    RmsItem,
    RmsOrder,
    RmsPackage,
    RmsParty,
    RmsSku,
    RmsWrapping,
)
from connectors.rms.wire import flag, yen
from data.model.order import (
    NOT_FIXED,
    Change,
    Coupon,
    KeptAnswer,
    Line,
    Mall,
    Order,
    Package,
    Person,
    ShippingRow,
    TaxSummary,
    Wrapping,
)

PAY_BY, CHANGE_PAYMENT_BY, REFUND_BY = 0, 1, 2
"""RMS's `dueDateType`: what has to be done by then (docs/rms/order-api.md §3.15)."""
BY_COUPON = attrgetter("coupon_code", "item_detail_id", "coupon_unit")
BY_ROW = attrgetter("shipping_detail_id")
UNMASKED = "xxx@xxx.xxx"
NOT_A_DIGIT = re.compile(r"\D+", re.ASCII)


def order_of(
    rms: RmsOrder,
    shop_id: str,
    observed_at: datetime,
    answer_hash: str | None = None,
    answer: KeptAnswer | None = None,
) -> Order:
    """Translate one order whole, or raise ValidationError; nothing is guessed.

    `observed_at` is when the order was asked for, `answer_hash` the hash of the answer
    (see `fetch.answer_hash`), and `answer` what is kept of it.
    """
    packages = sorted(rms.packages, key=attrgetter("basket_id"))
    wrappings = _wrappings(rms)
    return Order(
        mall=Mall.RAKUTEN,
        shop_id=shop_id,
        order_number=rms.order_number,
        observed_at=observed_at,
        answer_hash=answer_hash,
        answer=answer,
        mall_status=str(rms.order_progress),
        mall_sub_status=_sub_status(rms),
        ordered_at=rms.order_datetime,
        confirmed_at=rms.shop_order_cfm_datetime,
        fixed_at=rms.order_fix_datetime,
        ship_instructed_at=rms.shipping_inst_datetime,
        shipped_at=rms.shipping_cmpl_rpt_datetime,
        cancel_due_on=rms.cancel_due_date,
        delivery_on=rms.delivery_date,
        delivery_slot=rms.shipping_term,
        delivery_method=rms.delivery.delivery_name,
        order_type=rms.order_type,
        payment_code=rms.settlement.settlement_method_code if rms.settlement else None,
        payment_method=rms.settlement.settlement_method if rms.settlement else None,
        goods_total=yen(rms.goods_price),
        postage_total=yen(rms.postage_price),
        cod_fee=yen(rms.delivery_price),
        payment_fee=yen(rms.payment_charge),
        buyer_fee=yen(rms.additional_fee_occur_amount_to_user),
        order_total=yen(rms.total_price),
        request_total=yen(rms.request_price),
        point_used=yen(rms.point.used_point) if rms.point else None,
        coupon_total=yen(rms.coupon_all_total_price),
        coupon_shop=yen(rms.coupon_shop_price),
        coupon_other=yen(rms.coupon_other_price),
        is_gift=rms.gift_check_flag == 1,
        is_social_gift=_is_social_gift(rms),
        is_under_review=rms.rakuten_confirm_flag != 0,
        # The detail, where RMS gives one, says more than the bare flag.
        caution_code=rms.caution_display_detail_type or rms.caution_display_type,
        changed_by_buyer=rms.modify_flag == 1,
        delivery_class=rms.delivery.delivery_class,
        is_remote_island=flag(rms.isolated_island_flag),
        is_next_day=flag(rms.delivery_cert_prg_flag),
        is_asuraku=flag(rms.asuraku_flag),
        is_one_day=flag(rms.one_day_operation_flag),
        has_medicine=flag(rms.drug_flag),
        has_deal=flag(rms.deal_flag),
        is_member=flag(rms.rakuten_member_flag),
        device_code=rms.carrier_code,
        pay_by=_due(rms, PAY_BY),
        change_payment_by=_due(rms, CHANGE_PAYMENT_BY),
        refund_by=_due(rms, REFUND_BY),
        reserve_number=rms.reserve_number,
        reserve_count=rms.reserve_delivery_count,
        receipts_issued=rms.receipt_issue_count,
        receipt_issued_at=max(rms.receipt_issue_history_list or (), default=None),
        payment_fee_tax_rate=rms.payment_charge_tax_rate,
        shop_fee=yen(rms.additional_fee_occur_amount_to_shop),
        gift_fee=_sum(_with_tax(wrapping) for wrapping in wrappings),
        gift_wrapping=" / ".join(w.name for w in wrappings if w.name) or None,
        wrappings=tuple(
            Wrapping(
                kind=wrapping.title,
                price=_with_tax(wrapping),
                tax_rate=wrapping.tax_rate,
            )
            for wrapping in wrappings
        ),
        has_open_part=_has_open_part(rms) or None,
        packages=tuple(_package(package) for package in packages),
        people=(
            _orderer(rms),
            *(_recipient(package) for package in packages),
        ),
        coupons=tuple(
            Coupon(
                code=coupon.coupon_code,
                funded_by=coupon.coupon_capital_code,
                line_id=str(coupon.item_detail_id) if coupon.item_detail_id else "",
                units=coupon.coupon_unit,
                total=yen(coupon.coupon_total_price),
                name=coupon.coupon_name,
            )
            for coupon in sorted(rms.coupons or (), key=BY_COUPON)
        ),
        tax_summaries=tuple(
            TaxSummary(
                rate=summary.tax_rate,
                billed=yen(summary.req_price),
                tax=yen(summary.req_price_tax),
            )
            for summary in sorted(rms.tax_summaries or (), key=attrgetter("tax_rate"))
        ),
        changes=tuple(
            Change(
                change_id=str(change.change_id),
                kind=change.change_type,
                reason=change.change_reason,
                reason_detail=change.change_reason_detail,
                applied_at=change.change_apply_datetime,
                settled_at=change.change_fix_datetime,
            )
            for change in sorted(rms.changes or (), key=attrgetter("change_id"))
        ),
    )


def _due(rms: RmsOrder, kind: int) -> date | None:
    """Return the latest day of a kind: RMS leaves earlier ones in the list."""
    days = (due.due_date for due in rms.due_dates or () if due.due_date_type == kind)
    return max(days, default=None)


def _wrappings(rms: RmsOrder) -> list[RmsWrapping]:
    return [
        wrapping
        for wrapping in (rms.wrapping1, rms.wrapping2)
        if wrapping and wrapping.delete_wrapping_flag != 1
    ]


def _with_tax(wrapping: RmsWrapping) -> int | None:
    """Return a wrapping's price with tax; RMS sends `taxPrice` either way (§3.6)."""
    if wrapping.include_tax_flag != 0:
        return yen(wrapping.price)
    return _sum((yen(wrapping.price), yen(wrapping.tax_price)))


def _sum(amounts: Iterable[int | None]) -> int | None:
    """Return the sum, None where one of the amounts is not known."""
    known = list(amounts)
    return None if None in known else sum(filter(None, known))


def _sub_status(rms: RmsOrder) -> str | None:
    if rms.sub_status_name:
        return rms.sub_status_name
    return None if rms.sub_status_id is None else str(rms.sub_status_id)


def _has_open_part(rms: RmsOrder) -> bool:
    """Return whether an amount is open of which an absent one may be meant as well."""
    amounts = (
        rms.payment_charge,
        rms.additional_fee_occur_amount_to_user,
        rms.additional_fee_occur_amount_to_shop,
        rms.coupon_all_total_price,
        rms.coupon_shop_price,
        rms.coupon_other_price,
        *(coupon.coupon_total_price for coupon in rms.coupons or ()),
        *(summary.req_price for summary in rms.tax_summaries or ()),
        *(summary.req_price_tax for summary in rms.tax_summaries or ()),
        *(package.postage_price for package in rms.packages),
        *(package.delivery_price for package in rms.packages),
        *(package.goods_price for package in rms.packages),
        *(package.total_price for package in rms.packages),
        *(
            item.price_tax_incl
            for package in rms.packages
            for item in package.items
            if item.delete_item_flag != 1
        ),
    )
    return any(amount in NOT_FIXED for amount in amounts)


def _is_social_gift(rms: RmsOrder) -> bool:
    return rms.social_gift_flag == 1 or any(p.social_gift for p in rms.packages)


def _package(rms: RmsPackage) -> Package:
    basket_id = str(rms.basket_id)
    gift = rms.social_gift
    is_known = not _is_dummy(rms)
    return Package(
        basket_id=basket_id,
        zip=_zip(rms.sender) if is_known else None,
        prefecture=rms.sender.prefecture if is_known else None,
        noshi=rms.noshi,
        postage_total=yen(rms.postage_price),
        cod_fee=yen(rms.delivery_price),
        goods_total=yen(rms.goods_price),
        package_total=yen(rms.total_price),
        default_carrier_code=rms.default_delivery_company_code,
        drop_off_location=rms.drop_off_location,
        pickup_store=rms.pickup.store_name if rms.pickup else None,
        gift_address_given=gift.input_flag == 1 if gift else None,
        gift_address_due=gift.input_due_date if gift else None,
        gift_address_at=gift.input_comp_datetime if gift else None,
        pickup_chain=rms.pickup.cvs_code if rms.pickup else None,
        pickup_store_code=rms.pickup.store_code if rms.pickup else None,
        is_remote_island=flag(rms.sender.isolated_island_flag) if is_known else None,
        postage_tax_rate=rms.postage_tax_rate,
        cod_fee_tax_rate=rms.delivery_tax_rate,
        shipping_rows=tuple(
            ShippingRow(
                shipping_detail_id=str(row.shipping_detail_id),
                carrier_code=row.delivery_company,
                tracking_number=row.shipping_number,
                shipping_date=row.shipping_date,
            )
            for row in sorted(rms.shipping or (), key=BY_ROW)
        ),
        lines=tuple(
            line
            for item in sorted(rms.items, key=attrgetter("item_detail_id"))
            if item.delete_item_flag != 1
            for line in _lines(basket_id, item)
        ),
    )


def _lines(basket_id: str, item: RmsItem) -> Iterator[Line]:
    """Yield one line per SKU; only the first has the price, so it counts once."""
    manage_number = item.manage_number.lower()
    skus: tuple[RmsSku | None, ...] = tuple(item.sku_model_list or ()) or (None,)
    for position, sku in enumerate(skus, start=1):
        variant_id = (sku.variant_id if sku else None) or ""
        own_sku = sku.merchant_defined_sku_id if sku else None
        slashed = f"{manage_number}/{variant_id}" if variant_id else manage_number
        yield Line(
            line_id=f"{item.item_detail_id}" + (f"-{position}" if position > 1 else ""),
            basket_id=basket_id,
            item_id=None if item.item_id is None else str(item.item_id),
            item_number=item.item_number,
            manage_number=manage_number,
            variant_id=variant_id,
            sku=own_sku or slashed,
            item_name=item.item_name,
            choices=item.selected_choice,
            sku_info=sku.sku_info if sku else None,
            unit_price=yen(item.price_tax_incl) if position == 1 else 0,
            quantity=item.units,
            tax_rate=item.tax_rate,
            restore_inventory=item.restore_inventory_flag,
            price_before_tax=_price_before_tax(item) if position == 1 else None,
            lead_time=item.delvdate_info,
            includes_postage=flag(item.include_postage_flag),
            ships_alone=flag(item.is_single_item_shipping),
            is_medicine=flag(item.drug_flag),
            is_deal=flag(item.deal_flag),
        )


def _price_before_tax(item: RmsItem) -> int | None:
    return yen(item.price) if item.include_tax_flag == 0 else None


def _is_dummy(rms: RmsPackage) -> bool:
    """Return whether the address is RMS's placeholder (入力待ち, 999-9999).

    So it is until the receiver of a social gift has answered
    (docs/rms/order-api.md §3.4).
    """
    return rms.social_gift is not None and rms.social_gift.input_flag != 1


def _recipient(rms: RmsPackage) -> Person:
    basket_id = str(rms.basket_id)
    gift = rms.social_gift
    email = _masked(gift.receiver_email_address) if gift else None
    sender = None if _is_dummy(rms) else rms.sender
    store = rms.pickup
    if store is None:
        return _person("recipient", basket_id, sender, email=email)
    return _person(
        "recipient",
        basket_id,
        sender,
        email=email,
        pickup_zip=NOT_A_DIGIT.sub("", store.store_zip or "") or None,
        pickup_address=f"{store.store_prefecture or ''}{store.store_address or ''}"
        or None,
    )


def _orderer(rms: RmsOrder) -> Person:
    """Return the orderer, with what staff wrote about the order: it names people."""
    return _person(
        "orderer",
        "",
        rms.orderer,
        remarks=rms.remarks,
        memo=rms.memo,
        operator=rms.operator,
        mail_note=rms.mail_plug_sentence,
    )


def _person(
    role: Literal["orderer", "recipient"],
    basket_id: str,
    rms: RmsParty | None,
    *,
    remarks: str | None = None,
    email: str | None = None,
    **more: str | None,
) -> Person:
    return Person(
        role=role,
        basket_id=basket_id,
        family_name=rms.family_name if rms else None,
        first_name=rms.first_name if rms else None,
        family_name_kana=rms.family_name_kana if rms else None,
        first_name_kana=rms.first_name_kana if rms else None,
        zip=_zip(rms) if rms else None,
        prefecture=rms.prefecture if rms else None,
        city=rms.city if rms else None,
        street=rms.sub_address if rms else None,
        phone=_phone(rms) if rms else None,
        email=email or (_masked(rms.email_address) if rms else None),
        remarks=remarks,
        **more,
    )


def _masked(address: str | None) -> str | None:
    """Return a mail address, None for RMS's dummy: its masking failed (§3.4)."""
    return None if address == UNMASKED else address


def _zip(rms: RmsParty) -> str | None:
    return f"{rms.zip_code1 or ''}{rms.zip_code2 or ''}" or None


def _phone(rms: RmsParty) -> str | None:
    parts = (rms.phone_number1, rms.phone_number2, rms.phone_number3)
    return NOT_A_DIGIT.sub("", "".join(part or "" for part in parts)) or None
