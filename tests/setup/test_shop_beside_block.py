"""What the environment says of a shop that has a block; the block counts."""

from data.model.shops.shop import Shop
from tasks.setup.deploy import other_than_block
from tasks.shops.blocks import RmsShop

GIVEN = {"handle": "mihon", "mall": "rakuten", "shop_id": "654321"}
KEYS = {"service_secret": "SP_invented", "license_key": "SL_old"}


def test_only_what_was_set_and_is_otherwise_is_named():
    """A key renewed in `.env` was used by nobody, and nobody was told."""
    block = RmsShop.from_shop(Shop(**GIVEN, **KEYS, safety_stock=3))
    same = Shop(**GIVEN, **KEYS)
    renewed = Shop(
        **GIVEN, **KEYS | {"license_key": "SL_new"}, license_expires_on="2027/2/21"
    )

    assert other_than_block(same, block) == []
    assert other_than_block(renewed, block) == [
        "ライセンスキー(licenseKey)",
        "ライセンスキーの有効期限",
    ]
