"""Checks for records: offsets, the types of values read from files, field names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_type_hints

Value = TypeVar("Value", str, int, float, bool)

_SIMPLE = frozenset((str, int, float, bool, NoneType))


def check_slice(start: int, end: int, text: str) -> None:
    """Raise `ValueError` if offsets do not fit the text they delimit."""
    if start < 0 or end - start != len(text) or not text:
        raise ValueError(f"offsets {start}..{end} do not fit a text of {len(text)} characters")


def of_type(kind: type[Value], value: object) -> Value:
    """Return a value read from a file; raises `TypeError` if it is of another type."""
    if type(value) is not kind:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def known_fields(cls: type, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data that a dataclass has fields for; fields of newer versions are left out.

    Raises `TypeError` if a text, a number or a truth value has another type than its field.
    """
    hints = _hints(cls)
    known = {name: data[name] for name in hints if name in data}
    for name, value in known.items():
        if not _fits(value, hints[name]):
            raise TypeError(f"{name} is {value!r}")
    return known


@lru_cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _fits(value: object, hint: Any) -> bool:
    """Return whether a value may be in a field; only simple types are checked.

    A whole number is a `float` too, because JSON of other programs has 1 for 1.0.
    """
    kinds = set(get_args(hint) if isinstance(hint, UnionType) else (hint,))
    if not kinds <= _SIMPLE:
        return True
    if isinstance(value, bool):
        return bool in kinds
    return isinstance(value, (*kinds, int) if float in kinds else tuple(kinds))
