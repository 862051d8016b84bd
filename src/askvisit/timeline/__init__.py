"""Dated sentences of articles in chronological order, each quoted and cited.

expressions: date expressions in a sentence; tense: whether one without a year is past or future;
resolving: expressions to dates; build: an index to a timeline. What cannot be dated is left out.
"""

from askvisit.timeline.build import TimelineEntry, TimelineScope, everything, on_topic
from askvisit.timeline.time_span import span

__all__ = [
    "TimelineEntry",
    "TimelineScope",
    "everything",
    "on_topic",
    "span",
]
