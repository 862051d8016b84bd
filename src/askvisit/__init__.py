"""askvisit: question answering over news articles, every answer quoted and cited.

>>> import askvisit
>>> answer = askvisit.ask("When did Xi meet Kim Jong Il?")  # doctest: +SKIP

Nothing heavy is imported until the first question: names are looked up lazily (PEP 562).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from askvisit.assistant import Assistant, ask
    from askvisit.errors import (
        ArticleError,
        AskvisitError,
        CorpusError,
        EncoderMismatchError,
        IndexDamagedError,
        IndexFormatError,
        IndexMissingError,
        IndexReadOnlyError,
        ModelError,
        PassageIndexError,
        QuestionError,
        UnknownArticleError,
    )
    from askvisit.index import BuildReport, build_index
    from askvisit.records import Answer, Article, Citation, Hit, Passage, Sentence

__version__ = "0.1.0"

_HOME = {
    "Assistant": "assistant",
    "ask": "assistant",
    "BuildReport": "index",
    "build_index": "index",
    "Answer": "records",
    "Article": "records",
    "Citation": "records",
    "Hit": "records",
    "Passage": "records",
    "Sentence": "records",
    "ArticleError": "errors",
    "AskvisitError": "errors",
    "CorpusError": "errors",
    "EncoderMismatchError": "errors",
    "IndexDamagedError": "errors",
    "IndexFormatError": "errors",
    "IndexMissingError": "errors",
    "IndexReadOnlyError": "errors",
    "ModelError": "errors",
    "PassageIndexError": "errors",
    "QuestionError": "errors",
    "UnknownArticleError": "errors",
}

__all__ = [  # noqa: PLE0604 - the keys are the names
    *_HOME,
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"askvisit.{_HOME[name]}"), name)
    raise AttributeError(f"module 'askvisit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
