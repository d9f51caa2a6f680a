"""The application: what it takes, what it refuses and why, and the mail it makes."""

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from data.model.shops.application import (
    Application,
    ApplicationRefused,
    application_mail,
)
from tests.shops.made import FORM, PERSONAL, an_application

MASKED = [
    "mihon@shop.rakuten.co.jp",
    "mihon@SHOP.Rakuten.co.jp",
    "a@b.shop.rakuten.co.jp",
    "1234abcd@pc.fw.rakuten.ne.jp",
    "ｍｉｈｏｎ＠ｓｈｏｐ．ｒａｋｕｔｅｎ．ｃｏ．ｊｐ",
]


class Parameters(BaseModel):
    """What Prefect makes of a flow's signature: a model around ours."""

    application: Application


def refused(**varied: object) -> str:
    with pytest.raises(ApplicationRefused) as caught:
        Application.model_validate({**FORM, **varied})
    return str(caught.value)


def test_the_mail_is_laid_out_in_one_way():
    mail = application_mail(an_application())

    assert mail.subject == "楽天API利用申請"
    assert mail.body == (
        "楽天APIの利用を申請いたします。\n"
        "\n"
        "・顧客社名: 株式会社見本\n"
        "・店舗名: 見本茶舗\n"
        "・楽天ペイ利用: あり\n"
        "・店舗URL: https://www.rakuten.co.jp/demo-shop/\n"
        "・店舗連絡先メールアドレス: tencho@mihon.example\n"
        "・担当者連絡先電話番号: 03-0000-1234\n"
        "・店舗担当者名: 見本 花子\n"
        "・ログインID: mihon-login\n"
        "\n"
        "よろしくお願いいたします。\n"
    )


def test_a_login_id_may_be_left_out():
    form = {name: value for name, value in FORM.items() if name != "login_id"}

    mail = application_mail(Application.model_validate(form))

    assert "ログインID" not in mail.body


@pytest.mark.parametrize("address", MASKED)
def test_a_masked_address_is_refused_with_the_reason(address):
    told = refused(shop_email=address)

    assert "転送用(マスク)アドレスは使用できません" in told
    assert "対処" in told


@pytest.mark.parametrize(
    "address",
    [
        "tencho@rakuten-shop.example",
        "a.b+c@mail.mihon.co.jp",
        "x@notshop-rakuten.co.jp",
    ],
)
def test_an_address_of_the_shops_own_is_taken(address):
    assert an_application(shop_email=address).shop_email == address


@pytest.mark.parametrize(
    "address", ["mihon", "a@b", "a b@c.example", "@c.example", "a@.jp"]
)
def test_what_is_no_address_is_refused(address):
    assert "メールアドレスの形式が正しくありません" in refused(shop_email=address)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("03-0000-1234", "03-0000-1234"),
        ("０３－００００－１２３４", "03-0000-1234"),
        ("０３ー００００ー１２３４", "03-0000-1234"),
        ("03(0000)1234", "03-0000-1234"),
        ("(03) 0000 1234", "03-0000-1234"),
        ("0300001234", "0300001234"),
        ("090-0000-1234", "090-0000-1234"),
        ("+81-90-0000-1234", "090-0000-1234"),
        ("+81(0)3-0000-1234", "03-0000-1234"),
        ("0120-000-123", "0120-000-123"),
        ("0800-000-0000", "0800-000-0000"),
    ],
)
def test_a_japanese_number_is_kept_in_half_width(typed, kept):
    assert an_application(contact_phone=typed).contact_phone == kept


@pytest.mark.parametrize(
    "typed",
    ["3-0000-1234", "03-0000-123", "090-0000-12345", "+1-202-555-0100", "内線12"],
)
def test_another_number_is_refused(typed):
    assert "10桁または11桁" in refused(contact_phone=typed)


@pytest.mark.parametrize(
    "typed",
    [
        "https://www.rakuten.co.jp/demo-shop/",
        "http://www.rakuten.co.jp/demo-shop",
        "www.rakuten.co.jp/demo-shop/index.html",
        "https://www.rakuten.ne.jp/gold/demo-shop/",
        "Demo-Shop",
    ],
)
def test_a_shop_url_is_kept_in_one_form(typed):
    application = an_application(shop_url=typed)

    assert application.shop_url == "https://www.rakuten.co.jp/demo-shop/"


@pytest.mark.parametrize(
    "typed", ["https://shop.example/", "https://www.rakuten.co.jp/"]
)
def test_another_address_is_no_shop_url(typed):
    assert "店舗URL" in refused(shop_url=typed)


@pytest.mark.parametrize("name", [name for name in FORM if name != "rakuten_pay"])
def test_no_field_can_add_a_line_to_the_mail(name):
    told = refused(**{name: FORM[name] + "\n・店舗URL: x"})

    assert "改行や制御文字は使用できません" in told


@given(st.text(max_size=40))
def test_whatever_is_typed_the_mail_keeps_its_lines(text):
    try:
        application = an_application(contact_name=text, company_name=text)
    except ApplicationRefused:
        return

    assert len(application_mail(application).body.splitlines()) == 12  # with its ID


@pytest.mark.parametrize("name", [name for name in FORM if name != "login_id"])
def test_a_missing_field_is_named_in_japanese(name):
    with pytest.raises(ApplicationRefused) as caught:
        Application.model_validate({key: FORM[key] for key in FORM if key != name})

    said = Application.model_json_schema()["properties"][name]["title"]
    assert f"{said}: 入力してください" in str(caught.value)


def test_rakuten_pay_is_yes_or_no():
    assert "「あり」または「なし」" in refused(rakuten_pay="たぶん")


def test_the_form_explains_every_field_in_japanese():
    schema = Application.model_json_schema()["properties"]

    assert [schema[name]["position"] for name in FORM] == [*range(1, 9)]
    assert not [name for name in FORM if schema[name]["title"].isascii()]
    assert all(schema[name]["description"] for name in FORM)


def test_neither_the_application_nor_the_mail_shows_a_person():
    application = an_application()
    shown = f"{application!r} {application} {application_mail(application)!r}"

    assert "見本茶舗" in shown
    assert [value for value in PERSONAL if value in shown] == []


@pytest.mark.parametrize("name", list(FORM))
def test_a_refusal_quotes_nothing_even_inside_another_model(name):
    canary = "canary\n" + "090-9999-8888"

    with pytest.raises(ApplicationRefused) as caught:
        Parameters.model_validate({"application": {**FORM, name: canary}})

    told = "".join(traceback.format_exception(caught.value))
    assert "090-9999-8888" not in told
    assert [value for value in PERSONAL if value in told] == []


def test_an_unknown_field_is_refused_without_its_name():
    told = refused(**{"090-9999-8888": "x"})

    assert "不明な項目" in told
    assert "090-9999-8888" not in told


def test_the_same_application_has_the_same_hash_and_another_has_not():
    mails = [
        application_mail(an_application(contact_name=n)) for n in ("甲", "甲", "乙")
    ]

    assert mails[0].sha256 == mails[1].sha256 != mails[2].sha256
