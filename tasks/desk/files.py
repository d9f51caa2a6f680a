"""CSV取込: a file is uploaded, tried, shown, and imported when somebody confirms it.

Trial and import are runs of the flows' deployments, so that they have their slot, log
and journal. Between the two the file waits in `uploads/` (`connectors.uploads`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from starlette.responses import Response

from connectors.uploads import TooLarge, Upload, Uploads
from data.model.japan_time import in_japan
from data.model.order import Mall
from data.model.shipping.shipment import Carrier
from tasks.desk.files_left import UploadEnding, files_left
from tasks.desk.frame import (
    LARGEST_FILE,
    WITH_FILE,
    Page,
    Problem,
    Visit,
    get,
    post,
)
from tasks.desk.request_checks import TOO_LARGE
from tasks.desk.shops import OTHER_SHOP, ShopChoice, choose_shop, shop_choices
from tasks.desk.words import (
    CARRIER_WORDS,
    COUNT_WORDS,
    MALL_WORDS,
    MODE_WORDS,
    OTHER_SHOPS_WORDS,
    WRONG_CHOICE,
)

PATH: Final = "/files"
MOST_FILES: Final = 2
GONE: Final = (
    "このファイルはもうありません(取り込まないまま1日たつか、取込をやめると削除します)。"
    "対処: もう一度ファイルを選んでください。"
)
NO_FILE: Final = "ファイルが選ばれていません。対処: ファイルを選んでください。"
TOO_MANY: Final = (
    "ファイルは1つずつ取り込みます(Yahoo! の注文と商品の2つを除きます)。"
    "対処: ファイルを1つだけ選んでください。"
)
OTHER_TRIAL: Final = (
    "この画面を開いた後に、別の内容で確認し直されています。取り込んでいません。"
    "対処: 画面を開き直し、内容を確認してから取り込んでください。"
)


class FileKind(NamedTuple):
    """What a file can be: its name, its flow, and where it comes from."""

    key: str
    title: str
    deployment: str
    hint: str
    next_way: str
    next_words: str


KINDS: Final = {
    kind.key: kind
    for kind in (
        FileKind(
            "orders",
            "注文",
            "import-order-csv/manual",
            "モールの管理画面からダウンロードした注文CSV(またはzip)を、Excelで開かずに"
            "そのまま選んでください。Yahoo! は、注文と商品の2つを一緒に選びます。",
            "/adjust",
            "在庫調整へ進む",
        ),
        FileKind(
            "shipments",
            "送り状番号",
            "import-shipments/manual",
            "B2クラウド・e飛伝・ゆうパックプリントRなどから出力したCSVを、Excelで開かずに"
            "そのまま選んでください。",
            "/labels",
            "送り状の画面へ進む",
        ),
        FileKind(
            "stock",
            "棚卸・入荷",
            "import-stock-count/manual",
            "「商品管理番号・SKU管理番号・数量」の列があるCSVを選んでください。",
            "/stock",
            "在庫を確認する",
        ),
    )
}
CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "mall": MALL_WORDS,
    "mode": MODE_WORDS,
    "other_shops": OTHER_SHOPS_WORDS,
    "carrier": CARRIER_WORDS,
    "kind": COUNT_WORDS,
}
"""What may be chosen, by the name of the field."""
FIELDS: Final = {
    "orders": ("mall", "mode", "other_shops"),
    "shipments": ("carrier", "mall"),
    "stock": ("kind",),
}
FIRST: Final = {
    "mall": Mall.RAKUTEN.value,
    "mode": "update",
    "other_shops": "refuse",
    "carrier": Carrier.YAMATO.value,
    "kind": "count",
    "new_shop": "",
    "counted_at": "",
}
"""What is chosen before anybody has."""


def show_form(visit: Visit) -> Response:
    """Return the form for one kind of file, that of orders first."""
    kind = KINDS.get(visit.asked("kind"), KINDS["orders"])
    left = files_left(visit)
    return visit.show("files.html", left=left, **_form(visit, kind, FIRST))


def take_file(visit: Visit) -> Response:
    """Keep what was uploaded, begin its trial, and go to its page."""
    kind = _kind(visit)
    files = _files(visit, kind)
    choices = _choices(visit, kind)
    try:
        upload = _uploads(visit).keep(
            files, kind=kind.key, choices=choices, who=visit.who, most=LARGEST_FILE
        )
    except TooLarge:
        raise Problem(413, TOO_LARGE) from None
    try:
        _try(visit, kind, upload, upload.token)
    except BaseException:
        _uploads(visit).remove(upload.token)
        raise
    return visit.go(_path(upload))


def show_file(visit: Visit) -> Response:
    """Return an upload's page: its trial and, once confirmed, its import."""
    upload = _upload(visit)
    kind = KINDS[upload.kind]
    run = visit.desk.runs.look(upload.booked or upload.trial)
    if run is None:
        raise Problem(404, GONE)
    end = UploadEnding.of(upload, run)
    if end.is_imported:
        _uploads(visit).drop_files(upload)
    return visit.show(
        "file.html",
        upload=upload,
        run=run,
        found=end.found,
        problem=end.problem,
        is_imported=end.is_imported,
        is_whole=_uploads(visit).is_whole(upload),
        can_book=bool(end.found and not end.problem and end.found.counts),
        renewing=None if run.is_final else 2,
        chosen_words=_words(upload),
        **_form(visit, kind, FIRST | upload.choices),
    )


def try_again(visit: Visit) -> Response:
    """Try the same upload with other choices, also one whose import broke off."""
    upload = _upload(visit)
    kind = KINDS[upload.kind]
    if _is_taken(visit, upload):
        raise Problem(409, GONE)
    _refuse_gone(visit, upload)
    choices = _choices(visit, kind)
    changed = upload.model_copy(update={"choices": choices, "booked": ""})
    _try(visit, kind, changed, f"{upload.token}-{visit.text('once')}")
    return visit.go(_path(upload))


def book_file(visit: Visit) -> Response:
    """Import what was shown; a second click begins nothing more.

    A page left open from an earlier trial imports nothing: its choices are not these.
    After an import that broke off the same is begun once more.
    """
    upload = _upload(visit)
    if _is_taken(visit, upload):
        return visit.go(_path(upload))
    _refuse_gone(visit, upload)
    if visit.text("trial") != upload.trial:
        raise Problem(409, OTHER_TRIAL)
    kind = KINDS[upload.kind]
    run = visit.desk.runs.start(
        kind.deployment,
        f"{upload.token}-{upload.trial}-{upload.booked}-book",
        **_parameters(visit, upload),
        dry_run=False,
    )
    _uploads(visit).save(upload.model_copy(update={"booked": run}))
    return visit.go(_path(upload))


def drop_file(visit: Visit) -> Response:
    """Delete an upload that is not to be imported."""
    upload = _upload(visit)
    if not _is_taken(visit, upload):
        _uploads(visit).remove(upload.token)
    return visit.go(f"{PATH}?kind={upload.kind}")


def _uploads(visit: Visit) -> Uploads:
    return Uploads(visit.settings.uploads)


def _upload(visit: Visit) -> Upload:
    upload = _uploads(visit).find(visit.part("token"))
    if upload is None or upload.kind not in KINDS:
        raise Problem(404, GONE)
    return upload


def _is_taken(visit: Visit, upload: Upload) -> bool:
    """Return whether an import of it is at work, or was done."""
    if not upload.booked:
        return False
    run = visit.desk.runs.look(upload.booked)
    return run is None or not run.is_final or UploadEnding.of(upload, run).is_imported


def _refuse_gone(visit: Visit, upload: Upload) -> None:
    if not _uploads(visit).is_whole(upload):
        raise Problem(409, GONE)


def _path(upload: Upload) -> str:
    return f"{PATH}/{upload.token}"


def _kind(visit: Visit) -> FileKind:
    try:
        return KINDS[visit.text("of")]
    except KeyError:
        raise Problem(400, WRONG_CHOICE) from None


def _files(visit: Visit, kind: FileKind) -> list[tuple[str, Any]]:
    given = visit.files("file")
    if not given:
        raise Problem(400, NO_FILE)
    if len(given) > (MOST_FILES if kind.key == "orders" else 1):
        raise Problem(400, TOO_MANY)
    return [(one.filename or "", one.file) for one in given]


def _choices(visit: Visit, kind: FileKind) -> dict[str, str]:
    """Return what was chosen; each value is one that was offered."""
    chosen = {name: visit.text(name) or FIRST[name] for name in FIELDS[kind.key]}
    if any(value not in CHOICES[name] for name, value in chosen.items()):
        raise Problem(400, WRONG_CHOICE)
    chosen["shop"] = choose_shop(visit)
    if kind.key == "orders":
        chosen["new_shop"] = "yes" if visit.text("new_shop") else ""
    if kind.key == "stock":
        now = in_japan(visit.desk.now())
        chosen["counted_at"] = visit.text("counted_at") or f"{now:%Y-%m-%dT%H:%M}"
    return chosen


def _try(visit: Visit, kind: FileKind, upload: Upload, once: str) -> None:
    """Begin the trial of an upload and write down which run it is."""
    run = visit.desk.runs.start(
        kind.deployment, f"{once}-try", **_parameters(visit, upload), dry_run=True
    )
    _uploads(visit).save(upload.model_copy(update={"trial": run}))


def _parameters(visit: Visit, upload: Upload) -> dict[str, Any]:
    """Return the flow's parameters: where the files are, and what was chosen."""
    chosen: dict[str, Any] = dict(upload.choices)
    path, *item = map(str, _uploads(visit).paths(upload))
    if upload.kind == "orders":
        chosen["new_shop"] = bool(chosen["new_shop"])
        return {"path": path, "item_path": "".join(item), **chosen}
    who = {"who": visit.who} if upload.kind == "stock" else {}
    return {"path": path, **who, **chosen}


def _form(visit: Visit, kind: FileKind, chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form of a kind needs, with what is chosen in it."""
    shops: Sequence[ShopChoice] = shop_choices(visit)
    first = chosen.get("shop") or (shops[0].value if shops else OTHER_SHOP)
    known = {one.value for one in shops}
    return {
        "kinds": list(KINDS.values()),
        "kind": kind,
        "choices": CHOICES,
        "chosen": {**chosen, "shop": first if first in known else OTHER_SHOP},
        "typed_shop": "" if first in known or first == OTHER_SHOP else first,
        "shops": shops,
        "other_shop": OTHER_SHOP,
    }


def _words(upload: Upload) -> list[tuple[str, str]]:
    """Return what was chosen, in the words of the form."""
    titles = {
        "mall": "モール",
        "shop": "店舗",
        "mode": "登録タイプ",
        "carrier": "配送会社",
        "kind": "種類",
        "counted_at": "数えた日時・届いた日時",
    }
    return [
        (title, CHOICES.get(name, {}).get(value, value).replace("T", " "))
        for name, title in titles.items()
        if (value := upload.choices.get(name))
    ]


PAGE: Final = Page(
    "CSV取込",
    PATH,
    (
        get(PATH, show_form),
        post(PATH, take_file, WITH_FILE),
        get(f"{PATH}/{{token}}", show_file),
        post(f"{PATH}/{{token}}/try", try_again),
        post(f"{PATH}/{{token}}/book", book_file),
        post(f"{PATH}/{{token}}/drop", drop_file),
    ),
)
