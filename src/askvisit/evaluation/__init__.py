"""Answer quality: turn files of questions into figures, each with an interval."""

from askvisit.evaluation.bootstrap import Figure
from askvisit.evaluation.edition_figures import Models, evaluate_editions
from askvisit.evaluation.edition_files import (
    holds_editions,
    read_edition_dialogues,
    read_editions,
)
from askvisit.evaluation.questions import (
    Question,
    check_gold,
    evaluate,
    is_gold,
    is_right,
    play,
    read_dialogues,
    read_questions,
)

__all__ = [
    "Figure",
    "Models",
    "Question",
    "check_gold",
    "evaluate",
    "evaluate_editions",
    "holds_editions",
    "is_gold",
    "is_right",
    "play",
    "read_dialogues",
    "read_edition_dialogues",
    "read_editions",
    "read_questions",
]
