"""Which vethlab this is."""

from __future__ import annotations


def own_version() -> str:
    """The installed version, e.g. `0.1.0`; "" where it is run without being installed."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import

    try:
        return version("vethlab")
    except PackageNotFoundError:
        return ""
