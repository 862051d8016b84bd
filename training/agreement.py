"""Fit how likely two spans say the same: ``python -m training.agreement EVENTS``.

Every two sentences that answer a question about an event are a pair; they say the same if their
normalised values do. Prints the weights of ``askvisit.values`` and, cross-validated by event, how
well they tell the pairs apart.

With ``--facts``, every two sentences of two articles about an event are a pair, and tell of one
fact if both answer one of its questions: the weights of ``askvisit.comparing``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from askvisit import comparing
from askvisit import encoder as encoders
from askvisit.encoder import Encoder
from askvisit.errors import AskvisitError
from askvisit.evaluation.events import Event, EventAnswer, EventQuestion, read_events
from askvisit.metrics import auroc_of
from askvisit.passages import headline, sentences
from askvisit.records import Article, Sentence, Span
from askvisit.values import Saying, pair_features
from askvisit.vectors import normalise

FOLDS = 8


def pairs(event: Event) -> Iterator[tuple[dict[str, float], bool]]:
    """The features of each pair of an event's answers, and whether they say the same."""
    articles = {article.id: article for article in event.articles}

    def saying(asked: EventQuestion, answer: EventAnswer) -> Saying:
        article = articles[answer.article]
        start, end = answer.sentence
        sentence = Sentence(article.id, 1, start, end, article.text[start:end])
        return Saying.of(Span(sentence, *answer.span, 0.0, 0.0), article.date, asked.question)

    for asked in event.questions:
        for one, other in combinations(asked.answers, 2):
            if (one.article, one.sentence) != (other.article, other.sentence):
                both = saying(asked, one), saying(asked, other)
                yield pair_features(*both), one.value == other.value


def facts(event: Event, encoder: Encoder) -> Iterator[tuple[dict[str, float], bool]]:
    """The features of each pair of sentences of two articles, and whether both tell of one fact."""

    def told(article: Article) -> list[tuple[Sentence, Saying, set[str]]]:
        first = 1 if headline(article.text) is None else 2
        return [
            (
                sentence,
                comparing.saying((article, sentence)),
                {
                    asked.question
                    for asked in event.questions
                    for answer in asked.answers
                    if answer.article == article.id
                    and sentence.start < answer.sentence[1]
                    and answer.sentence[0] < sentence.end
                },
            )
            for sentence in sentences(article)
            if sentence.paragraph >= first
        ]

    for one, other in combinations(map(told, event.articles), 2):
        both = [normalise(encoder.encode_document([s.text for s, *_ in of])) for of in (one, other)]
        cosines = both[0] @ both[1].T
        for n, (_, ours, asked) in enumerate(one):
            for m, (_, theirs, too) in enumerate(other):
                features = comparing.pair_features(float(cosines[n, m]), ours, theirs)
                yield features, bool(asked & too)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and print; an error is one line and exit code 1."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    parser = argparse.ArgumentParser(prog="python -m training.agreement", description=__doc__)
    parser.add_argument("events", type=Path, help="events that nothing else is chosen by")
    parser.add_argument("--facts", action="store_true", help="pairs that tell of one fact")
    options = parser.parse_args(arguments)
    encoder = encoders.load() if options.facts else None
    try:
        found = [
            (event.name, *pair)
            for event in read_events(options.events)
            for pair in (pairs(event) if encoder is None else facts(event, encoder))
        ]
    except AskvisitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    names = list(found[0][1])
    rows = np.array([[features[name] for name in names] for _, features, _ in found])
    same = np.array([label for *_, label in found])
    model = LogisticRegression(C=10.0, max_iter=2000)
    folds = GroupKFold(FOLDS)
    events = [event for event, *_ in found]
    sure = cross_val_predict(model, rows, same, groups=events, cv=folds, method="predict_proba")[
        :, 1
    ]
    model.fit(rows, same)
    for name, weight in zip(
        ["intercept", *names], [*model.intercept_, *model.coef_[0]], strict=True
    ):
        print(f'    "{name}": {weight:.2f},')
    print(f"pairs {len(same)}, of these the same {same.mean():.3f}")
    print(f"accuracy {((sure > 0.5) == same).mean():.3f}")
    print(f"AUROC {auroc_of(list(zip(same.tolist(), sure.tolist(), strict=True))):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
