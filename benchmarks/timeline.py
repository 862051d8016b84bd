"""Measure the dates of a timeline and the key names; prints the tables of docs/timeline.md.

    python benchmarks/timeline.py dates
    python benchmarks/timeline.py dates --by dateparser
    python benchmarks/timeline.py names
    python benchmarks/timeline.py kinds

dates: precision and recall of (sentence, date) pairs against tests/data/timeline*.jsonl. --by finds
them with another library's own search: dateparser, datefinder, parsedatetime or recognizers
(recognizers-text-suite, with emoji < 2); install it first. Their dates count as right even if they
are more precise than the text, as most cannot say how precise they are.
names: precision and recall of names against tests/data/names*.jsonl.
kinds: precision and recall of names surely classified as people, places or others, cross-validated
by article on the examples and against tests/data/names*.jsonl; the same if people are only called
by their surnames; and processor time.
-v shows what is wrong and missing, except for the held-out files, which are not used for tuning.
95 % intervals are by bootstrap over articles.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from common import DATA, NEWS

from askvisit.dates.resolving import dated
from askvisit.metrics import figure
from askvisit.name_kinds import KindClassifier, NameInContext, vectors
from askvisit.names import in_sentences, of_article
from askvisit.passages import sentences
from askvisit.records import Article, Sentence
from training.editions import read_editions
from training.name_kinds import (
    examples,
    fit,
    public_figures,
    remembered,
    renamed,
    shortened,
    unlabelled,
    written_as,
)

_FOLDS = 5

Row = dict
Finder = Callable[[Sequence[Sentence], date], set[tuple[str, str]]]


def dates(options: argparse.Namespace) -> None:
    """Compare the dates found with the annotated ones."""
    finder = _FINDERS[options.by]
    for path in sorted(DATA.glob("timeline*.jsonl")):
        groups = {}
        for gold, article in _annotated(path):
            found = finder(sentences(article), date.fromisoformat(gold["published"]))
            right = {(d["sentence"], d["date"]): d["by"] for d in gold["dates"] if d["date"]}
            if options.by != "askvisit":
                found = {_as_coarse(pair, right) for pair in found}
            groups[article.id] = [
                {"found": pair in found, "gold": pair in right, "kind": right.get(pair), "is": pair}
                for pair in sorted(found | set(right))
            ]
        _print(path, groups, options.verbose)


def names(options: argparse.Namespace) -> None:
    """Compare the names found with the annotated ones, each counted once."""
    for path in sorted(DATA.glob("names*.jsonl")):
        groups = {}
        for gold, article in _annotated(path):
            left = [{"forms": set(n["forms"]), "kind": n["kind"]} for n in gold["names"]]
            rows = []
            for name in of_article(sentences(article)):
                forms = {form.casefold() for form in name.forms}
                same = [n for n in left if forms & {form.casefold() for form in n["forms"]}]
                rows.append(_row(found=True, gold=bool(same), name=same, shown=name.name))
                if same:
                    left.remove(same[0])
            rows += [_row(found=False, gold=True, name=[n], shown=str(n["forms"])) for n in left]
            groups[article.id] = rows
        _print(path, groups, options.verbose)


def kinds(_: argparse.Namespace) -> None:
    """Compare the kinds of names with the annotated ones."""
    known = examples()
    articles = sorted({article for article, _, _ in known})
    as_they_are, short, famous, surname_first = [], [], [], []
    for fold in range(_FOLDS):
        inside = {article for n, article in enumerate(articles) if n % _FOLDS == fold}
        figures, others = public_figures()[fold % 2 :: 2], public_figures()[1 - fold % 2 :: 2]
        fitted = fit([(k, n) for a, k, n in known if a not in inside], unlabelled(), figures)
        held = [(kind, name) for article, kind, name in known if article in inside]
        as_they_are += _judged(fitted, held)
        short += _judged(fitted, _short(held))
        long = [(kind, name) for kind, name in held if kind == "person" and " " in name.name]
        named = [
            written_as(renamed(name, figure), figure.surname)
            for (_, name), figure in zip(long, itertools.cycle(others), strict=False)
        ]
        famous += _judged(fitted, [("person", name) for name in named])
        eastern = [figure for figure in others if figure.name.startswith(figure.surname)]
        surname_first += _judged(
            fitted,
            [
                (kind, renamed(name, figure))
                for (kind, name), figure in zip(long, itertools.cycle(eastern), strict=False)
            ],
        )
    _print_kinds(f"{len(known)} examples, cross-validated", as_they_are)
    _print_kinds("the same, shortened", short)
    _print_kinds("people by surnames of public figures", famous)
    _print_kinds("people with surname-first names of public figures", surname_first)
    vectors([known[0][2]])
    started = time.process_time()
    fitted = KindClassifier.load()
    names = [name for _, _, name in known[:20]]
    fitted.judged(names, vectors(names))
    print(f"loaded, and 20 names told, in {time.process_time() - started:.2f} s of the processor")
    for path in sorted(DATA.glob("names*.jsonl")):
        rows = []
        for gold, article in _annotated(path):
            kind = {form.casefold(): n["kind"] for n in gold["names"] for form in n["forms"]}
            found = of_article(sentences(article))
            right = [{kind.get(f.casefold(), "other") for f in name.forms} for name in found]
            of_each = [min(r, key="other".__eq__) for r in right]
            rows += zip(of_each, (in_sentences(n.mentions) for n in found), strict=True)
        _print_kinds(path.name, _judged(fitted, rows))
        _print_kinds(f"{path.name}, shortened", _judged(fitted, _short(rows)))


def _short(rows: Sequence[tuple[str, NameInContext]]) -> list[tuple[str, NameInContext]]:
    """Return one-word names: people by surname, others shortened, only places of one word."""
    return [
        (kind, shortened(kind, name) if " " in name.name else name)
        for kind, name in rows
        if kind != "place" or " " not in name.name
    ]


def _judged(
    fitted: KindClassifier, rows: Sequence[tuple[str, NameInContext]]
) -> list[tuple[tuple[str, bool], str]]:
    names = [name for _, name in rows]
    return list(zip(fitted.judged(names, remembered(names)), (k for k, _ in rows), strict=True))


def _print_kinds(name: str, judged: Sequence[tuple[tuple[str, bool], str]]) -> None:
    sure = [(told, right) for (told, is_sure), right in judged if is_sure]
    print(f"{name}: sure of {len(sure) / len(judged):.2f} of {len(judged)}")
    for kind in ("person", "place", "other"):
        called = [right == kind for told, right in sure if told == kind]
        there = sum(right == kind for _, right in judged)
        share, recall = sum(called) / max(1, len(called)), sum(called) / max(1, there)
        print(f"  {kind:<6} {share:.3f}  n {len(called):>3}  recall {recall:.2f}  n {there:>3}")
    wrong = sum((told, right) == ("place", "person") for told, right in sure)
    print(f"  people called places: {wrong}")


def _row(*, found: bool, gold: bool, name: list, shown: str) -> Row:
    return {"found": found, "gold": gold, "kind": name[0]["kind"] if name else None, "is": shown}


def _annotated(path: Path) -> Iterator[tuple[dict, Article]]:
    """Yield each annotated line with its article."""
    editions = {e.id: e for part in ("dev", "test") for e in read_editions(NEWS / f"{part}.jsonl")}
    for line in path.read_text("utf-8").splitlines():
        gold = json.loads(line)
        edition = editions[gold["article"]]
        yield gold, Article(edition.id, edition.title, edition.text)


def _as_coarse(pair: tuple[str, str], right: dict) -> tuple[str, str]:
    """Return a pair with the precision of an annotated one that it agrees with."""
    sentence, when = pair
    return next((r for r in right if r[0] == sentence and when.startswith(r[1])), pair)


def _print(path: Path, groups: dict[str, list[Row]], verbose: bool) -> None:
    print(f"{path.name}, {len(groups)} articles")
    for name, given, sought in (("precision", "found", "gold"), ("recall", "gold", "found")):
        kept = {a: [row for row in rows if row[given]] for a, rows in groups.items()}
        measured = figure(kept, lambda rows, key=sought: sum(r[key] for r in rows) / len(rows))
        low, high = measured.low or 0.0, measured.high or 0.0
        print(f"  {name:<10} {measured.value:.3f}  n {measured.n:>4}  [{low:.3f}, {high:.3f}]")
    rows = [row for group in groups.values() for row in group if row["gold"]]
    every, right = Counter(r["kind"] for r in rows), Counter(r["kind"] for r in rows if r["found"])
    print("  found by kind:", ", ".join(f"{k} {right[k]} of {every[k]}" for k in sorted(every)))
    for article, group in groups.items() if verbose and "held-out" not in path.name else ():
        for row in group:
            if row["found"] != row["gold"]:
                print("  wrong  " if row["found"] else "  missing", article, row["is"])


def _askvisit(inside: Sequence[Sentence], published: date) -> set[tuple[str, str]]:
    return {(d.sentence.text, str(d.date)) for d in dated(inside, published)}


def _dateparser(inside: Sequence[Sentence], published: date) -> set[tuple[str, str]]:
    from dateparser.search import search_dates

    base = {"RELATIVE_BASE": datetime(published.year, published.month, published.day)}
    return {
        (s.text, when.date().isoformat())
        for s in inside
        for _, when in search_dates(s.text, languages=["en"], settings=base) or ()
    }


def _datefinder(inside: Sequence[Sentence], published: date) -> set[tuple[str, str]]:
    from datefinder import find_dates

    base = datetime(published.year, published.month, published.day)
    return {
        (s.text, d.date().isoformat()) for s in inside for d in find_dates(s.text, base_date=base)
    }


def _parsedatetime(inside: Sequence[Sentence], published: date) -> set[tuple[str, str]]:
    from parsedatetime import Calendar

    base = datetime(published.year, published.month, published.day)
    read = Calendar().nlp
    return {(s.text, d[0].date().isoformat()) for s in inside for d in read(s.text, base) or ()}


def _recognizers(inside: Sequence[Sentence], published: date) -> set[tuple[str, str]]:
    """Take the value that it gives for the past if there are two."""
    from recognizers_date_time import DateTimeRecognizer

    base = datetime(published.year, published.month, published.day)
    model = DateTimeRecognizer("en-us").get_datetime_model()
    found = set()
    for sentence in inside:
        for result in model.parse(sentence.text, base):
            value = ((result.resolution or {}).get("values") or [{}])[0]
            when = value.get("value") or value.get("start") or ""
            timex = value.get("timex", "")
            if timex.isdigit() and len(timex) == 4:
                when = timex
            if when[:4].isdigit() and value.get("type") != "duration":
                found.add((sentence.text, when[:10]))
    return found


_FINDERS: dict[str, Finder] = {
    "askvisit": _askvisit,
    "dateparser": _dateparser,
    "datefinder": _datefinder,
    "parsedatetime": _parsedatetime,
    "recognizers": _recognizers,
}


def main() -> None:
    """Run one of the three commands."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="dates|names|kinds")
    command = commands.add_parser("dates")
    command.add_argument("--by", choices=_FINDERS, default="askvisit")
    command.add_argument("-v", "--verbose", action="store_true")
    command.set_defaults(run=dates)
    command = commands.add_parser("names")
    command.add_argument("-v", "--verbose", action="store_true")
    command.set_defaults(run=names)
    commands.add_parser("kinds").set_defaults(run=kinds)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
