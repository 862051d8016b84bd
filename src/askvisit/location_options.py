"""Options that say where an index is, for the command line and the web chat."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from askvisit.errors import CredentialsError, PassageIndexError

if TYPE_CHECKING:
    from askvisit.index import IndexLocation

TOKEN_VARIABLE = "MILVUS_TOKEN"


def add_store(parser: argparse.ArgumentParser) -> None:
    """Add the options, besides --index, that say where an index is."""
    parser.add_argument(
        "--store",
        choices=("folder", "milvus"),
        default="folder",
        help="where the vectors are kept; texts are always in the folder (default: folder)",
    )
    parser.add_argument(
        "--uri", metavar="URI", help="the address of Milvus, or a file for Milvus Lite (FILE.db)"
    )
    parser.add_argument(
        "--collection",
        metavar="NAME",
        help="the name of its collections in Milvus (default: askvisit)",
    )
    parser.add_argument(
        "--token-env",
        metavar="NAME",
        help="the environment variable that holds the token for Milvus, user:password or an API "
        f"key (default: {TOKEN_VARIABLE}, if set)",
    )


def chosen_index(
    chosen: argparse.Namespace, dense_index: str | None = None
) -> str | os.PathLike[str] | IndexLocation | None:
    """Return the index that the options name: a folder, a location elsewhere, or None.

    Raises `PassageIndexError` if they conflict.
    """
    if chosen.store == "folder":
        given = {name: getattr(chosen, name) for name in ("uri", "collection", "token_env")}
        for name, value in {**given, "dense_index": dense_index}.items():
            if value is not None:
                option = name.replace("_", "-")
                raise PassageIndexError(f"--{option} is for an index in Milvus; add --store milvus")
        folder: str | None = chosen.index
        return folder
    if not chosen.uri:
        raise PassageIndexError(
            "--store milvus needs an address: --uri http://HOST:19530, or --uri FILE.db"
        )
    from askvisit.milvus import COLLECTION, Milvus

    collection = COLLECTION if chosen.collection is None else chosen.collection
    return Milvus(chosen.uri, _token(chosen.token_env), collection, dense_index, chosen.index)


def _token(variable: str | None) -> str | None:
    token = os.environ.get(variable or TOKEN_VARIABLE)
    if variable is not None and not token:
        raise CredentialsError(
            f"the environment variable {variable} has no token; set it, or leave out --token-env"
        )
    return token
