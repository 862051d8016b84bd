"""Dated sentences of articles in order of time."""
