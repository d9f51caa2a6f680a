"""A deployment's parameters as a form of ours, made of what Prefect knows of them.

Only what one field can hold is asked for: texts, numbers, days, ticks and choices. A
list or a table of values has a page of its own, or Prefect's form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tasks.desk.frame import Problem, Visit
from tasks.desk.words import VALUE_WORDS

WHO: Final = "who"
"""The parameter that is the signed-in person, and is not asked for."""
KINDS: Final = {"string": "text", "integer": "number", "boolean": "tick"}


@dataclass(frozen=True)
class FormField:
    """One parameter: how it is asked for, and the value that it has.

    kind     text, number, date, tick or choice
    choices  of a choice: what is sent, and what is read
    """

    name: str
    title: str
    description: str
    kind: str
    choices: Mapping[str, str]
    value: str
    is_needed: bool


def form_fields(schema: Mapping[str, Any], given: Mapping[str, Any]) -> list[FormField]:
    """Return the fields of a deployment's form, in Prefect's order."""
    parts: Mapping[str, Any] = schema.get("properties", {})
    needed = set(schema.get("required", ()))
    ordered = sorted(parts, key=lambda name: parts[name].get("position", 0))
    fields = []
    for name in ordered:
        part = parts[name]
        kind, choices = _kind(part, schema.get("definitions", {}))
        if kind and name != WHO:
            value = given.get(name, part.get("default"))
            fields.append(
                FormField(
                    name,
                    str(part.get("title", name)),
                    str(part.get("description", "")),
                    kind,
                    {one: VALUE_WORDS.get(name, {}).get(one, one) for one in choices},
                    "" if value is None or value is False else str(value),
                    name in needed and value is None,
                )
            )
    return fields


def takes_who(schema: Mapping[str, Any]) -> bool:
    """Return whether the deployment wants to know who runs it."""
    return WHO in schema.get("properties", {})


def sent_values(visit: Visit, fields: list[FormField]) -> dict[str, Any]:
    """Return the values of a form that was sent; what is blank is left to the flow.

    Raises:
        Problem: something needed is blank, or a number is none.

    """
    found: dict[str, Any] = {}
    for field in fields:
        text = visit.text(field.name)
        if field.kind == "tick":
            found[field.name] = bool(text)
        elif not text:
            if field.is_needed:
                raise Problem(422, _missing(field.title))
            if field.value:
                found[field.name] = None if field.kind != "text" else ""
        elif field.kind == "number":
            found[field.name] = _number(field.title, text)
        else:
            found[field.name] = text
    return found


def _kind(
    part: Mapping[str, Any], definitions: Mapping[str, Any]
) -> tuple[str, tuple[str, ...]]:
    """Return how a part of the schema is asked for; "" if one field cannot."""
    options = [_resolved(one, definitions) for one in part.get("anyOf", [part])]
    options += [_resolved(one, definitions) for one in part.get("allOf", [])]
    for one in options:
        if choices := one.get("enum"):
            return "choice", tuple(str(choice) for choice in choices)
    for one in options:
        if one.get("type") == "string" and one.get("format") == "date":
            return "date", ()
        if kind := KINDS.get(str(one.get("type"))):
            return kind, ()
    return "", ()


def _resolved(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    name = str(part.get("$ref", "")).rpartition("/")[2]
    return definitions.get(name, part)


def _number(title: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Problem(
            422,
            f"「{title}」は整数で入力してください。"
            "対処: 前の画面に戻って入力し直してください。",
        ) from None


def _missing(title: str) -> str:
    return (
        f"「{title}」が入力されていません。対処: 前の画面に戻って入力し直してください。"
    )
