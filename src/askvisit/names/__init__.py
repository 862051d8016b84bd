"""The names that articles mention: people, places and anything else that is capitalised.

mentions: where names stand in a sentence; merging: which forms are one name; article_names: those
in one article; most_mentioned: those of several, cited. `name_kinds` tells people from places.
"""

from askvisit.names.article_names import in_sentences, of_article
from askvisit.names.most_mentioned import KeyName, key_names

__all__ = ["KeyName", "in_sentences", "key_names", "of_article"]
