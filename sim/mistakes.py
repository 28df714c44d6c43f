"""Turns what is wrong with a plan into plain sentences: file, key, value, remedy.

Looks at the errors pydantic reports and at the settings that exist; changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sim.errors import UserMistake, did_you_mean

Where = Sequence[str | int]
Allowed = Callable[[Where], Iterable[str]]

MOST_SENTENCES = 50
LONGEST_SHOWN = 60
# Directions of writing and invisible line ends: they can make a report say what it does not.
_DISGUISES = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def hidden_characters(text: str, *, lines: bool = False) -> list[str]:
    """Return the characters in `text` that cannot be seen, as U+0000; `lines` allows new lines."""
    allowed = "\n" if lines else ""
    return [
        f"U+{ord(each):04X}"
        for each in dict.fromkeys(text)
        if each not in allowed
        and (unicodedata.category(each) in ("Cc", "Cs") or each in _DISGUISES)
    ]


def visible(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Return `text` fit to print on one line: shortened, with what cannot be seen spelt out."""
    cut = text if len(text) <= longest else text[: longest - 3] + "..."
    return "".join(
        each
        if each == " " or (each.isprintable() and each not in _DISGUISES)
        else each.encode("unicode_escape", "backslashreplace").decode("ascii")
        for each in cut
    )


def shown(value: Any) -> str:
    """Return a value as its file would write it, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{visible(value)}"'
    if isinstance(value, int) and abs(value) >= 2**64:
        return "a number of more than 19 digits"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    return visible(str(value))


def dotted(where: Where) -> str:
    """Return a place in a file as people write it: invest[0].minibus_seats."""
    text = ""
    for step in where:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            plain = re.fullmatch(r"[A-Za-z0-9_-]+", step) is not None
            word = step if plain and len(step) <= LONGEST_SHOWN else f'"{visible(step)}"'
            text += f".{word}" if text else word
    return text


def sentence(error: dict[str, Any], where: Where, allowed: Allowed) -> str:
    """Return one pydantic error as `key: what is wrong. What to do.`, each mistake on its line."""
    kind, value, context = error["type"], error.get("input"), error.get("ctx", {})
    got = shown(value)
    match kind:
        case "extra_forbidden":
            text = _unknown(where, allowed)
        case "missing":
            text = "missing. Add it"
        case "float_type":
            text = f"{got} is not a number{_unquote(value)}"
        case "int_type":
            text = f"{got} is not a whole number{_unquote(value)}"
        case "bool_type":
            text = f"{got} is neither true nor false"
        case "string_type":
            text = f"{got} is not text. Put it in quotes"
        case "tuple_type" | "list_type":
            text = f"{got} is not a list. Put it in square brackets"
        case "dict_type" | "model_type" | "model_attributes_type":
            text = f"{got} is not a table of settings"
        case "finite_number":
            text = f"{got} is not a finite number"
        case "greater_than_equal":
            text = f"{got} is too small. The least is {context['ge']:g}"
        case "less_than_equal":
            text = f"{got} is too large. The most is {context['le']:g}"
        case "string_too_long" | "too_long":
            text = f"too long. The most is {context['max_length']}"
        case "string_too_short" | "too_short":
            text = "empty. Write something"
        case "literal_error" | "union_tag_invalid":
            text = _not_listed(kind, value, context)
        case "union_tag_not_found":
            shock = "kind" in str(context.get("discriminator"))
            text = (
                'no kind of shock named. Add a line such as kind = "austerity"'
                if shock
                else 'no lever named. Add a line such as lever = "hubs"'
            )
        case "value_error":
            text = str(context["error"])
        case _:
            text = f"{got} cannot be read ({error['msg'].lower()})"
    at = f"{dotted(where)}: " if where else ""
    ended = (each if each.endswith(("?", ".")) else f"{each}." for each in text.split("\n"))
    return "\n".join(f"{at}{each}" for each in ended)


def _unquote(value: Any) -> str:
    if isinstance(value, str):
        return ". Write it without quotes"
    if isinstance(value, float) and value.is_integer():
        return f". Write {value:.0f}"
    return ""


def _not_listed(kind: str, value: Any, context: dict[str, Any]) -> str:
    expected = context.get("expected") or context.get("expected_tags", "")
    words = re.findall(r"'([^']*)'", expected)
    by = "kind" if "kind" in str(context.get("discriminator")) else "lever"
    given = value.get(by) if kind == "union_tag_invalid" else value
    hint = did_you_mean(str(given)[:100], words) or f" Choose from: {', '.join(words)}."
    if kind == "union_tag_invalid":
        return f"{shown(given)}: no such {'shock' if by == 'kind' else by}.{hint}"
    return f"{shown(given)} is not one of the words known here.{hint}"


def _unknown(where: Where, allowed: Allowed) -> str:
    """Return what to say of a setting that does not exist: nearest name, or where it belongs."""
    word = str(where[-1])[:100]
    homes = {
        "[[invest]]": ("invest", 0),
        "[run]": ("run",),
        "[rules]": ("rules",),
        "the top of the file": (),
    }
    for home, path in homes.items():
        if word in set(allowed(path)) and path != tuple(where[:-1]):
            return f"no such setting here. It belongs in {home}"
    here = did_you_mean(word, allowed(where[:-1]))
    if here:
        return f"no such setting.{here}"
    return f"no such setting. Known here: {', '.join(allowed(where[:-1]))}"


def refuse(source: str, sentences: Sequence[str]) -> UserMistake:
    """Return every mistake of one file at once, one sentence a line."""
    unique = list(dict.fromkeys("\n".join(sentences).split("\n")))
    lines = [f"{source}: {each}" for each in unique[:MOST_SENTENCES]]
    if len(unique) > MOST_SENTENCES:
        lines.append(f"{source}: and {len(unique) - MOST_SENTENCES} more mistakes.")
    return UserMistake("\n".join(lines))
