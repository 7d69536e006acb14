"""Which version of a lab a student worked with: the digest of its file."""

from __future__ import annotations

import hashlib
from contextlib import suppress

from runner.lab.model import Lab


def version(lab: Lab) -> str:
    """The SHA-256 of the lab file's bytes, in hexadecimal; "" where the file is gone."""
    with suppress(OSError):
        return hashlib.sha256(lab.path.read_bytes()).hexdigest()
    return ""
