"""The names in a text."""

from __future__ import annotations

import pytest

from askvisit.name_spans import names, spans


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Who did Xi Jinping meet in Pyongyang?", ["Xi Jinping", "Pyongyang"]),
        ("What did the U.N. Security Council say?", ["U.N. Security Council"]),
        ("What did Kim’s father say to Kim?", ["Kim"]),
        ("Who gave Hayek the Medal of Freedom?", ["Hayek", "Medal of Freedom"]),
        ("Who was Charles the Bold?", ["Charles the Bold"]),
        ("Who sang “Love Can Wait”?", ["Love Can Wait"]),
        ("What did Ancestry.com buy in May 2008?", ["Ancestry.com"]),
        ("What did the WHO say, and who heard?", ["WHO"]),
        ("Who is Pat O’Brien’s aunt in Porto Sant'Elmo?", ["Pat O’Brien", "Porto Sant'Elmo"]),
        ("Is Xi'an near Sana'a?", ["Xi'an", "Sana'a"]),
        ("Did Côte d’Ivoire play?", ["Côte d’Ivoire"]),
        ("Lind'll go, Lind’d say; 'Lind' is Lind's.", ["Lind"]),
        ("And why?", []),
    ],
)
def test_names(text, found):
    assert names(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("By Ola Strand\nThe Oslo Gazette", ["Ola Strand", "Oslo Gazette"]),
        ("He met Ola\nStrand there.", ["Ola\nStrand"]),
        ("He met Ola\nStrand there, they wrote:", ["Ola\nStrand"]),
        ("“He met Ola\nStrand,” she said.", ["Ola\nStrand"]),
    ],
)
def test_a_name_goes_on_in_the_next_line_only_in_a_wrapped_sentence(text, found):
    assert [text[a:b] for a, b in spans(text)] == found
