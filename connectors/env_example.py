"""Writes `.env.example`, so that it cannot fall behind the settings."""

from connectors.sender_settings import LAST
from connectors.settings import PREFIX, Settings
from connectors.shop_environment import SHOP_VARIABLES


def env_example() -> str:
    """Give the file's text: every setting with its default, every shop variable."""
    lines = [
        "# juchu の設定。.env にコピーして使います (copy to .env).",
        "# Every line is the default; delete what you do not change.",
        "",
    ]
    for name in (*(n for n in Settings.model_fields if n not in LAST), *LAST):
        setting = Settings.model_fields[name]
        example = (setting.examples or [""])[0]
        lines += [f"# {setting.description}", f"{PREFIX}{name.upper()}={example}", ""]
    lines += [
        "# 店舗: rms-shop ブロックを使わない場合。DEMO は店舗ハンドルの大文字",
        "# A shop without a Prefect block: DEMO is its handle in capitals, - as _.",
    ]
    for ending, example in SHOP_VARIABLES.values():
        lines.append(f"# {PREFIX}SHOP_DEMO_{ending}={example}")
    return "\n".join(lines) + "\n"
