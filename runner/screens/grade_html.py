"""A class's grades as one page that needs no other file and runs no script: the class first, then every student."""

from __future__ import annotations

import base64
import hashlib

from checks.words import language, say
from runner.grading.marks import Batch
from runner.screens.grade_overview import overview
from runner.screens.grade_students import students
from runner.screens.grade_style import STYLE
from runner.screens.markup import Html, element, joined

_MOST_TITLES = 2


def written(batch: Batch) -> str:
    """The page. All text of submissions and engines in it is escaped, and its policy lets no script run and nothing
    be fetched."""
    title = say("Grades: {labs}", labs=_titles(batch))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy()),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("title", title),
        element("style", Html(STYLE)),
    )
    body = element(
        "body",
        element("a", say("To the students"), class_="skip", href="#students"),
        element(
            "header",
            element("p", say("vethlab: grades"), class_="eyebrow"),
            element("h1", _titles(batch)),
            element("p", _about(batch), class_="soft"),
            element("p", _names(batch), class_="soft small") if len(batch.labs) > _MOST_TITLES else None,
        ),
        element("main", overview(batch), students(batch)),
        element("footer", element("p", _closing())),
    )
    return joined(Html("<!DOCTYPE html>\n"), element("html", head, body, lang=language()), Html("\n"))


def _titles(batch: Batch) -> str:
    """What was graded: one or two labs by their titles, more by their number."""
    if len(batch.labs) > _MOST_TITLES:
        return say("{count} labs", count=len(batch.labs))
    return _names(batch) or say("No lab")


def _names(batch: Batch) -> str:
    return " · ".join(lab.title for lab in batch.labs.values())


def _about(batch: Batch) -> str:
    engines = sorted({row.grade.engine for row in batch.rows if row.grade.engine})
    if not engines:
        return say("Submissions: {count}.", count=len(batch.rows))
    return say(
        "Submissions: {count}, each replayed on a fresh engine (Docker {versions}).",
        count=len(batch.rows),
        versions=", ".join(engines),
    )


def _closing() -> str:
    return say(
        "Proved: vethlab saw it on the replay. Claimed: an answer about the student's own engine, which no replay can "
        "prove; it is never part of the points that were proved."
    )


def _policy() -> str:
    """Content-Security-Policy: this style sheet, and nothing else at all."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
