"""txtai's extractor, with askvisit's encoder, over the three passages that it finds.

It raises `TypeError` if the model says that there is no answer, which counts as a refusal here.
"""

from pathlib import Path

from contest import Ask, encoder_path, keep_reader, main, reader_path, texts


def prepare(folder: Path, model: Path) -> None:
    """Encode the passages, and save their index."""
    from txtai import Embeddings

    keep_reader(folder, model)
    embeddings = Embeddings(path=encoder_path(), content=True)
    embeddings.index(texts(folder, "passages"))
    embeddings.save(str(folder / "txtai"))


def load(folder: Path) -> Ask:
    """Load the index and the models."""
    from txtai import Embeddings
    from txtai.pipeline import RAG

    embeddings = Embeddings()
    embeddings.load(str(folder / "txtai"))
    extractor = RAG(embeddings, reader_path(folder), task="question-answering", output="flatten")

    def ask(question: str) -> str | None:
        try:
            return extractor([(None, question, question, False)])[0]
        except TypeError:
            return None

    return ask


if __name__ == "__main__":
    main(prepare, load)
