"""The checks and truths that a lab file may name: `CHECKS` and `TRUTHS`, listed in `families`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.families import CHECKS, TRUTHS

__all__ = ["CHECKS", "TRUTHS"]


def __getattr__(name: str) -> object:
    """The lists, read when first asked for: who imports `checks.words` alone must not pay for every family."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from checks import families

    return getattr(families, name)
