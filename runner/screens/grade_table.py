"""The class on the terminal, once all is graded: a line a submission, what failed most, what asks for a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from statistics import median

from rich.console import Console
from rich.text import Text

from checks.words import say
from runner.grading.marks import Batch, Row, shown_points
from runner.lab.model import Lab
from runner.plain import one_line
from runner.screens.console import plain_console, shows
from runner.screens.grade_feedback import State, feedback, out_of, reason, remarks, state, which, who

_STYLES = {
    State.PROVED: "green",
    State.CLAIMED: "blue",
    State.NOT_YET: "red",
    State.CANNOT_JUDGE: "yellow",
    State.UNSUPPORTED: "dim",
}
_PLAIN = {
    State.PROVED: "+",
    State.CLAIMED: "c",
    State.NOT_YET: "x",
    State.CANNOT_JUDGE: "?",
    State.UNSUPPORTED: "-",
}
_NARROWEST, _WIDEST = 16, 40  # columns of a name
_MOST_STEPS = 3


def written(batch: Batch) -> str:
    """All of it, with colours where stdout is a terminal that has them; of one submission alone its feedback."""
    console = plain_console()
    with console.capture() as held:
        for text in _alone(batch) if len(batch.rows) == 1 else _lines(batch, console.width):
            _print(console, text)
    return held.get().rstrip("\n")


def _print(console: Console, text: Text) -> None:
    """A line; what does not fit stands below it, further in."""
    indent = len(text.plain) - len(text.plain.lstrip(" ")) + 2
    if text.cell_len <= console.width:
        console.print(text, soft_wrap=True)
        return
    first, *rest = text.wrap(console, max(console.width - indent, 20))
    for place, part in enumerate([first, *rest]):
        part.rstrip()
        console.print(Text.assemble(" " * indent if place else "", part), soft_wrap=True)


def _alone(batch: Batch) -> Iterator[Text]:
    """What the student would read."""
    states = {each.mark: each for each in State}
    for line in feedback(batch.rows[0], batch).splitlines():
        how = states.get(line[:1])
        yield Text.assemble(_mark(how), line[1:]) if how else Text(line)


def _lines(batch: Batch, width: int) -> Iterator[Text]:
    for lab in batch.labs.values():
        rows = [row for row in batch.rows if row.grade.lab == lab.name]
        if rows:
            names = [", ".join(filter(None, [who(row.grade), which(row.grade, batch)])) for row in rows]
            yield from _lab(lab, rows, names, width)
            yield Text()
    others = [row for row in batch.rows if row.grade.lab not in batch.labs]
    if others:
        yield Text(say("No submission"), style="bold")
        yield from (_line(row, Text(_called(row)), _file_width(width), width) for row in others)
        yield Text()
    yield from _end(batch)


def _lab(lab: Lab, rows: Sequence[Row], called: Sequence[str], width: int) -> Iterator[Text]:
    yield Text.assemble((lab.name, "bold cyan"), "  ", (lab.title, "bold"))
    names = [Text(each) for each in called]
    column = min(max(_NARROWEST, *(name.cell_len for name in names)), _WIDEST, max(width - len(lab.steps) - 28, 10))
    for row, name in zip(rows, names, strict=True):
        yield _line(row, name, column, width)
    yield from _missed(rows)


def _line(row: Row, name: Text, column: int, width: int) -> Text:
    """A submission: its name, a mark a step, its points; or why it has none."""
    name.truncate(column, overflow="ellipsis", pad=True)
    if row.grade.error:
        why = Text(one_line(row.grade.error, 500), style="yellow")
        why.truncate(max(width - column - 4, 20), overflow="ellipsis")
        return Text.assemble("  ", name, "  ", why)
    strip = Text.assemble(*(_mark(state(step)) for step in row.grade.steps))
    return Text.assemble("  ", name, "  ", strip, "  ", _points(row))


def _called(row: Row) -> str:
    """Whose a file is, and its own name: a platform's folders before it are longer than a line."""
    grade = row.grade
    return f"{who(grade)}, {one_line(PurePosixPath(grade.file).name)}" if grade.student else one_line(grade.file)


def _file_width(width: int) -> int:
    return min(_WIDEST, max(width // 2 - 2, 10))


def _mark(how: State) -> tuple[str, str]:
    return (how.mark if shows("".join(each.mark for each in State)) else _PLAIN[how]), _STYLES[how]


def _points(row: Row) -> Text:
    marks = row.marks
    whole = "bold green" if marks.total == marks.of else "bold"
    text = Text(f"{out_of(marks):>8}", style=whole)
    if marks.claimed:
        text.append(say(", {claimed} claimed", claimed=shown_points(marks.claimed)), style="blue")
    if marks.total != marks.points:
        text.append(say(", {total} count", total=shown_points(marks.total)))
    return text


def _missed(rows: Sequence[Row]) -> Iterator[Text]:
    """The steps that were passed least, with the most frequent reason."""
    steps = [each for row in rows for each in row.grade.steps]
    missed = Counter(each.step for each in steps if state(each) is State.NOT_YET)
    of = Counter(each.step for each in steps)
    if len(rows) < 2:
        return
    for step, count in sorted(missed.items(), key=lambda item: -item[1])[:_MOST_STEPS]:
        reasons = Counter(reason(each) for each in steps if each.step == step and state(each) is State.NOT_YET)
        why, times = max(reasons.items(), key=lambda item: (item[1], item[0]))
        head = say("{step}: {count} of {of} did not pass", step=step, count=count, of=of[step])
        yield Text.assemble("  ", (head, "dim"), (f"; {why}", "dim"), (f" ({times})" if times > 1 else "", "dim"))


def _end(batch: Batch) -> Iterator[Text]:
    """How many, and what asks for a look."""
    judged = [row for row in batch.rows if not row.grade.error]
    strange = sum(row.grade.unreadable for row in batch.rows)
    count = len(batch.rows) - strange
    parts = [say("{count} submissions", count=count) if count != 1 else say("one submission")]
    if judged:
        shares = [row.marks.total / row.marks.of if row.marks.of else row.marks.of for row in judged]
        parts.append(say("median {percent} % of the points", percent=round(median(shares) * 100)))
    parts += [say("{count} no submission", count=strange)] if strange else []
    unjudged = len(batch.rows) - len(judged) - strange
    parts += [say("{count} could not be judged", count=unjudged)] if unjudged else []
    yield Text(", ".join(parts), style="bold")
    for row in judged:
        if row.grade.limit or row.grade.remarks:
            yield Text.assemble((f"{who(row.grade)}: ", "yellow"), one_line("; ".join(remarks(row)), 500))
    by_file = {row.grade.file: who(row.grade) for row in batch.rows}
    for group in batch.similar:
        names = ", ".join(by_file.get(file, one_line(file)) for file in group)
        yield Text.assemble((say("The same commands and answers, times aside: "), "yellow"), names)
