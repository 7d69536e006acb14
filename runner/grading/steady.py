"""Texts that are equal in every replay: what is drawn by lot, by a clock or by a kernel's count becomes a dash."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from checks.finding import Finding
from runner.plain import clean_text
from runner.session.events import Judged, StepJudged

SOME = "…"

_NUMBER_AFTER = r"(?P<before>\b(?:ifindex|iflink|namespace|net:\[|@if|@)\s?)\d+"
_LOTS = (
    re.compile(r"(?P<before>\bveth)[0-9a-f]{5,}\b"),
    re.compile(r"(?P<before>\bbr-)[0-9a-f]{12}\b"),
    re.compile(r"\b[0-9a-f]{64}\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12}\b"),  # an object's id
    re.compile(r"\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b"),  # a MAC: of newer engines drawn by lot
    re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"),
    re.compile(r"\b40265\d{5}\b"),  # a namespace's inode (linux/include/linux/proc_ns.h: from 0xF0000000 on)
    re.compile(_NUMBER_AFTER),
)
_COUNT = re.compile(r"(?<![A-Za-z0-9_.:/-])\d+(?![A-Za-z0-9_:/-]|\.\d)")
_COUNTED = ("alias_spreads",)  # checks that ask by lot, so that their counts differ


def steady(judged: StepJudged) -> StepJudged:
    """The look with texts that do not differ from replay to replay; what the student answered stays as it is."""
    own = judged.answer or ""
    return replace(judged, judged=tuple(_outcome(each, own) for each in judged.judged), seconds=0.0)


def steady_text(text: str, own: str = "") -> str:
    """The same for one text; `own` are words of the student's that stay."""
    text = clean_text(text)
    for each in _LOTS:
        text = each.sub(_dashed(own), text)
    return text


def _outcome(judged: Judged, own: str) -> Judged:
    def plain(text: str) -> str:
        return steady_text(text, own)

    def counted(text: str) -> str:
        return _COUNT.sub(SOME, plain(text))

    change = counted if judged.check in _COUNTED else plain
    return replace(
        judged, finding=_finding(judged.finding, change, plain), misconception=clean_text(judged.misconception)
    )


def _finding(found: Finding, change: Callable[[str], str], plain: Callable[[str], str]) -> Finding:
    return Finding(
        found.ok,
        expected=plain(found.expected),
        observed=change(found.observed),
        why=change(found.why),
        look=plain(found.look),
        evidence=tuple(map(change, found.evidence)),
    )


def _dashed(own: str) -> Callable[[re.Match[str]], str]:
    def dashed(found: re.Match[str]) -> str:
        if found.group() in own:
            return found.group()
        return f"{found.groupdict().get('before') or ''}{SOME}"

    return dashed
