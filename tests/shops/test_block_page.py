"""The form of a shop's block: Japanese help for every field."""

from tasks.shops.blocks import RmsShop


def test_every_field_is_explained_and_has_no_tab_for_none():
    fields = RmsShop.model_json_schema()["properties"]

    assert [
        name for name, field in fields.items() if not field.get("description")
    ] == []
    assert [name for name, field in fields.items() if "anyOf" in field] == []


def test_a_key_without_a_last_day_may_be_stored():
    keys = {"service_secret": "SP-invented", "license_key": "SL-invented"}
    shop = RmsShop(shop_id="123456", license_expires_on="", **keys)

    assert shop.license_expires_on is None
