"""The names that a question mentions."""

from __future__ import annotations

import pytest

from askvisit.rewriting.mentions import names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Who did Xi Jinping meet in Pyongyang?", ["Xi Jinping", "Pyongyang"]),
        ("What did the U.N. Security Council say?", ["U.N. Security Council"]),
        ("What did Kim’s father say to Kim?", ["Kim"]),
        ("Who gave Hayek the Medal of Freedom?", ["Hayek", "Medal of Freedom"]),
        ("Who was Charles the Bold?", ["Charles the Bold"]),
        ("Who wrote The Road to Serfdom?", ["The Road to Serfdom"]),
        ("Who sang “Love can wait”?", ["Love can wait"]),
        ("What did Ancestry.com buy in May 2008?", ["Ancestry.com"]),
        ("Who left in May 2011, or on June 18?", []),
        ("What did the WHO say, and who heard?", ["WHO"]),
        ("And why?", []),
    ],
)
def test_names(text, found):
    assert names(text) == found
