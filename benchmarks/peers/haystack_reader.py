"""Haystack's extractive reader over the ten passages that its BM25 retriever finds by default.

It passes its model only `input_ids` and `attention_mask`, so only a model without token types
will do (its default is a RoBERTa), and it has no null score.
"""

from pathlib import Path

from contest import Ask, keep_reader, main, reader_path, texts


def load(folder: Path) -> Ask:
    """Load the passages and the reader."""
    from haystack import Document
    from haystack.components.retrievers import InMemoryBM25Retriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

    reader = TransformersExtractiveReader(reader_path(folder))
    reader.warm_up()
    store = InMemoryDocumentStore()
    store.write_documents([Document(content=text) for text in texts(folder, "passages")])
    retriever = InMemoryBM25Retriever(store)

    def ask(question: str) -> str | None:
        answers = reader.run(question, retriever.run(question)["documents"])["answers"]
        return answers[0].data if answers else None

    return ask


if __name__ == "__main__":
    main(keep_reader, load)
