"""Components for Haystack pipelines: a reader of any documents, and a retriever over an index.

Needs `pip install 'haystack-ai>=3,<4'`. See docs/haystack.md.
"""

from dataclasses import asdict
from typing import Any

from haystack import Document, component, default_to_dict
from haystack.dataclasses import ExtractedAnswer

from askvisit.assistant import Assistant
from askvisit.errors import DataError
from askvisit.options import check_count
from askvisit.reading import ReadSentence, read


@component
class AskvisitReader:
    """Marks the words of documents that answer a query, as Haystack's `ExtractiveReader` does.

    reader: "accurate" (if None), "fast" or "small", or a model by name or folder.
    top_k: how many sentences to return, best first. no_answer: whether to add an answer without
    words, whose score is the probability that the documents do not answer.
    """

    def __init__(self, reader: str | None = None, top_k: int = 5, no_answer: bool = True) -> None:
        self.reader = reader
        self.top_k = top_k
        self.no_answer = no_answer

    @component.output_types(answers=list[ExtractedAnswer])
    def run(
        self, query: str, documents: list[Document], top_k: int | None = None
    ) -> dict[str, Any]:
        """Read the documents that have a text.

        Returns "answers", by score (0..1): the probability that a sentence is part of the answer.
        `data` are the words that answer, `context` the sentence, with offsets of the words in the
        document and in the sentence. `meta["quoted"]`: whether askvisit would quote it.
        """
        most = self.top_k if top_k is None else top_k
        check_count("top_k", most)
        known = [document for document in documents if document.content]
        found = read(query, [document.content or "" for document in known], reader=self.reader)
        answers = [
            _answer(query, known[s.text], s, found.confidence, s in found.quoted)
            for s in found.sentences[:most]
        ]
        if self.no_answer:
            answers.append(ExtractedAnswer(query=query, score=1 - found.confidence))
        return {"answers": sorted(answers, key=lambda answer: -answer.score)}


def _answer(
    query: str, document: Document, sentence: ReadSentence, confidence: float, quoted: bool
) -> ExtractedAnswer:
    start, end = sentence.span_start, sentence.span_end
    if start is None or end is None:  # the sentence as a whole answers
        start, end = sentence.start, sentence.end
    return ExtractedAnswer(
        query=query,
        score=confidence * sentence.share,
        data=sentence.span or sentence.quote,
        document=document,
        context=sentence.quote,
        document_offset=ExtractedAnswer.Span(start, end),
        context_offset=ExtractedAnswer.Span(start - sentence.start, end - sentence.start),
        meta={"quoted": quoted},
    )


@component
class AskvisitPassageRetriever:
    """Finds the passages of an index that best match a query, by meaning and by words.

    index: its folder (the default one if None); or give an assistant that is loaded already.
    """

    def __init__(
        self, index: str | None = None, top_k: int = 10, assistant: Assistant | None = None
    ) -> None:
        self.index = index
        self.top_k = top_k
        self.assistant = self._loaded = assistant

    def to_dict(self) -> dict[str, Any]:
        """Write the component into a pipeline's file; it is loaded from its index again.

        Raises `DataError` if only an assistant was given, which no file can hold.
        """
        if self.assistant is not None and self.index is None:
            raise DataError("a file holds no assistant; give the retriever the index's folder")
        return default_to_dict(self, index=self.index, top_k=self.top_k)

    @component.output_types(documents=list[Document])
    def run(self, query: str, top_k: int | None = None) -> dict[str, Any]:
        """Return "documents", best first; their `meta` has the other fields of `askvisit.Hit`."""
        if self._loaded is None:
            self._loaded = Assistant.load(self.index)
        found = self._loaded.search(query, self.top_k if top_k is None else top_k)
        return {
            "documents": [
                Document(content=meta.pop("text"), meta=meta, score=meta["fused"])
                for meta in map(asdict, found)
            ]
        }
