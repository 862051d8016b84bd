"""What the collections of an index hold, and how Milvus indexes them."""

from __future__ import annotations

from typing import Any

from askvisit.milvus.rows import LONGEST_VALUE, UNUSED

KINDS = ("passages", "articles", "about")

CONSISTENCY = "Bounded"
"""Reads lag writes by a few seconds at most: enough, as nothing is written after the commit."""

Indexes = dict[str, tuple[str, str, dict[str, Any]]]
"""For each indexed field: the index type, the metric, and the build parameters."""

# How vectors may be indexed: the build and search parameters of each index type.
DENSE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "FLAT": ({}, {}),
    "HNSW": ({"M": 16, "efConstruction": 200}, {"ef": 200}),
    "HNSW_SQ": ({"M": 16, "efConstruction": 200, "sq_type": "SQ8"}, {"ef": 200}),
    "IVF_SQ8": ({"nlist": 4096}, {"nprobe": 128}),
    "DISKANN": ({}, {"search_list": 200}),
    "AUTOINDEX": ({}, {}),
}

_MOST_FLAT = 50_000
"""Up to this many passages, search is exhaustive, as in a local index."""

_BM25 = {"bm25_k1": 1.2, "bm25_b": 0.75}  # as in SQLite

UNSEARCHED: Indexes = {"unused": ("FLAT", "IP", {})}


def dense_index_for(passages: int) -> str:
    """Return the default index type for this many vectors."""
    return "FLAT" if passages <= _MOST_FLAT else "HNSW"


def searched(dense_index: str) -> Indexes:
    """Return the indexes of passages."""
    return {
        "dense": (dense_index, "IP", DENSE[dense_index][0]),
        "sparse": ("SPARSE_INVERTED_INDEX", "BM25", _BM25),
    }


def index_params(indexes: Indexes) -> Any:
    """Return indexes as `MilvusClient.create_index` takes them."""
    from pymilvus import MilvusClient

    made = MilvusClient.prepare_index_params()
    for field, (kind, metric, params) in indexes.items():
        made.add_index(field, index_type=kind, metric_type=metric, params=params)
    return made


def fields(dimension: int) -> dict[str, Any]:
    """Return the schema of each kind of collection."""
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    number = {"datatype": DataType.INT64}
    text = {"datatype": DataType.VARCHAR, "max_length": LONGEST_VALUE}
    key = {"datatype": DataType.VARCHAR, "max_length": 64, "is_primary": True}
    first_part_only = {"nullable": True}
    unused = {"datatype": DataType.FLOAT_VECTOR, "dim": len(UNUSED)}
    kinds: dict[str, dict[str, dict[str, Any]]] = {
        "passages": {
            "number": number | {"is_primary": True},
            "article": text,
            "start": number,
            "end": number,
            "text": text,
            # Stemmed beforehand, so that a cluster and Milvus Lite tokenise them alike.
            "words": text | {"enable_analyzer": True, "analyzer_params": {"tokenizer": "standard"}},
            "dense": {"datatype": DataType.FLOAT_VECTOR, "dim": dimension},
            "sparse": {"datatype": DataType.SPARSE_FLOAT_VECTOR},
        },
        "articles": {
            "key": key,
            "article": text,
            "part": number,
            "text": text,
            "sentences": text,
            **dict.fromkeys(("title", "source", "url", "date", "author"), text | first_part_only),
            **dict.fromkeys(("file_sha256", "text_sha256"), text | first_part_only),
            **dict.fromkeys(("parts", "first", "end"), number | first_part_only),
            "unused": unused,
        },
        "about": {"key": key, "value": text, "unused": unused},
    }
    schemas = {}
    for kind, columns in kinds.items():
        made = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        for name, options in columns.items():
            made.add_field(name, **options)
        schemas[kind] = made
    bm25 = Function("bm25", FunctionType.BM25, ["words"], ["sparse"])
    schemas["passages"].add_function(bm25)
    return schemas
