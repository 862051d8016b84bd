"""Runnables for LangChain: a retriever, a reader of any documents, and an assistant to ask.

Needs `pip install 'langchain-core>=1,<2'`. See docs/langchain.md.
"""

from dataclasses import asdict
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import Field

from askvisit.assistant import Assistant
from askvisit.reading import read
from askvisit.records import Answer


class AskvisitRetriever(BaseRetriever):
    """Finds the passages of an index that best match a query, by meaning and by words.

    assistant: the one over the index. k: how many passages. scope: the arguments of
    `Assistant.search` that say where to search, such as {"sources": ["Herald"]}.

    A document's metadata has the other fields of `askvisit.Hit`.
    """

    assistant: Assistant
    k: int = 5
    scope: dict[str, Any] = Field(default_factory=dict)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        found = map(asdict, self.assistant.search(query, self.k, **self.scope))
        return [Document(page_content=meta.pop("text"), metadata=meta) for meta in found]


def asker(assistant: Assistant, **options: Any) -> Runnable[Any, Answer]:
    """Return a runnable that answers: a question, or a dictionary of the arguments of `ask`.

    options: those of `Assistant.ask`, for every question.
    """

    def ask(given: Any) -> Answer:
        return assistant.ask(**options | ({"question": given} if isinstance(given, str) else given))

    return RunnableLambda(ask)


def document_reader(reader: str | None = None) -> Runnable[Any, list[Document]]:
    """Return a runnable that quotes, of {"question", "documents"}, the sentences that answer.

    reader: "accurate" (if None), "fast" or "small", or a model by name or folder.

    Returns a document for each quote, in order of rank; none if they do not answer. To the metadata
    of its document are added: `start` and `end` of the quote in it, `span`, `span_start`,
    `span_end`, `share`, and the `confidence` that the quotes answer.
    """

    def quotes(given: dict[str, Any]) -> list[Document]:
        documents = given["documents"]
        found = read(given["question"], [d.page_content for d in documents], reader=reader)
        if found.confidence < found.threshold:
            return []
        quoted = []
        for sentence in found.quoted:
            known = asdict(sentence) | {"confidence": found.confidence}
            source = documents[known.pop("text")].metadata
            quoted.append(Document(page_content=known.pop("quote"), metadata=source | known))
        return quoted

    return RunnableLambda(quotes)
