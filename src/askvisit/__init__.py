"""askvisit: question answering over news articles, every answer quoted and cited.

>>> import askvisit
>>> answer = askvisit.ask("When did Xi meet Kim Jong Il?")  # doctest: +SKIP

Nothing heavy is imported until the first question: names are imported lazily (PEP 562).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from askvisit.assistant import Assistant as Assistant
    from askvisit.assistant import ask as ask
    from askvisit.errors import AskvisitError as AskvisitError
    from askvisit.index import BuildReport as BuildReport
    from askvisit.index import Index as Index
    from askvisit.index import build_index as build_index
    from askvisit.milvus import Milvus as Milvus
    from askvisit.names import KeyName as KeyName
    from askvisit.reading import Reading as Reading
    from askvisit.reading import read as read
    from askvisit.records import Answer as Answer
    from askvisit.records import Article as Article
    from askvisit.records import Citation as Citation
    from askvisit.records import Hit as Hit
    from askvisit.timeline import TimelineEntry as TimelineEntry
    from askvisit.trace import Trace as Trace

__version__ = "0.3.0"

_HOME = {
    "Answer": "records",
    "Article": "records",
    "AskvisitError": "errors",
    "Assistant": "assistant",
    "BuildReport": "index",
    "Citation": "records",
    "Hit": "records",
    "Index": "index",
    "KeyName": "names",
    "Milvus": "milvus",
    "Reading": "reading",
    "TimelineEntry": "timeline",
    "Trace": "trace",
    "ask": "assistant",
    "build_index": "index",
    "read": "reading",
}

__all__ = sorted(["__version__", *_HOME])


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"askvisit.{_HOME[name]}"), name)
    raise AttributeError(f"module 'askvisit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
