"""Answer quality: turn files of questions into figures, each with an interval."""

from askvisit.evaluation.broad import check_broad, evaluate_broad, read_broad, read_texts
from askvisit.evaluation.events import evaluate_events, read_events
from askvisit.evaluation.questions import (
    ARTICLE,
    Models,
    Question,
    check_gold,
    evaluate,
    holds,
    is_right,
    play,
    read_dialogues,
    read_questions,
)

__all__ = [
    "ARTICLE",
    "Models",
    "Question",
    "check_broad",
    "check_gold",
    "evaluate",
    "evaluate_broad",
    "evaluate_events",
    "holds",
    "is_right",
    "play",
    "read_broad",
    "read_dialogues",
    "read_events",
    "read_questions",
    "read_texts",
]
