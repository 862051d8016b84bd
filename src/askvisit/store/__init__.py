"""Texts in SQLite: articles, passages, sentences, words, and BM25 over passages (FTS5, porter).

The only place that imports sqlite3. A store is written once and then only read, so readers open it
as immutable: no locks, no journal, and each call has a connection to itself.
"""

from askvisit.store.bm25 import bm25_among, question_terms, stems
from askvisit.store.reading import Store
from askvisit.store.schema import VERSION
from askvisit.store.writing import StoreWriter, writing

__all__ = ["VERSION", "Store", "StoreWriter", "bm25_among", "question_terms", "stems", "writing"]
