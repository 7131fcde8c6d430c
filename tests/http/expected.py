"""What a recorded request states about the body of its answer: `expect`, `same_as` and `except` of a line."""

import json
from typing import Any


def at(body: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) names, None for nothing; with `*` the values of all elements, in any order."""
    before, star, after = pointer.partition("/*")
    value = body
    for token in before.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(token)] if int(token) < len(value) else None
        else:
            value = value.get(token) if isinstance(value, dict) else None
    return unordered(pointer, [at(element, after) for element in value or ()]) if star else value


def unordered(pointer: str, value: Any) -> Any:
    """A value as `at` gives it: a list under `*` has no order."""
    return sorted(value, key=json.dumps) if "/*" in pointer else value


def without(body: dict, names: tuple[str, ...]) -> dict:
    """A body without some of its members."""
    return {name: value for name, value in body.items() if name not in names}


def passwords(body: Any) -> list[str]:
    """Every password in a body, wherever."""
    if isinstance(body, list):
        return [found for element in body for found in passwords(element)]
    if not isinstance(body, dict):
        return []
    own = [value for name, value in body.items() if name == "password" and isinstance(value, str)]
    return own + [found for value in body.values() for found in passwords(value)]
