"""Checks for records: offsets, the types of values read from files, field names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

Value = TypeVar("Value", str, int, float, bool)


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
    """Return the data that a dataclass has fields for; fields of newer versions are left out."""
    names = {field.name for field in fields(cls)}
    return {name: value for name, value in data.items() if name in names}
