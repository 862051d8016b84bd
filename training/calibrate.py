"""Fit a reader's calibration: ``python -m training.calibrate --editions ... --pages ...``.

Editions of news articles, with facts, lists and broad questions, and pages of consecutive SQuAD
paragraphs, none of which a reader was trained on, become small indexes; their questions go through
retriever and reader as a user's would. With ``--among`` some are asked again of many articles at
once, with their own and without it; with ``--events`` those about events of all articles that tell
of them. News counts twice. The shipped fits are
``src/askvisit/models/calibration.json``.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from math import exp, log
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from tqdm import tqdm

from askvisit import encoder as encoders
from askvisit import fitting, grouping, ranking
from askvisit import reader as readers
from askvisit.calibration import ACCURATE, Calibration
from askvisit.dates import week_of
from askvisit.encoder import Encoder
from askvisit.errors import AskvisitError, DataError
from askvisit.evaluation.broad import read_broad
from askvisit.evaluation.events import Event, read_events
from askvisit.evaluation.questions import ARTICLE
from askvisit.fitting import Sample
from askvisit.index import Index, open_index, temporary_index
from askvisit.metrics import f1
from askvisit.reader import Reader
from askvisit.records import Span
from askvisit.retriever import Retriever
from askvisit.text import marked
from training.editions import read_editions
from training.pages import Page, PageQuestion, sampled, squad_pages

TODAY = date(2025, 1, 15)
"""The day on which the questions of `ask_among` are asked."""

FEW = 30
"""How many other articles half of the questions of `ask_among` are asked of."""


def edition_pages(path: Path) -> list[Page]:
    """Each edition as a page with its questions."""
    return [
        Page(
            edition.story,
            edition.text,
            tuple(
                PageQuestion(q.question, tuple(start for start, _ in q.spans), q.several)
                for q in edition.questions
            ),
        )
        for edition in read_editions(path)
    ]


def broad_pages(path: Path, editions: Path) -> list[Page]:
    """Each edition with its broad questions, which several sentences answer together."""
    texts = {edition.id: edition for edition in read_editions(editions)}
    asked: dict[str, list[PageQuestion]] = {}
    for broad in read_broad(path):
        starts, useful = (
            tuple(broad.sentences[n][0] for n in numbers)
            for numbers in (broad.essential, broad.useful)
        )
        question = PageQuestion(broad.question, starts, several=True, useful=useful)
        asked.setdefault(broad.article, []).append(question)
    return [
        Page(texts[name].story, texts[name].text, tuple(questions))
        for name, questions in asked.items()
    ]


def ask(
    pages: Sequence[Page], source: str, readers: Sequence[Reader], encoder: Encoder
) -> Iterator[tuple[Sample, ...]]:
    """Ask pages their questions; a sample for each reader, which share what both read."""
    for page in tqdm(pages, desc=source, unit="page"):
        with temporary_index({ARTICLE: page.text}, encoder) as folder:
            index = open_index(folder)
            retriever, sentences = Retriever(index, encoder), index.sentences(ARTICLE)
            for asked in page.questions:
                needed = sum(
                    any(s.start <= start < s.end for start in asked.starts) for s in sentences
                )
                yield tuple(
                    _sample(page, asked, source, reader, retriever, needed if asked.several else 0)
                    for reader in readers
                )


def ask_among(
    pages: Sequence[Page],
    others: Sequence[Page],
    readers: Sequence[Reader],
    encoder: Encoder,
    most: int,
) -> Iterator[tuple[Sample, ...]]:
    """Ask questions of many articles at once, as if on one day: of all, or of about thirty.

    pages: two editions of each article, one after the other; all are given days of publication. Of
    at most ``most`` questions of the first editions, each is asked

    - with the page among the others, and if it answers, without it;
    - if both editions answer and one is clearly older, with both among the others: with words for
      the time of one of them, and with none. Then the newer is right, as in news.
    """
    rng = random.Random(0)
    twins = list(zip(pages[::2], pages[1::2], strict=True))
    ages = {page: _age(rng) for page in [*pages, *others]}
    names = {page: f"{number}.txt" for number, page in enumerate(ages)}
    texts = {names[page]: page.text for page in ages}
    sidecars = {
        names[page].replace(".txt", ".toml"): f'date = "{TODAY - timedelta(days=age)}"\n'
        for page, age in ages.items()
    }
    asked = [(both, n) for both in twins for n in range(len(both[0].questions))]
    asked = [(both, n) for both, n in asked if not both[0].questions[n].several]
    asked = rng.sample(asked, min(most, len(asked)))
    with temporary_index(texts | sidecars, encoder) as folder:
        retriever = Retriever(open_index(folder), encoder, TODAY)
        beside = [names[page] for page in (*(first for first, _ in twins), *others)]

        def ask(page: Page, question: PageQuestion, among: list[str]) -> tuple[Sample, ...]:
            own = names[page]
            return tuple(
                _sample(page, question, "among", reader, retriever, 0, among, own)
                for reader in readers
            )

        for number, (both, place) in enumerate(tqdm(asked, desc="among", unit="question")):
            first, second = (page.questions[place] for page in both)
            rest = [name for name in beside if name != names[both[0]]]
            if number % 2:
                rest = rng.sample(rest, min(FEW, len(rest)))
            yield ask(both[0], first, [names[both[0]], *rest])
            if first.starts:
                yield ask(both[0], replace(first, starts=()), rest)
            newer, older = sorted(both, key=ages.__getitem__)
            if first.starts and second.starts and ages[older] > 2 * ages[newer] + 30:
                among = [*map(names.__getitem__, both), *rest]
                page = rng.choice(both)
                timed = f"{first.text.rstrip('?')} {_time(rng, ages[page])}?"
                yield ask(page, replace(page.questions[place], text=timed), among)
                yield ask(newer, newer.questions[place], among)


def ask_events(
    events: Sequence[Event], readers: Sequence[Reader], encoder: Encoder, most: int
) -> Iterator[tuple[Sample, ...]]:
    """Ask questions about events of all their articles at once, at most ``most`` of them.

    Every article of an event that answers is right.
    """
    asked = [(event, question) for event in events for question in event.questions]
    asked = random.Random(0).sample(asked, min(most, len(asked)))
    newest = max(article.date or "" for event in events for article in event.articles)
    articles = chain.from_iterable(event.articles for event in events)
    index = Index.create(articles, encoder=encoder)
    retriever = Retriever(index.open(), encoder, date.fromisoformat(newest))
    for event, question in tqdm(asked, desc="events", unit="question"):
        samples = []
        for reader in readers:
            text = marked(question.question)
            evidence = retriever.gather(text, passages=reader.passages)
            spans = reader.read(text, evidence)
            gold = {
                number
                for answer in question.answers
                for number in _begin_in(spans, answer.article, answer.sentence[:1])
            }
            samples.append(
                Sample(
                    "events",
                    event.name,
                    question.question,
                    evidence,
                    spans,
                    tuple(sorted(gold)),
                    bool(question.answers),
                )
            )
        yield tuple(samples)


def _age(rng: random.Random) -> int:
    """Draw the age of an article in days: up to eleven years, as often under two months as over."""
    return int(exp(rng.uniform(0, log(4000))))


def _time(rng: random.Random, age: int) -> str:
    """Return words for the time of an article of this age, on `TODAY`."""
    day = TODAY - timedelta(days=age)
    weeks = (week_of(TODAY)[0] - week_of(day)[0]).days // 7
    months = 12 * (TODAY.year - day.year) + TODAY.month - day.month
    words = [f"in {day:%B} {day.year}", f"in {day.year}"]
    words += ["yesterday"] if age == 1 else []
    words += [["this week", "last week"][weeks]] if weeks < 2 else []
    words += [f"{weeks} weeks ago"] if 2 <= weeks < 9 else []
    words += [["this month", "last month"][months]] if months < 2 else []
    words += ["recently"] if age < 14 else []
    words += [["this year", "last year"][TODAY.year - day.year]] if day.year > 2023 else []
    return rng.choice(words)


def _sample(
    page: Page,
    asked: PageQuestion,
    source: str,
    reader: Reader,
    retriever: Retriever,
    needed: int,
    among: Sequence[str] | None = None,
    own: str = ARTICLE,
) -> Sample:
    question = marked(asked.text)
    evidence = retriever.gather(question, among, passages=reader.passages)
    spans = reader.read(question, evidence)
    return Sample(
        source,
        page.article,
        asked.text,
        evidence,
        spans,
        _begin_in(spans, own, asked.starts),
        bool(asked.starts),
        asked.far,
        needed,
        _begin_in(spans, own, asked.useful),
    )


def _begin_in(spans: Sequence[Span], article: str, starts: Sequence[int]) -> tuple[int, ...]:
    """Return the numbers of the spans in whose sentences one of the article's offsets is."""
    return tuple(
        number
        for number, span in enumerate(spans)
        if span.sentence.article_id == article
        and any(span.sentence.start <= s < span.sentence.end for s in starts)
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, print the figures, write the weights; an error is one line and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m training.calibrate", description=__doc__)
    parser.add_argument("--editions", type=Path, required=True, help="editions not trained on")
    parser.add_argument("--lists", type=Path, help="more editions: questions for several things")
    parser.add_argument(
        "--broad", nargs="+", default=[], type=Path, help="broad questions about the editions"
    )
    parser.add_argument("--among", type=Path, help="more editions: articles to search beside")
    parser.add_argument("--events", type=Path, help="events told by several articles")
    parser.add_argument("--pages", type=Path, help="a SQuAD file not trained on")
    parser.add_argument(
        "--sides",
        action="store_true",
        help="fit only what tells the other side of a dispute, to --editions and --events; --out "
        "has the other weights",
    )
    parser.add_argument("--reader", nargs="+", default=[ACCURATE], help="readers (%(default)s)")
    parser.add_argument(
        "--questions", type=int, default=1200, help="of each source at most (%(default)s)"
    )
    parser.add_argument(
        "--samples",
        type=Path,
        metavar="FOLDER",
        help="keep what the readers made of the questions here, and ask only what is missing; "
        "delete it when the questions or the search change",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="save the fit in this file (default: print only)"
    )
    options = parser.parse_args(arguments)
    for name in ("events", "out") if options.sides else ("pages",):
        if getattr(options, name) is None:
            parser.error(f"--{name} is needed")
    try:
        if options.sides:
            _fit_sides(options)
        else:
            _fit(options)
    except AskvisitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _fit(options: argparse.Namespace) -> None:
    fitted = _earlier_fits(options.out)
    encoder = encoders.load()
    chosen = [readers.load(name, encoder) for name in options.reader]
    sources = {
        source: _kept(asked, chosen, _file(options, source))
        for source, asked in _sources(options, chosen, encoder).items()
    }
    for number, reader in enumerate(chosen):
        print(reader.name)
        samples = [both[number] for asked in sources.values() for both in asked]
        judged = fitting.judge(samples, reader.name)
        _print(judged, sources)
        if options.out is not None:
            found = fitting.fit(samples, reader.name)
            found = replace(found, side=fit_side(samples, found))
            expected = fitting.rates(judged)
            fitted[reader.name] = fitting.as_json(found, reader.sha256, expected)
            fitting.save(fitted, options.out)


def fit_side(samples: Sequence[Sample], fitted: Calibration) -> dict[str, float]:
    """Fit the probability that a further sentence of an article that answers does so too.

    fitted: the other weights. Of questions about events every sentence that answers is marked, some
    of them other sides; questions of single articles for a fact show how rare those are. Empty
    without any about events.
    """
    if all(sample.source != "events" for sample in samples):
        return {}
    rows: list[dict[str, float]] = []
    answers: list[bool] = []
    for sample in samples:
        if sample.source not in ("events", "news") or sample.needed:
            continue
        ranked = ranking.rank(sample.evidence, sample.spans, fitted)
        least = fitted.thresholds["normal"]
        for answer, further in grouping.answering(sample.evidence, ranked, fitted, least):
            rows += grouping.side_rows(sample.evidence, ranked, answer, further)
            answers += [sample.spans.index(c.span) in sample.gold for c in further]
    if not any(answers) or all(answers):
        return {}
    weights = np.ones(len(rows))
    named = fitting.fit_logistic(grouping.SIDE_FEATURES, rows, np.array(answers), weights)
    return fitting.rounded(named)


def _fit_sides(options: argparse.Namespace) -> None:
    fitted = _earlier_fits(options.out)
    encoder = encoders.load()
    chosen = [readers.load(name, encoder) for name in options.reader]
    most = options.questions
    asked = {
        "news": ask(
            sampled(edition_pages(options.editions), most, seed=0), "news", chosen, encoder
        ),
        "events": ask_events(read_events(options.events), chosen, encoder, most),
    }
    kept = [_kept(own, chosen, _file(options, source)) for source, own in asked.items()]
    for reader, samples in zip(chosen, zip(*chain(*kept), strict=True), strict=True):
        own = fitted[reader.name]
        own["side"] = fit_side(samples, Calibration(reader.name, **own))
        print(reader.name, own["side"])
    fitting.save(fitted, options.out)


def _sources(
    options: argparse.Namespace, chosen: Sequence[Reader], encoder: Encoder
) -> dict[str, Iterator[tuple[Sample, ...]]]:
    """Return the samples of each kind of text, made as they are iterated."""
    most, editions = options.questions, edition_pages(options.editions)
    pages = {"news": sampled(editions, most, seed=0)}
    if options.lists is not None:
        pages["lists"] = edition_pages(options.lists)
    for path in options.broad:
        pages[path.name.partition("-")[0]] = broad_pages(path, options.editions)
    pages["encyclopedia"] = sampled(squad_pages(options.pages), most, seed=0)
    found = {source: ask(own, source, chosen, encoder) for source, own in pages.items()}
    if options.among is not None:
        others = edition_pages(options.among)[::2]
        found["among"] = ask_among(editions, others, chosen, encoder, most)
    if options.events is not None:
        found["events"] = ask_events(read_events(options.events), chosen, encoder, most)
    return found


def _file(options: argparse.Namespace, source: str) -> str | None:
    """Return the pattern of the files that keep the samples of a source, by the reader's hash."""
    if options.samples is None:
        return None
    options.samples.mkdir(parents=True, exist_ok=True)
    return str(options.samples / f"{source}-{options.questions}-{{}}.pickle")


def _kept(
    asked: Iterable[tuple[Sample, ...]], chosen: Sequence[Reader], pattern: str | None
) -> list[tuple[Sample, ...]]:
    """Return samples of a source as kept, or make and keep them."""
    if pattern is None:
        return list(asked)
    files = [Path(pattern.format(reader.sha256[:16])) for reader in chosen]
    if not all(file.exists() for file in files):
        for file, samples in zip(files, zip(*asked, strict=True), strict=True):
            unfinished = file.with_suffix(".tmp")
            unfinished.write_bytes(pickle.dumps(samples))
            unfinished.replace(file)
    return list(zip(*(pickle.loads(file.read_bytes()) for file in files), strict=True))


def _print(judged: Sequence[fitting.Judgement], sources: Iterable[str]) -> None:
    for source in sources:
        print(source)
        own = [j for j in judged if j.sample.source == source]
        for name, value in (fitting.report(own) | of_several(own)).items():
            print(f"  {name:<20} {value:8.3f}")
    for level, by_source in fitting.rates(judged).items():
        for source, shares in by_source.items():
            print(f"{level:<8} {source:<13}", *(f"{k} {v:.3f}" for k, v in shares.items()))


def of_several(judged: Sequence[fitting.Judgement]) -> dict[str, float]:
    """Return figures of questions that several sentences answer together, refusing nothing."""
    judged = [j for j in judged if j.sample.needed]
    if not judged:
        return {}
    recall, precision = [], []
    for j in judged:
        essential = len({*j.quoted} & {*j.sample.gold})
        fitting = essential + len({*j.quoted} & {*j.sample.useful})
        recall.append(essential / j.sample.needed)
        precision.append(fitting / len(j.quoted))
    return {
        "sentence_recall": fmean(recall),
        "sentence_precision": fmean(precision),
        "sentence_f1": fmean(map(f1, precision, recall)),
        "all_sentences": fmean(found == 1 for found in recall),
        "sentences_quoted": fmean(len(j.quoted) for j in judged),
    }


def _earlier_fits(path: Path | None) -> dict[str, Any]:
    """Return the fits of other readers in a file; raises `DataError` if it has something else."""
    if path is None or not path.exists():
        return {}
    try:
        fitted = json.loads(path.read_text("utf-8"))
    except ValueError:
        fitted = None
    if not isinstance(fitted, dict):
        raise DataError(f"{path} is no calibration file; give another name with --out")
    return fitted


if __name__ == "__main__":
    sys.exit(main())
