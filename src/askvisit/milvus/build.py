"""Build or update an index in Milvus: only new and changed articles are chunked and encoded.

A build fills new collections, the next generation, while the previous one serves queries; then it
moves the alias and drops every other generation. A build that is interrupted, or loses Milvus,
leaves the old index as it was; the next one reuses what it had encoded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from askvisit import corpus
from askvisit import encoder as encoders
from askvisit import passages as chunking
from askvisit.corpus import Entry, check_entries
from askvisit.encoder import Encoder
from askvisit.errors import (
    ArticleError,
    CorpusError,
    IndexDamagedError,
    IndexFormatError,
)
from askvisit.index.location import BuildOptions, BuildReport
from askvisit.index.manifest import EncoderIdentity
from askvisit.index.write import with_bar
from askvisit.milvus.connection import GoneError
from askvisit.milvus.generation import (
    BEGUN,
    WORDS,
    ArticleEntry,
    Generation,
    GenerationManifest,
    Generations,
)
from askvisit.milvus.reading import MilvusIndex
from askvisit.milvus.rows import packed
from askvisit.milvus.schema import dense_index_for
from askvisit.milvus.writing import Writer

_UNUSABLE = (GoneError, IndexDamagedError, IndexFormatError)


@dataclass(frozen=True)
class _Plan:
    """What is to be built, and what other generations already have.

    `published` is the current generation, `before` its manifest if readable; `known` are the
    articles that need no encoding; `dense_index` is the user's choice, None to choose by the number
    of passages.
    """

    generations: Generations
    source: Path
    encoder: Encoder
    begun: GenerationManifest
    published: Generation | None
    before: GenerationManifest | None
    old: dict[str, Entry]
    known: dict[Entry, ArticleEntry]
    entries: list[Entry]
    skipped: list[ArticleError]
    dense_index: str | None

    def is_done(self) -> bool:
        """Whether the published generation is already up to date."""
        return (
            self.before is not None
            and self.before.serves(self.begun)
            and self.before.articles_folder == self.begun.articles_folder
            and self.before.dense_index == self.dense_index_for(self.before.counts["passages"])
            and self.before.dense_given == (self.dense_index is not None)
            and list(self.old.values()) == self.entries
        )

    def dense_index_for(self, passages: int) -> str:
        """Return the index type for this many vectors."""
        return self.dense_index or dense_index_for(passages)


def build(
    generations: Generations, options: BuildOptions, dense_index: str | None = None
) -> BuildReport:
    """Build the index of a folder of articles, or bring it up to date; see `build_index`.

    dense_index: how vectors are indexed; if None, as chosen before, or by their number.

    Raises the errors of `build_index`, `UnreachableError` and `CredentialsError`; the old index is
    then kept.
    """
    plan = _plan(generations, options, dense_index)
    if plan.before is not None and plan.is_done():
        _drop_all_but(plan.published, generations)
        return _report(plan, plan.before, encoded=0)
    generation = generations.begin(plan.begun)
    writer = Writer(generation, plan.encoder)
    with encoders.spread(plan.encoder, options.workers):
        for entry in with_bar(plan.entries, options.progress):
            if entry in plan.known:
                writer.copy(plan.known[entry])
            else:
                writer.add(plan.source, entry)
        words = packed(writer.finish())
    manifest = replace(
        plan.begun,
        counts={
            "articles": len(plan.entries),
            "passages": writer.passages,
            "article_rows": writer.article_rows,
        },
        dense_index=plan.dense_index_for(writer.passages),
        dense_given=plan.dense_index is not None,
        word_rows=len(words),
    )
    generation.write_rows({WORDS.format(n): value for n, value in enumerate(words)})
    generation.finish(manifest)
    generations.publish(generation)
    _drop_all_but(generation, generations)
    return _report(plan, manifest, writer.encoded)


def _plan(generations: Generations, options: BuildOptions, dense_index: str | None) -> _Plan:
    articles, encoder = options.articles, options.encoder
    every = generations.every()
    published = generations.published()
    before = None if published is None else _manifest(published)
    if articles is None:
        if before is None:
            place = generations.location
            found = f"the index in {place} cannot be read" if published else f"no index in {place}"
            raise CorpusError(f"{found}; give a folder of articles with --articles")
        articles = before.articles_folder
    source = Path(articles)
    if isinstance(encoder, str) or encoder is None:
        encoder = encoders.load(encoder or (before.encoder.name if before else encoders.DEFAULT))
    identity = EncoderIdentity(encoder.name, encoder.sha256, encoder.dimension)
    begun = GenerationManifest(identity, dict(chunking.SETTINGS), str(source.resolve()))
    listed = _whole(published) if published is not None else []
    known = {a.entry: a for g in every if g != published for a in _taken_over(g, begun)}
    if before is not None and before.serves(begun):
        known |= {a.entry: a for a in listed}
    # What is chunked again is parsed again: a newer parser may extract different words.
    entries, skipped = corpus.survey(source, {entry.id: entry for entry in known})
    check_entries(source, entries, skipped)
    kept = before.dense_index if before is not None and before.dense_given else None
    return _Plan(
        generations=generations,
        source=source,
        encoder=encoder,
        begun=begun,
        published=published,
        before=before,
        old={a.entry.id: a.entry for a in listed},
        known=known,
        entries=entries,
        skipped=skipped,
        dense_index=dense_index or kept,
    )


def _whole(published: Generation) -> list[ArticleEntry]:
    """Return the articles of the published generation in order, none if it is damaged."""
    try:
        MilvusIndex(published)
    except _UNUSABLE:
        return []
    return _listed(published)


def _manifest(generation: Generation) -> GenerationManifest | None:
    try:
        return generation.manifest()
    except _UNUSABLE:
        return None


def _listed(generation: Generation) -> list[ArticleEntry]:
    """Return the articles of a generation in order, none if it is incomplete."""
    try:
        generation.make_readable()
        return sorted(generation.listed(), key=lambda listed: listed.passages.start)
    except _UNUSABLE:
        return []


def _taken_over(stopped: Generation, begun: GenerationManifest) -> list[ArticleEntry]:
    """Return the articles of an interrupted build, if it used today's settings."""
    try:
        return _listed(stopped) if stopped.manifest(BEGUN).serves(begun) else []
    except _UNUSABLE:
        return []


def _drop_all_but(kept: Generation | None, generations: Generations) -> None:
    for generation in generations.every():
        if generation != kept:
            generation.drop()


def _report(plan: _Plan, manifest: GenerationManifest, encoded: int) -> BuildReport:
    return BuildReport.of(
        plan.generations.location,
        manifest.counts,
        plan.old,
        plan.entries,
        plan.skipped,
        encoded=encoded,
        faiss=None,
        rebuilt=not plan.is_done(),
    )
