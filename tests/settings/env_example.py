"""The text of `.env.example`, which a test compares with the file.

python -m tests.settings.env_example > .env.example
"""

from connectors.settings.fields import Settings
from connectors.settings.shop_variables import PREFIX, SHOP_VARIABLES


def env_example() -> str:
    """Return the text of `.env.example`: every setting, and a shop's variables."""
    lines = [
        "# juchu の設定。.env にコピーして使います。値はすべて初期値です。",
        "# Settings of juchu: copy to .env. Every value is the default.",
        "",
    ]
    for name, setting in Settings.model_fields.items():
        example = (setting.examples or [""])[0]
        lines += [f"# {setting.description}", f"{PREFIX}{name.upper()}={example}", ""]
    lines += [
        "# 店舗: rms-shop ブロックを使わない場合。DEMO は店舗コードの大文字(- は _)",
        "# A shop without a Prefect block: DEMO is its handle in capitals, - as _.",
    ]
    for ending, example in SHOP_VARIABLES.values():
        lines.append(f"# {PREFIX}SHOP_DEMO_{ending}={example}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(env_example(), end="")  # noqa: T201 - for the file
