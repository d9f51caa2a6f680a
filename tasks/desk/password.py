"""`make desk-password NAME=…`: the setting that lets a person sign in at the desk."""

import secrets
import sys
from getpass import getpass

from connectors.settings.passwords import (
    LONGEST,
    SALT_BYTES,
    SHORTEST,
    hashed,
    people_of,
    setting_of,
)
from connectors.settings.reading import SettingsProblem, read_settings


def main() -> None:
    """Ask twice for the password; print the line of `.env` with everybody's hash."""
    name = " ".join(sys.argv[1:]).strip()
    try:
        before = people_of(read_settings().desk_people.get_secret_value())
    except SettingsProblem as problem:
        sys.exit(f"{problem}")
    if not name:
        sys.exit("NAME= に名前を指定してください。例: make desk-password NAME=山田")
    password = _asked(f"{name} のパスワード({SHORTEST}文字以上): ")
    if not SHORTEST <= len(password) <= LONGEST:
        sys.exit(
            f"パスワードは {SHORTEST}〜{LONGEST} 文字にしてください。"
            "対処: もう一度実行してください。"
        )
    if _asked("もう一度: ") != password:
        sys.exit("2回の入力が一致しません。対処: もう一度実行してください。")
    kept = hashed(password, secrets.token_bytes(SALT_BYTES))
    try:
        people = people_of(setting_of(before | {name: kept}))
    except ValueError:
        sys.exit(
            "この名前は使えません(空白、引用符、= , : は使えません)。"
            "対処: 別の名前を指定してください。"
        )
    sys.stderr.write(
        "次の行を .env に書いて(すでにある場合は置き換えて)、"
        "make desk を起動し直してください。\n"
    )
    sys.stdout.write(f"JUCHU_DESK_PEOPLE={setting_of(people)}\n")


def _asked(prompt: str) -> str:
    """Return what is typed unseen, or the next line where there is no terminal."""
    if sys.stdin.isatty():
        return getpass(prompt)
    return sys.stdin.readline().rstrip("\n")


if __name__ == "__main__":
    main()
