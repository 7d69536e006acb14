"""What to say where a name leads nowhere, or to more than one thing: broken links, the student's to mend."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from checks.finding import BrokenLink
from checks.probe import Network
from checks.words import listed, say

_ALIKE = 0.85  # of difflib's ratio: two letters that changed places in a name of twelve
BUILT_IN = frozenset({"bridge", "host", "none"})
LOOK_CONTAINERS = "docker ps -a"
LOOK_NETWORKS = "docker network ls"


def near(name: str, names: Iterable[str]) -> str | None:
    """The name that `name` may be a misspelling of. One that differs in its number alone is another thing's name."""
    others = [each for each in names if _letters(each) != _letters(name) or each.casefold() == name.casefold()]
    alike = {each: SequenceMatcher(None, each.casefold(), name.casefold()).ratio() for each in others}
    best = max(alike, key=lambda each: alike[each], default=None)
    return best if best is not None and alike[best] >= _ALIKE else None


def _letters(name: str) -> str:
    return re.sub(r"\d+", "#", name.casefold())


def no_container(name: str, names: Iterable[str]) -> BrokenLink:
    """There is none of that name; `names` are those there are."""
    there = sorted(names)
    return BrokenLink(
        expected=say("a container called {name}", name=name),
        observed=say("containers: {names}", names=listed(there)),
        why=_why(say("there is no container called {name}", name=name), near(name, there)),
        look=LOOK_CONTAINERS,
    )


def no_network(name: str, names: Iterable[str]) -> BrokenLink:
    """There is none of that name; `names` are those there are."""
    there = sorted(names)
    return BrokenLink(
        expected=say("a network called {name}", name=name),
        observed=say("networks: {names}", names=listed(there)),
        why=_why(say("there is no network called {name}", name=name), near(name, set(there) - BUILT_IN)),
        look=LOOK_NETWORKS,
    )


def _why(fault: str, found: str | None) -> str:
    return say("{fault}; found {found}, is that a misspelling?", fault=fault, found=found) if found else fault


def ambiguous(name: str, networks: Iterable[Network]) -> BrokenLink:
    """More than one network has the name: which one a command means is anyone's guess."""
    ids = [each.id[:12] for each in networks]
    return BrokenLink(
        expected=say("one network called {name}", name=name),
        observed=say("networks of that name: {ids}", ids=listed(ids)),
        why=say("two networks are called {name} ({ids}): remove one by its id", name=name, ids=listed(ids)),
        look=LOOK_NETWORKS,
    )
