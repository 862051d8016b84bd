"""The records passed between the modules: frozen, validated on creation.

Every offset counts Unicode code points from the start of `Article.text`.
"""

from askvisit.records.answers import Answer, ArticleRequest, ContextTurn, Kind
from askvisit.records.articles import Article, ArticleRecord, Passage, Sentence
from askvisit.records.citations import Citation, quoted
from askvisit.records.evidence import Evidence, Hit, Span, Window
from askvisit.records.facts import Fact, FactName
from askvisit.records.groups import AnswerGroup, GroupMember, SpanType
from askvisit.records.scopes import ProposedScope

__all__ = [
    "Answer",
    "AnswerGroup",
    "Article",
    "ArticleRecord",
    "ArticleRequest",
    "Citation",
    "ContextTurn",
    "Evidence",
    "Fact",
    "FactName",
    "GroupMember",
    "Hit",
    "Kind",
    "Passage",
    "ProposedScope",
    "Sentence",
    "Span",
    "SpanType",
    "Window",
    "quoted",
]
