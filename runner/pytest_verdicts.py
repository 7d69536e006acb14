"""What a test of the pytest plugin ends with where it does not pass. In a module of its own: it costs nothing."""

from __future__ import annotations


class NotYet(AssertionError):
    """A step or a check that does not hold yet; the message is what was found."""


class CannotJudge(Exception):
    """Nothing was found out: the engine is gone, or what was asked for does not exist. An error, never a failure."""
