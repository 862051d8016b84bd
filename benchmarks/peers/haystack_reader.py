"""Haystack's extractive reader over all passages.

Nothing is retrieved, which it would take more time for; so it reads what askvisit reads. It calls
its model with `input_ids` and `attention_mask` alone, so only a model without token types will do
(its default is a RoBERTa), and knows no null score.
"""

from pathlib import Path

from contest import Ask, keep_reader, main, reader_path, texts


def load(folder: Path) -> Ask:
    """Load the reader."""
    from haystack import Document
    from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

    reader = TransformersExtractiveReader(reader_path(folder))
    reader.warm_up()
    documents = [Document(content=text) for text in texts(folder, "passages")]

    def ask(question: str) -> str | None:
        answers = reader.run(question, documents)["answers"]
        return answers[0].data if answers else None

    return ask


if __name__ == "__main__":
    main(keep_reader, load)
