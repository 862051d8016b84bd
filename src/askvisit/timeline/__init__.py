"""Dated sentences of articles in order of time, each quoted and cited.

expressions: where dates stand in a sentence; tense: whether one without a year is past or to come;
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
