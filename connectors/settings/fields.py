"""What can be set, in the environment or `.env`, and what follows from it."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.mail import Security, SmtpServer
from connectors.rms.address import RMS_URL, is_loopback
from connectors.settings.env_file import ENCODING
from connectors.settings.notify_address import NotifyAddress, notify_address
from connectors.settings.shop_variables import PREFIX
from connectors.settings.values import (
    OF_USER,
    Days,
    DeskAddress,
    DeskPeople,
    ErrorStatus,
    KeyColumns,
    LongSecret,
    Networks,
    PingAddress,
    Receivers,
    RmsAddress,
    S3Address,
    ShopHours,
    UnixGroup,
    Weekdays,
    days_of,
)
from data.model.alarm import Silence
from data.model.shipping.key_column import key_columns_of
from data.model.shops.shop import HOME_NAME, SHOP_HANDLE

WAREHOUSE_FILE: Final = "juchu.duckdb"
"""The warehouse's file name in JUCHU_HOME."""


class Settings(BaseSettings):
    """Where things are and how RMS is called; a shop's secrets are not here.

    The fields stand in the order of `.env.example`, and the first of a field's examples
    stands in it: the default. The last one is what an error shows. Those of the sender
    may be blank until labels are exported.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file_encoding=ENCODING,
        env_ignore_empty=True,  # JUCHU_HOME= is no home in the folder we are in
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    home: Annotated[Path, OF_USER] = Field(
        Path("data/local"),
        description="実行時ファイルの置き場所",
        examples=["data/local"],
    )
    home_name: str = Field(
        "",
        pattern=HOME_NAME,
        description="このホームの名前(複数のホストで動かす場合)。"
        "同じ名前のホームの店舗だけを処理します。1台で動かす場合は空欄",
        examples=["", "home-1"],
    )
    host: str = Field(
        "",
        pattern=HOME_NAME,
        description="このホストの名前(複数のホストで動かす場合)。ワーカーは、"
        "このホストのホームだけを実行します。1台で動かす場合は空欄",
        examples=["", "host-a"],
    )
    shop: str = Field(
        "demo",
        pattern=SHOP_HANDLE,
        description="フォームの「店舗」に最初から入力されている店舗コード。"
        "定時実行は、稼働中のすべての店舗が対象です",
        examples=["demo"],
    )
    rms_url: RmsAddress = Field(
        RMS_URL,
        description="RMSの接続先。https のみ。このマシン内では http も可",
        examples=[RMS_URL],
    )
    rms_requests_per_second: float = Field(
        1.0,
        ge=0,
        le=1000,
        description="1秒あたりのリクエスト数。RMSは1、0(無制限)はサンドボックスのみ",
        examples=[1],
    )
    test_clock: Annotated[Path | None, OF_USER] = Field(
        None,
        description="テスト専用: サンドボックスと共有する時計のファイル。"
        "接続先がこのマシン内の場合のみ",
        examples=["", "data/local/clock"],
    )
    warehouse_patience_s: float = Field(
        30.0,
        ge=0,
        le=600,
        description="データベースが使用中のときに待つ秒数",
        examples=[30],
    )
    retention_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="出荷またはキャンセルの後、購入者の情報を保存する日数",
        examples=[90],
    )
    analytics_group: UnixGroup = Field(
        "",
        description="分析用データベースを読めるようにする Unix のグループ。"
        "空欄の場合は、juchu のユーザーだけが読めます",
        examples=["", "analysts"],
    )
    lake: Annotated[str, OF_USER] = Field(
        "",
        description="データレイク(Parquet)の保存先。フォルダー、または s3://バケット/場所。"
        "空欄の場合は JUCHU_HOME の lake/、off の場合は作成しません",
        examples=[""],
    )
    lake_endpoint: S3Address = Field(
        "",
        description="S3互換サービスのアドレス。Amazon S3 の場合は空欄",
        examples=["", "https://s3.example.jp"],
    )
    lake_region: str = Field(
        "", description="S3のリージョン(例: ap-northeast-1)", examples=[""]
    )
    lake_key_id: str = Field(
        "",
        description="S3のアクセスキーID。空欄の場合は AWS_ACCESS_KEY_ID などの環境変数",
        examples=[""],
    )
    lake_secret: SecretStr = Field(
        SecretStr(""), description="S3のシークレットアクセスキー", examples=[""]
    )
    close_day: int = Field(
        10,
        ge=1,
        le=28,
        description="前の月を締める日。この日の夜から、前の月の売上は変わらなくなります"
        "(締めた後の変更は別に表示します)",
        examples=[10],
    )
    rms_deadline_s: float = Field(
        20.0,
        gt=0,
        le=600,
        description="RMSへの1リクエスト全体の制限秒数",
        examples=[20],
    )
    notice_error_status: ErrorStatus = Field(
        200,
        description="受け付けない通知に返すHTTPステータス。200 または 400〜499",
        examples=[200],
    )
    notice_deadline_s: float = Field(
        10.0,
        gt=0,
        le=60,
        description="通知1件の受信の制限秒数",
        examples=[10],
    )
    notice_connections: int = Field(
        500,
        ge=16,
        le=10_000,
        description="通知の同時接続数の上限",
        examples=[500],
    )
    notice_connections_each: int = Field(
        100,
        ge=4,
        le=10_000,
        description="そのうち、同じアドレスからの同時接続数の上限",
        examples=[100],
    )
    notice_proxies: Networks = Field(
        "",
        description="受信の前に置いたプロキシのアドレス(例: 127.0.0.1)。"
        "その先の送信元ごとに数えます",
        examples=["", "127.0.0.1"],
    )
    receivers: Receivers = Field(
        "",
        description="通知を受け取りに行く、ほかのホストの受信のアドレス。"
        "「,」で区切ります(複数のホストで動かす場合)",
        examples=["", "http://10.0.0.5:8788"],
    )
    receiver_secret: LongSecret = Field(
        SecretStr(""),
        description="ホームが受信から通知を受け取るときの合言葉。32文字以上。"
        "受信とホストで同じ値にします(例: openssl rand -hex 32)",
        examples=["", "0123456789abcdef0123456789abcdef"],
    )
    smtp_host: str = Field(
        "",
        description="申請メールを送るサーバー。空欄の場合は送信しません",
        examples=["", "smtp.example.jp"],
    )
    smtp_port: int = Field(
        587,
        ge=1,
        le=65_535,
        description="サーバーのポート。starttls は 587、ssl は 465",
        examples=[587],
    )
    smtp_security: Security = Field(
        Security.STARTTLS,
        description="サーバーとの接続。starttls、ssl、none(このマシン内のみ)",
        examples=["starttls"],
    )
    smtp_user: str = Field(
        "", description="サーバーにログインする場合のユーザー名", examples=[""]
    )
    smtp_password: SecretStr = Field(
        SecretStr(""),
        description="サーバーにログインする場合のパスワード",
        examples=[""],
    )
    smtp_from: str = Field(
        "", description="送信元のメールアドレス", examples=["", "shop@example.jp"]
    )
    smtp_to: str = Field(
        "",
        description="申請メールの宛先のメールアドレス",
        examples=["", "api-support@example.jp"],
    )
    notify: SecretStr = Field(
        SecretStr(""),
        description="障害の通知先。mail(JUCHU_SMTP_FROM 宛て)、mailto:宛先、"
        "https://(Slack 形式の webhook)、Apprise のアドレス。空欄の場合は通知しません",
        examples=["", "mailto:shop@example.jp"],
    )
    ping_url: PingAddress = Field(
        SecretStr(""),
        description="朝の処理が終わるたびに呼び出す、外部の監視のアドレス"
        "(healthchecks.io など)。届かないことが障害の合図になります",
        examples=["", "https://hc-ping.com/見本"],
    )
    again_every_min: float = Field(
        30.0,
        ge=0,
        le=240,
        description="朝の処理で失敗したものを、もう一度実行するまでの分数。"
        "0 の場合は実行しません",
        examples=[30],
    )
    again_until_hour: int = Field(
        12,
        ge=0,
        le=24,
        description="失敗したものをもう一度実行するのは、この時刻(時)まで",
        examples=[12],
    )
    stock_target_s: float = Field(
        60.0,
        ge=0,
        le=86_400,
        description="在庫が動いてから、モールに反映されるまでの目標の秒数。"
        "超えると知らせます。0 の場合は知らせません",
        examples=[60],
    )
    notice_silence_h: float = Field(
        2.0,
        ge=0,
        le=168,
        description="通知が届かない状態がこの時間続くと知らせます(営業時間内だけを数えます)。"
        "0 の場合は知らせません",
        examples=[2],
    )
    shop_hours: ShopHours = Field(
        "9-21",
        description="営業時間(開始の時-終了の時)",
        examples=["9-21"],
    )
    backup_daily: int = Field(
        7,
        ge=1,
        le=366,
        description="残すバックアップの日数(1日1件)",
        examples=[7],
    )
    backup_weekly: int = Field(
        5,
        ge=0,
        le=520,
        description="そのほかに残すバックアップの週数(1週1件)",
        examples=[5],
    )
    backup_copy: Annotated[str, OF_USER] = Field(
        "",
        description="バックアップのコピー先のフォルダー(別のディスクを推奨)。"
        "空欄の場合はコピーしません",
        examples=[""],
    )
    files_days: int = Field(
        90,
        ge=0,
        le=3650,
        description="取込済み(incoming/done)と拒否(rejected)のファイルを残す日数。"
        "0 の場合は削除しません",
        examples=[90],
    )
    labels_days: int = Field(
        30,
        ge=0,
        le=3650,
        description="送り状のファイル(labels)と、モール用の送り状番号のファイル"
        "(uploads/tracking-*)を残す日数。0 の場合は削除しません",
        examples=[30],
    )
    logs_days: int = Field(
        30,
        ge=0,
        le=3650,
        description="ログ(logs)を残す日数。0 の場合は削除しません",
        examples=[30],
    )
    looks_days: int = Field(
        365,
        ge=0,
        le=3650,
        description="購入者の情報を見た記録(looks)を残す日数。0 の場合は削除しません",
        examples=[365],
    )
    runs_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="Prefect の実行の記録とイベントを残す日数",
        examples=[30],
    )
    desk_people: DeskPeople = Field(
        SecretStr(""),
        description="スタッフの画面(make desk)にサインインする人。"
        "make desk-password NAME=名前 が作る文字列を「,」で区切ります",
        examples=["", "山田=scrypt:…"],
    )
    desk_host: str = Field(
        "127.0.0.1",
        description="スタッフの画面が待ち受けるアドレス。初期値はこのマシン内のみ",
        examples=["127.0.0.1"],
    )
    desk_port: int = Field(
        8790,
        ge=1,
        le=65_535,
        description="スタッフの画面のポート",
        examples=[8790],
    )
    desk_url: DeskAddress = Field(
        "",
        description="スタッフの画面を別のマシンから開くアドレス"
        "(例: https://desk.example.jp)。https のみ。空欄の場合はこのマシン内だけです",
        examples=["", "https://desk.example.jp"],
    )
    sender_name: str = Field("", description="送り状のご依頼主の名前", examples=[""])
    sender_zip: str = Field("", description="ご依頼主の郵便番号", examples=[""])
    sender_address: str = Field("", description="ご依頼主の住所", examples=[""])
    sender_building: str = Field(
        "", description="ご依頼主の建物名。空欄でも可", examples=[""]
    )
    sender_phone: str = Field("", description="ご依頼主の電話番号", examples=[""])
    sender_billing_code: str = Field(
        "",
        description="ヤマト運輸のご請求先顧客コード、または佐川急便のお客様コード",
        examples=[""],
    )
    sender_billing_class: str = Field(
        "", description="ご請求先分類コード。ヤマト運輸のみ", examples=[""]
    )
    sender_freight_code: str = Field(
        "01", description="運賃管理番号。ヤマト運輸のみ", examples=["01"]
    )
    sender_contents: str = Field("商品", description="送り状の品名", examples=["商品"])
    shipping_weekdays: Weekdays = Field(
        "月火水木金",
        description="出荷する曜日。送り状の出荷日を入力しない場合に使います",
        examples=["月火水木金"],
    )
    shipping_closed_on: Days = Field(
        "",
        description="出荷を休む日(祝日や年末年始)。「,」で区切ります"
        "(例: 2026-12-31,2027-01-01)",
        examples=["", "2026-12-31,2027-01-01"],
    )
    shipment_key_columns: KeyColumns = Field(
        "",
        description="配送会社のファイルで、注文の管理番号を印字している列"
        "(例: yamato=荷扱い１)。標準の列と違う場合だけ指定します。「,」で区切ります",
        examples=["", "yamato=荷扱い１"],
    )
    shipping_after: int = Field(
        1,
        ge=0,
        le=30,
        description="出荷日を入力しない場合に、何営業日後を出荷日にするか。"
        "1 は次の営業日、0 は当日(休みの日は次の営業日)",
        examples=[1],
    )

    @model_validator(mode="before")
    @classmethod
    def _without_blank_ones(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Leave out what is blanks alone: a folder of that name would be made."""
        return {
            name: value
            for name, value in given.items()
            if not isinstance(value, str) or value.strip()
        }

    @model_validator(mode="after")
    def _never_rush_rms(self) -> Self:
        rate = self.rms_requests_per_second
        if (rate == 0 or rate > 1) and not is_loopback(self.rms_url):
            raise ValueError(
                f"接続先がRMSの場合、{PREFIX}RMS_REQUESTS_PER_SECOND は"
                " 0 より大きく 1 以下にしてください"
            )
        return self

    @model_validator(mode="after")
    def _real_time_at_rms(self) -> Self:
        if self.test_clock is not None and not is_loopback(self.rms_url):
            raise ValueError(
                f"{PREFIX}TEST_CLOCK は、接続先がこのマシン内のサンドボックスの場合だけ"
                "指定できます"
            )
        return self

    @model_validator(mode="after")
    def _mail_can_be_sent(self) -> Self:
        _ = self.smtp_server  # raises ValueError, naming what could not work
        return self

    @model_validator(mode="after")
    def _alarms_can_be_sent(self) -> Self:
        try:
            _ = self.notify_address
        except ValueError as problem:
            raise ValueError(f"{PREFIX}NOTIFY: {problem}") from None
        return self

    @property
    def notify_address(self) -> NotifyAddress | None:
        """Where alarms are sent; None = nowhere."""
        if not self.notify.get_secret_value().strip():
            return None
        return notify_address(self.notify, self.smtp_server)

    @property
    def silence(self) -> Silence:
        """After how long, and in which hours, missing notices are an alarm."""
        opens, closes = map(int, self.shop_hours.split("-"))
        return Silence(self.notice_silence_h, opens, closes)

    @property
    def smtp_server(self) -> SmtpServer | None:
        """The server that sends our mail; None = staff copy the mail by hand."""
        if not self.smtp_host:
            return None
        return SmtpServer(
            host=self.smtp_host,
            port=self.smtp_port,
            sender=self.smtp_from,
            recipient=self.smtp_to,
            user=self.smtp_user,
            password=self.smtp_password,
            security=self.smtp_security,
        )

    @property
    def closed_days(self) -> frozenset[date]:
        """The days on which the shop ships nothing, weekdays aside."""
        return days_of(self.shipping_closed_on)

    @property
    def key_columns(self) -> dict[str, str]:
        """The column of a carrier's file that the shop prints its references in."""
        return key_columns_of(self.shipment_key_columns)

    @property
    def warehouse(self) -> Path:
        """The DuckDB file of everything we know."""
        return self.home / WAREHOUSE_FILE

    @property
    def analytics(self) -> Path:
        """The copy without personal data, for analysts."""
        return self.home / "analytics.duckdb"

    @property
    def lake_folder(self) -> Path:
        """The folder of a lake that is kept on this machine."""
        return Path(self.lake_address) if self.lake else self.home / "lake"

    @property
    def lake_address(self) -> str:
        """The lake that is set; a home has a part of its own in it, home=<its name>."""
        if not self.home_name:
            return self.lake
        return f"{self.lake.rstrip('/')}/home={self.home_name}"

    @property
    def spool(self) -> Path:
        """Notices received and not yet settled."""
        return self.home / "spool"

    @property
    def incoming(self) -> Path:
        """Order files waiting to be imported."""
        return self.home / "incoming"

    @property
    def rejected(self) -> Path:
        """Order files that were refused, each with the reason."""
        return self.home / "rejected"

    @property
    def uploads(self) -> Path:
        """Files uploaded on the desk, and the malls' files of tracking numbers."""
        return self.home / "uploads"

    @property
    def labels(self) -> Path:
        """Files of labels for the carriers' programs."""
        return self.home / "labels"

    @property
    def reports(self) -> Path:
        """Pictures and pages to open in a browser."""
        return self.home / "reports"

    @property
    def looks(self) -> Path:
        """Who looked at which order's people."""
        return self.home / "looks"

    @property
    def backup(self) -> Path:
        """Backups of the warehouse."""
        return self.home / "backup"

    @property
    def backup_copies(self) -> Path | None:
        """Their copies elsewhere; a home has a part of its own there, home=<its name>.

        The homes of a host have one `.env`, and each deletes what is over its numbers.
        """
        if not self.backup_copy:
            return None
        folder = Path(self.backup_copy)
        return folder / f"home={self.home_name}" if self.home_name else folder
