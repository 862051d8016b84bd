"""What readers and writers of a store share: its tables, and how a finished file is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

SCHEMA = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL,
    source TEXT, url TEXT, date TEXT, author TEXT,
    first_passage INTEGER NOT NULL, end_passage INTEGER NOT NULL
);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, article INTEGER NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL
);
CREATE TABLE sentences (
    article INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    paragraph INTEGER NOT NULL, PRIMARY KEY (article, start)
) WITHOUT ROWID;
CREATE TABLE vocabulary (word TEXT NOT NULL, form TEXT NOT NULL);
CREATE TABLE forms (form TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID;
"""

WORDS_TABLE = "CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='porter unicode61')"

VERSION = sqlite3.sqlite_version
"""Version of the SQLite library that Python uses."""


def read_only(path: Path) -> str:
    """Return the URI of a store that is only read: no locks, no journal."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"
