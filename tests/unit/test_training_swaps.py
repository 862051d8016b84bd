"""Questions about another name, made from those that a text answers."""

from __future__ import annotations

import random

import pytest

from askvisit.errors import TrainingError
from training.editions import Edition, EditionQuestion
from training.mix import Mix
from training.swaps import swapped

FIRST = "In Lervik the mayor, Ada Quill, told reporters that the bridge of 1998 would be sold."
SECOND = "In Halden the minister, Bo Reed, said on Monday that the ferry of 2006 would stay."
THIRD = "In Oslo the analyst, Mary Lind, said that the crane of 2011 had cost 410,000 crowns."
ARTICLE = "\n\n".join([FIRST, SECOND, THIRD])


def questions(question: str, context: str = FIRST) -> set[str | None]:
    return {swapped(question, context, ARTICLE, random.Random(seed)) for seed in range(40)}


def test_a_name_of_the_window_gives_way_to_others_that_the_window_lacks():
    assert questions("What did Ada Quill sell?") == {
        "What did Bo Reed sell?",
        "What did Mary Lind sell?",
    }
    assert questions("What is sold in Lervik?") == {
        "What is sold in Halden?",
        "What is sold in Oslo?",
    }


def test_a_number_gives_way_to_one_with_as_many_digits():
    assert questions("Will the bridge of 1998 be sold?") == {
        "Will the bridge of 2006 be sold?",
        "Will the bridge of 2011 be sold?",
    }
    assert questions("What cost 410,000 crowns?", THIRD) == {None}


def test_a_name_that_the_window_lacks_is_not_exchanged():
    assert questions("What did Bo Reed sell?") == {None}
    assert questions("Who sold the bridge?") == {None}


def test_names_of_the_window_and_of_the_question_are_not_taken():
    both = "\n\n".join([FIRST, SECOND])
    assert questions("What did Ada Quill sell?", both) == {"What did Mary Lind sell?"}
    assert questions("What did Ada Quill sell Bo Reed?") == {"What did Mary Lind sell Bo Reed?"}


def test_the_mix_pairs_a_question_with_the_same_about_another_name():
    start = ARTICLE.index("the bridge of 1998")
    asked = EditionQuestion("What did Ada Quill sell?", "fact", ((start, start + 10),))
    editions = [Edition(f"s-{side}", "T", ARTICLE, (asked,)) for side in "ab"]

    def mix(editions):
        return Mix(
            editions, [], [], [], hard={}, longest=(60, 100), shares={"swapped": 1.0}, seed=1
        )

    stream = iter(mix(editions))
    for answered, other in (next(stream) for _ in range(60)):
        assert answered.context == other.context == FIRST
        assert answered.spans
        assert other.spans == ()
        assert other.question.lower().rstrip("?") != answered.question.lower().rstrip("?")
        assert "quill" not in other.question.lower()
    nameless = EditionQuestion("Who sold it?", "fact", ((start, start + 10),))
    bare = [Edition(f"s-{side}", "T", ARTICLE, (nameless,)) for side in "ab"]
    with pytest.raises(TrainingError, match="leave the share swapped out"):
        next(iter(mix(bare)))
