"""The hash chain of a journal: each entry's hash is over the one before it and its own content.

Whoever changes, takes out or puts in an entry has to write every hash after it anew, and the file's own. There is no
secret in it: it shows what was done by hand and by accident, and proves nothing about whom.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

HASH = "hash"


def canonical(value: object) -> str:
    """One spelling of a JSON value, in ASCII: keys in order, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def entry_hash(previous: str, entry: Mapping[str, object]) -> str:
    """The hash that an entry bears, SHA-256 in hexadecimal; `previous` is that of the entry before it, "" for none."""
    return _digest(previous, {key: value for key, value in entry.items() if key != HASH})


def file_hash(document: Mapping[str, object], last: str) -> str:
    """The hash that a whole submission bears: over its last entry's and all that is not an entry."""
    return _digest(last, {key: value for key, value in document.items() if key not in (HASH, "entries")})


def _digest(previous: str, content: Mapping[str, object]) -> str:
    return hashlib.sha256((previous + canonical(content)).encode("ascii")).hexdigest()
