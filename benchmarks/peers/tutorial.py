"""The usual tutorial recipe: Sentence Transformers and FAISS; the answer is the nearest passage."""

from pathlib import Path

from contest import Ask, encoder_path, main, texts


def prepare(folder: Path, _: Path) -> None:
    """Encode the passages, and save their index."""
    import faiss
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(encoder_path())
    vectors = model.encode(texts(folder, "passages"), normalize_embeddings=True)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    faiss.write_index(index, str(folder / "tutorial.faiss"))


def load(folder: Path) -> Ask:
    """Load the index and the model."""
    import faiss
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(encoder_path())
    index = faiss.read_index(str(folder / "tutorial.faiss"))
    passages = texts(folder, "passages")

    def ask(question: str) -> str | None:
        _, found = index.search(model.encode([question], normalize_embeddings=True), 1)
        return passages[found[0][0]]

    return ask


if __name__ == "__main__":
    main(prepare, load)
