"""The class on the page of grades: how many, how the points lie, which steps failed and why, and a table of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from statistics import median

from checks.words import say
from runner.grading.marks import Batch, Row, shown_points
from runner.grading.model import StepGrade
from runner.lab.model import Lab, Step
from runner.screens.grade_feedback import State, out_of, reason, remarks, state, which, who
from runner.screens.markup import Html, coded, element, joined

_MOST_REASONS = 4
_BINS = 10


def overview(batch: Batch) -> Html:
    """All of it."""
    judged = [row for row in batch.rows if not row.grade.error]
    facts = _attention(batch)
    return joined(
        _ways(facts),
        _tiles(batch.rows, judged),
        element("section", _distribution(judged), class_="card") if judged else None,
        *(_steps(lab, [row for row in judged if row.grade.lab == lab.name]) for lab in batch.labs.values()),
        _legend() if batch.labs else None,
        facts,
        _table(batch),
    )


def places(batch: Batch) -> dict[str, int]:
    """The number of each submission's section, by file."""
    return {row.grade.file: number for number, row in enumerate(batch.rows, start=1)}


def _ways(facts: Html | None) -> Html:
    """To the parts of a page that is long: the steps of several labs stand before the class."""
    ways = [("#look", say("For you to look at"))] if facts else []
    ways += [("#class", say("The class")), ("#students", say("Students"))]
    return element("p", *(joined(element("a", name, href=to), " ") for to, name in ways), class_="ways")


# --- how many


def _tiles(rows: Sequence[Row], judged: Sequence[Row]) -> Html:
    shares = [_share(row) for row in judged]
    strange = sum(row.grade.unreadable for row in rows)
    unjudged = len(rows) - len(judged) - strange
    tiles = [(say("Submissions"), str(len(rows)), "")]
    if judged:
        middle = say("{count} % of the points", count=round(median(shares) * 100))
        tiles.append((say("Median"), *_parted(middle)))
        full = say("{count} of {of}", count=sum(share == 1 for share in shares), of=len(judged))
        tiles.append((say("With all points"), *_parted(full)))
    told = [say("{count} no submission", count=strange)] if strange else []
    told += [say("{count} could not be judged", count=unjudged)] if unjudged else []
    tiles.append((say("Without a grade"), str(strange + unjudged), ", ".join(told)))
    return element("dl", *(_tile(*each) for each in tiles), class_="tiles")


def _parted(words: str) -> tuple[str, str]:
    """The number that begins the words, and the rest."""
    number, _, rest = words.partition(" ")
    return number, rest


def _tile(name: str, value: str, beside: str) -> Html:
    small = element("small", f" {beside}") if beside else None
    return element("div", element("dt", name), element("dd", value, small), class_="card tile")


def _share(row: Row) -> Fraction:
    return row.marks.total / row.marks.of if row.marks.of else Fraction(0)


# --- how the points lie


def _distribution(judged: Sequence[Row]) -> Html:
    """A bar for each tenth of the points, and one for all of them."""
    counts = Counter(min(int(_share(row) * _BINS), _BINS) for row in judged)
    told = ", ".join(f"{_bin(place)}: {counts[place]}" for place in range(_BINS + 1) if counts[place])
    most = max(counts.values())
    bars = [part for place in range(_BINS + 1) for part in _bar(place, counts[place], most)]
    label = say("How many submissions have how much of the points. {told}", told=told)
    chart = element("svg", *bars, class_="chart", viewBox="0 0 660 158", role="img", aria_label=label)
    return joined(
        element("h2", say("How the points lie"), class_="hidden"),
        element("p", say("Submissions by the share of points that count"), class_="soft"),
        chart,
    )


def _bar(place: int, count: int, most: int) -> Iterator[Html]:
    left, height = place * 60 + 6, round(100 * count / most)
    middle = str(left + 24)
    box = {"x": str(left), "width": "48", "rx": "5"}
    if count:
        yield element("text", str(count), x=middle, y=str(118 - height))
        yield element("rect", **box, y=str(126 - height), height=str(height))
    else:
        yield element("rect", **box, y="124", height="2", class_="none")
    yield element("text", _bin(place), x=middle, y="148", class_="axis long")
    yield element("text", str(place * _BINS), x=middle, y="152", class_="axis short")


def _bin(place: int) -> str:
    return "100 %" if place == _BINS else f"{place * 10}–{place * 10 + 9}"  # noqa: RUF001  # a range


# --- the steps


def _steps(lab: Lab, judged: Sequence[Row]) -> Html:
    """A row a step, with the reasons of those who did not pass, the most frequent first."""
    graded = [each for row in judged for each in row.grade.steps]
    rows = [_step(step, [each for each in graded if each.step == step.id]) for step in lab.steps]
    head = [say("Step"), say("Passed"), say("Why not, and how often")]
    table = element(
        "table",
        element("caption", _hardest(lab, graded)),
        element("thead", element("tr", *(element("th", name, scope="col") for name in head))),
        element("tbody", *rows),
    )
    return element(
        "section",
        element("h2", say("Steps of {lab}", lab=lab.title)),
        element("div", table, class_="card scroll by-step"),
    )


def _hardest(lab: Lab, graded: Sequence[StepGrade]) -> str:
    """Which steps were passed least, in one sentence."""
    missed = Counter(each.step for each in graded if state(each) is State.NOT_YET)
    if not missed:
        return say("Nobody failed at any step.")
    of = Counter(each.step for each in graded)
    most = sorted(missed, key=lambda step: (-missed[step], [each.id for each in lab.steps].index(step)))[:3]
    told = ", ".join(say("{step} ({count} of {of})", step=step, count=missed[step], of=of[step]) for step in most)
    return say("Most often not passed: {steps}.", steps=told)


def _step(step: Step, graded: Sequence[StepGrade]) -> Html:
    states = Counter(state(each) for each in graded)
    passed = states[State.PROVED] + states[State.CLAIMED]
    claimed = say("{count} claimed", count=states[State.CLAIMED]) if states[State.CLAIMED] else None
    return element(
        "tr",
        element("th", element("code", step.id), element("small", step.title), scope="row"),
        element(
            "td",
            say("{count} of {of}", count=passed, of=len(graded)),
            _stack(states, len(graded)),
            element("small", claimed) if claimed else None,
        ),
        element("td", _reasons(graded)),
    )


def _stack(states: Counter[State], of: int) -> Html | None:
    """A bar of 100 parts. What it shows is told beside it, so it is hidden from screen readers."""
    left, parts = 0.0, []
    for each in State:
        width = 100 * states[each] / of if of else 0
        if width:
            parts.append(element("rect", x=f"{left:.2f}", y="0", width=f"{width:.2f}", height="8", class_=each.word))
        left += width
    attributes = {"viewBox": "0 0 100 8", "preserveAspectRatio": "none", "aria_hidden": "true"}
    return element("svg", *parts, class_="bar", **attributes) if parts else None


def _reasons(graded: Sequence[StepGrade]) -> Html:
    counts = Counter(filter(None, map(reason, graded)))
    most = sorted(counts, key=lambda why: (-counts[why], why))
    items = [element("li", _times(counts[why]), element("bdi", coded(why))) for why in most]
    if len(items) > _MOST_REASONS + 1:
        rest = sum(counts[why] for why in most[_MOST_REASONS:])
        items[_MOST_REASONS:] = [element("li", _times(rest), say("other reasons"), class_="soft")]
    return element("ul", *items, class_="reasons") if items else element("span", "–", class_="soft none")  # noqa: RUF001


def _times(count: int) -> Html:
    return element("span", f"{count} ×", class_="count")  # noqa: RUF001  # times


def _legend() -> Html:
    items = [element("li", mark(each), each.label) for each in State]
    return element("ul", *items, class_="legend", aria_label=say("What the marks mean"))


def mark(how: State, label: str | None = None) -> Html:
    """A step's mark. With a label it is read out; without one it stands beside the word."""
    if label is None:
        return element("span", how.mark, class_=f"mark {how.word}", aria_hidden="true")
    return element("span", how.mark, class_=f"mark {how.word}", role="img", aria_label=label, title=label)


# --- what asks for a look


def _attention(batch: Batch) -> Html | None:
    """What a machine does not decide: files that are none, broken chains, limits, the same commands twice."""
    items = [_fact(row, number) for number, row in enumerate(batch.rows, start=1) if _strange(row)]
    numbers = places(batch)
    for group in batch.similar:
        links = [_link(batch.rows[numbers[file] - 1], numbers[file]) for file in group if file in numbers]
        told = [part for link in links for part in (link, Html(", "))][:-1]
        items.append(element("li", say("The same commands and answers, times aside: "), *told))
    if not items:
        return None
    return element(
        "section",
        element("h2", say("For you to look at")),
        element("div", element("ul", *items, class_="facts"), class_="card"),
        id="look",
    )


def _strange(row: Row) -> bool:
    return bool(row.grade.error or row.grade.limit or row.grade.remarks)


def _fact(row: Row, number: int) -> Html:
    grade = row.grade
    if grade.error:
        kind = say("no submission") if grade.unreadable else say("could not be judged")
        return element("li", _link(row, number), f": {kind}: ", element("bdi", coded(grade.error)))
    return element("li", _link(row, number), ": ", element("bdi", coded("; ".join(remarks(row)))))


def _link(row: Row, number: int) -> Html:
    """The way to a submission: by its student; by its file where that is no submission."""
    name = row.grade.file if row.grade.unreadable else who(row.grade)
    return element("a", element("bdi", name), href=f"#s{number}", title=row.grade.file)


# --- all of them


def _table(batch: Batch) -> Html:
    claims, counts = any(row.marks.claimed for row in batch.rows), any(_counts(row) for row in batch.rows)
    numbers = [say("Points"), *([say("Claimed")] if claims else []), *([say("Counts")] if counts else [])]
    labels = [element("th", name, scope="col", class_="number") for name in numbers]
    labels.insert(0, element("th", say("Student"), scope="col"))
    labels.append(element("th", say("Steps, in their order"), scope="col"))
    rows = [_row(row, number, batch, claims=claims, counts=counts) for number, row in enumerate(batch.rows, start=1)]
    table = element("table", element("thead", element("tr", *labels)), element("tbody", *rows))
    return element("section", element("h2", say("The class")), _scroll(table, say("The class")), id="class")


def _counts(row: Row) -> bool:
    """Whether something else counts than what was proved."""
    return row.marks.total != row.marks.points


def _row(row: Row, number: int, batch: Batch, *, claims: bool, counts: bool) -> Html:
    grade, marks = row.grade, row.marks
    about = filter(None, [grade.lab or say("no submission"), which(grade, batch)])
    below = element("small", element("bdi", " · ".join(about)))
    name = element("th", element("a", element("bdi", who(grade)), href=f"#s{number}"), below, scope="row")
    if grade.error:
        kind = say("no submission") if grade.unreadable else say("could not be judged")
        return element("tr", name, element("td", kind, colspan=str(2 + claims + counts), class_="soft"))
    numbers = [out_of(marks)]
    numbers += [shown_points(marks.claimed) if marks.claimed else ""] if claims else []
    numbers += [shown_points(marks.total)] if counts else []
    strip = [mark(state(each), f"{each.step}: {state(each).label}") for each in grade.steps]
    cells = [element("td", each, class_="number") for each in numbers]
    return element("tr", name, *cells, element("td", *strip, class_="marks"))


def _scroll(table: Html, label: str) -> Html:
    """A table that may be wider than a phone: it scrolls alone, by keyboard too."""
    return element("div", table, class_="card scroll", role="region", tabindex="0", aria_label=label)
