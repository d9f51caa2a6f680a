"""PackageModel and below, as RMS sends it (rms/order-api.md §3.4, 3.7-3.11).

Nullable is what the manual marks N; text about people may be null too, so that an odd
address costs a field and not the order. Fields newer than version 3 may be missing.
"""

from pydantic import Field

from connectors.rms.wire_types import Wire, WireDate


class RmsParty(Wire):
    """OrdererModel or SenderModel: one person or company with an address."""

    zip_code1: str | None
    zip_code2: str | None
    prefecture: str | None
    city: str | None
    sub_address: str | None
    family_name: str | None
    first_name: str | None = None
    family_name_kana: str | None = None
    first_name_kana: str | None = None
    phone_number1: str | None = None
    phone_number2: str | None = None
    phone_number3: str | None = None
    email_address: str | None = None


class RmsSku(Wire):
    """SkuModel, from version 7."""

    variant_id: str | None = None
    merchant_defined_sku_id: str | None = None
    sku_info: str | None = None


class RmsItem(Wire):
    """ItemModel: one line."""

    item_detail_id: int
    item_name: str
    item_id: int | None = None
    item_number: str | None = None
    manage_number: str
    price_tax_incl: int
    units: int
    selected_choice: str | None = None
    restore_inventory_flag: int | None = None
    delete_item_flag: int = 0
    tax_rate: float
    sku_model_list: list[RmsSku] | None = Field(None, alias="SkuModelList")


class RmsShipping(Wire):
    """ShippingModel: one row of the shipping report, often half-filled."""

    shipping_detail_id: int
    shipping_number: str | None = None
    delivery_company: str | None = None
    shipping_date: WireDate | None = None


class RmsPickup(Wire):
    """DeliveryCVSModel, whose key is `DeliveryCvsModel`: store or post office."""

    store_name: str | None = None


class RmsSocialGift(Wire):
    """SocialGiftModel, from version 10; until `input_flag` 1 the sender is a dummy."""

    input_due_date: WireDate | None = None
    input_flag: int
    receiver_email_address: str | None = None


class RmsPackage(Wire):
    """PackageModel: one destination."""

    basket_id: int
    postage_price: int
    delivery_price: int
    goods_price: int
    total_price: int
    noshi: str | None = None
    default_delivery_company_code: str | None = None
    drop_off_location: str | None = None
    sender: RmsParty = Field(alias="SenderModel")
    items: list[RmsItem] = Field(alias="ItemModelList")
    shipping: list[RmsShipping] | None = Field(None, alias="ShippingModelList")
    pickup: RmsPickup | None = Field(None, alias="DeliveryCvsModel")
    social_gift: RmsSocialGift | None = Field(None, alias="SocialGiftModel")
