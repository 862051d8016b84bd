"""Measure what askvisit finds, reads and cites: retrieval, ranking, lists, risk.

    python benchmarks/quality.py visit
    python benchmarks/quality.py lists
    python benchmarks/quality.py risk valid.json.gz --plot docs/risk-coverage.png

visit: the development questions about the visit; the passages that dense, BM25 and fused retrieval
rank first, and the sentences that are ranked first with parts of the fitted rule left out.
lists: precision and recall of the citations for questions that ask for several things.
risk: how many answers are wrong at each share of questions answered, on pages of articles that the
fitted rule did not see (El-Yaniv and Wiener, 2010). The plot needs matplotlib, the fit scipy.
lists and risk take --reader, as askvisit does.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from common import DATA, ROOT

from askvisit import Assistant, build_index, fitting, ranking
from askvisit import encoder as encoders
from askvisit import reader as readers
from askvisit.calibration import ACCURATE, FAST, SMALL, Calibration, shipped
from askvisit.cli.options import READER
from askvisit.evaluation.questions import Question, is_right, read_questions
from askvisit.index import open_index
from askvisit.reader import SentenceReader
from askvisit.records import Evidence, Hit, Span
from askvisit.retriever import Retriever
from askvisit.text import marked
from training.calibrate import ask
from training.pages import squad_pages


def visit(_: argparse.Namespace) -> None:
    """Print what each part of the pipeline finds for the development questions."""
    questions = [q for q in read_questions(DATA / "questions.jsonl") if q.sentences]
    encoder = encoders.load()
    retriever = Retriever(open_index(ROOT / "index"), encoder)
    asked = [marked(q.question) for q in questions]
    hits = [retriever.search(question) for question in asked]
    print("passages".ljust(34), "first  in three    MRR")
    for name in ("dense", "bm25", "fused"):
        ranks = [_rank(q, found, name) for q, found in zip(questions, hits, strict=True)]
        first, three = (fmean(rank <= k for rank in ranks) for k in (1, 3))
        print(f"{name:<34} {first:5.2f}  {three:8.2f}  {fmean(1 / r for r in ranks):5.2f}")
    print("\nsentences".ljust(43), "first  in three")
    margins = ("margin", "first")
    for reader in (SentenceReader.name, SMALL, FAST, ACCURATE):
        engine = readers.load(reader, encoder)
        fitted = shipped(reader)
        found = [retriever.gather(question, passages=engine.passages) for question in asked]
        spans = [engine.read(q, e) for q, e in zip(asked, found, strict=True)]
        for name, weights in (
            ("alone", margins),
            ("dense", (*margins, "dense")),
            ("BM25", (*margins, "bm25")),
            ("dense, BM25 (as shipped)", ranking.RANK_FEATURES),
        ):
            rule = _without(fitted, weights)
            tops = [_ranked(e, s, rule) for e, s in zip(found, spans, strict=True)]
            first, three = (
                fmean(_holds(q, top[:k]) for q, top in zip(questions, tops, strict=True))
                for k in (1, 3)
            )
            print(f"{f'{reader}, {name}':<42} {first:5.2f}  {three:8.2f}")


def lists(options: argparse.Namespace) -> None:
    """Print how many of the right sentences are cited, and how many citations are right."""
    rows = [json.loads(line) for line in (DATA / "lists.jsonl").read_text("utf-8").splitlines()]
    print("split  kind     questions  answered  citations  precision  recall")
    with tempfile.TemporaryDirectory() as folder:
        asked = list(_ask_pages(rows, Path(folder), options.reader))
    for split in ("tune", "final"):
        for kind in ("list", "single"):
            chosen = [(r, a) for r, a in asked if (r["split"], r["kind"]) == (split, kind)]
            given = [(r, a) for r, a in chosen if a.found]
            right = sum(_right(r, c) for r, a in given for c in a.citations)
            cited = sum(len(a.citations) for _, a in given)
            gold = sum(len(r["sentences"]) for r, _ in chosen)
            print(
                f"{split:<6} {kind:<8} {len(chosen):9} {len(given) / len(chosen):9.2f}"
                f"{cited / max(1, len(given)):11.2f}{right / max(1, cited):11.2f}"
                f"{right / gold:8.2f}"
            )


def risk(options: argparse.Namespace) -> None:
    """Print, and draw, the share of wrong answers against the share of questions answered."""
    encoder = encoders.load()
    reader = readers.load(options.reader, encoder)
    pages = squad_pages(options.data)
    samples = list(ask(pages, "encyclopedia", reader, encoder, questions=options.questions))
    judged = fitting.judge(samples, reader.name)
    for name, value in fitting.report(judged).items():
        print(f"{name:<20} {value:8.3f}")
    judged.sort(key=lambda j: -j.confidence)
    wrong = [not j.right for j in judged]
    curve = [(n / len(wrong), fmean(wrong[:n])) for n in range(1, len(wrong) + 1)]
    print("\nanswered  wrong  confidence from")
    for share in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        n = round(share * len(curve))
        print(f"{share:8.0%} {curve[n - 1][1]:6.1%} {judged[n - 1].confidence:16.2f}")
    if options.plot:
        _draw(curve, options.plot)


def _rank(question: Question, hits: Sequence[Hit], by: str) -> int:
    """Return the rank (from 1) of the first passage with a right sentence, by one of its scores.

    If there is none, one after the last.
    """
    ranked = sorted(hits, key=lambda hit: -getattr(hit, by))
    texts = [" ".join(hit.text.split()) for hit in ranked]
    places = [n for n, text in enumerate(texts, 1) if any(s in text for s in question.sentences)]
    return places[0] if places else len(texts) + 1


def _without(fitted: Calibration, names: Sequence[str]) -> Calibration:
    weights = {name: fitted.rank[name] if name in names else 0.0 for name in fitted.rank}
    return replace(fitted, rank=weights)


def _ranked(evidence: Evidence, spans: Sequence[Span], rule: Calibration) -> list[str]:
    return [c.span.sentence.text for c in ranking.rank(evidence, spans, rule)]


def _holds(question: Question, texts: Iterable[str]) -> bool:
    gold = {" ".join(sentence.split()) for sentence in question.sentences}
    return any(" ".join(text.split()) in gold for text in texts)


def _ask_pages(
    rows: Sequence[dict], folder: Path, reader: str | None
) -> Iterable[tuple[dict, object]]:
    encoder = encoders.load()
    for page in dict.fromkeys(row["page"] for row in rows):
        articles = folder / page / "articles"
        articles.mkdir(parents=True)
        text = (DATA / "pages" / f"{page}.txt").read_bytes()
        (articles / f"{page}.txt").write_bytes(text)
        build_index(index=folder / page, encoder=encoder)
        assistant = Assistant.load(folder / page, reader=reader)
        yield from ((r, assistant.ask(r["question"])) for r in rows if r["page"] == page)


def _right(row: dict, citation: object) -> bool:
    return is_right(Question(row["question"], tuple(row["sentences"])), [citation])


def _draw(curve: Sequence[tuple[float, float]], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 3.2), layout="constrained")
    axes.plot([100 * share for share, _ in curve], [100 * wrong for _, wrong in curve], lw=2)
    axes.set(xlabel="questions answered (%)", ylabel="answers that are wrong (%)", ylim=(0, None))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Run one of the three commands."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="visit|lists|risk")
    commands.add_parser("visit").set_defaults(run=visit)
    command = commands.add_parser("lists")
    READER(command)
    command.set_defaults(run=lists)
    command = commands.add_parser("risk")
    command.add_argument("data", type=Path)
    command.add_argument("--questions", type=int, default=1500)
    command.add_argument("--plot", type=Path)
    READER(command)
    command.set_defaults(run=risk)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
