"""Graded classes made by hand, without an engine: what reports are written from. The same seed gives the same class."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence

from checks.finding import Finding
from runner.grading.marks import Batch, Row, marked
from runner.grading.model import Grade, Note, StepGrade
from runner.grading.policy import Policy
from runner.lab.loader import find_lab, load
from runner.lab.model import Lab, Step
from runner.session.events import Judged, StepJudged, Verdict

NAMES = (
    "Anna Lee", "Ben Ode", "Chloé Dubois", "김서연", "David Okafor", "Elif Özdemir", "Fatima al-Zahra", "Nora O'Brien",
    "Grzegorz Brzęczyszczykiewicz", "Hana Novák", "Ivan Petrov", "王小明", "Jana Svobodová", "Kofi Mensah",
    "محمد الأمين", "Linnea Åström",
)  # fmt: skip
HOSTILE = (
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A1",
    '"><img src=x onerror=alert(1)>',
    "\x1b[31mred\x1b[0m\x00\x08",
    "\u202egnp.exe",
    "&amp;&lt;]]>\ufffe\ud800",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3\t=1",
    "+1;=2",
    '  "=HYPERLINK("http://evil.example","x")',
    "a\r\n=1\r\nb",
    "javascript:alert(1)//https://evil.example/x.js",
    "</style></pre></textarea><script src=//evil.example></script>",
    "{{7*7}} ${7*7} %s %(x)s {x}",
    "",
)

_WHYS = {
    "restart": ("bridge_first has the same network namespace as before: it was not restarted",) * 4
    + ("bridge_first does not run",),
    "create": ("there is no network mybridge", "mybridge has the driver macvlan, not bridge"),
    "run": ("mynetwork_container is on bridge, not on mybridge", "there is no container mynetwork_container"),
    "connect": ("mynetwork_container has no interface on mybridge",),
    "veth": ("no answer was given",),
}


def judged(step: Step, verdict: Verdict, why: str = "") -> StepJudged:
    good = Finding(
        ok=True,
        expected="bridge_first and bridge_second on bridge",
        observed="bridge has bridge_first, bridge_second",
        evidence=("bridge_first eth0 172.17.0.2/16, MAC 02:42:ac:11:00:02", "bridge_second eth0 172.17.0.3/16"),
    )
    look = f"docker network inspect {step.id}"
    bad = Finding(
        ok=False, expected=good.expected, observed="bridge has no containers", why=why or "not yet", look=look
    )
    check = step.checks[0].name if step.checks else "ask"
    found = [
        Judged(check, verdict, good if verdict is Verdict.PASS else bad, misconception=_misconception(step, verdict))
    ]
    if verdict is not Verdict.PASS:
        found.append(Judged("networks_exist", Verdict.PASS, good))
    return StepJudged("", step.id, step.title, verdict, 0.125, tuple(found))


def _misconception(step: Step, verdict: Verdict) -> str:
    return next((each.text for each in step.mistakes if each.text), "") if verdict is Verdict.NOT_YET else ""


def graded(lab: Lab, file: str, student: str, skill: float, chance: random.Random) -> Grade:
    """One submission; `skill` from 0 to 1 is how much of it is right."""
    steps = []
    for number, step in enumerate(lab.steps):
        verdict = Verdict.PASS if chance.random() < skill else Verdict.NOT_YET
        if chance.random() < 0.01:
            verdict = Verdict.CANNOT_JUDGE
        if lab.name == "macvlan" and step.id == "own-host" and verdict is Verdict.NOT_YET:
            verdict = Verdict.UNSUPPORTED
        passed = verdict is Verdict.PASS
        claimed = passed and step.ask is not None and step.ask.truth is not None and number % 2 == 1
        why = chance.choice(_WHYS.get(step.id, (f"{step.title}: nothing of it was found on the engine",)))
        steps.append(
            StepGrade(
                step.id,
                step.title,
                verdict,
                "" if not passed else "claimed" if claimed else "proved",
                judged(step, verdict, why),
                step.points,
                assisted=passed and chance.random() < 0.06,
                line=number * 2 if passed else None,
            )
        )
    notes = [Note(7, "skipped", "ifconfig: typed inside a container; it only looks")] if skill > 0.5 else []
    if chance.random() < 0.2:
        notes.append(Note(12, "refused", "docker run -v /:/host …: -v is not played: no lab mounts the host's files"))
    digest = hashlib.sha256(file.encode("utf-8", "replace")).hexdigest()
    return Grade(
        file, student, lab.name, digest, tuple(steps), tuple(notes),
        engine="28.3.3", seconds=2.5, handed_in="2026-03-01T22:10:00+09:00",
        remarks=("the chain of the journal is broken at entry 4",) if chance.random() < 0.05 else (),
    )  # fmt: skip


def batch(count: int, names: Sequence[str] = ("bridge",), *, policy: Policy | None = None, seed: int = 5) -> Batch:
    """A class: mostly good, some partial, some wrong; a file that is no submission, one that could not be judged."""
    chance = random.Random(seed)
    labs = {name: load(find_lab(name)) for name in names}
    grades = []
    for number in range(count):
        lab = labs[names[number % len(names)]]
        student = f"{NAMES[number % len(NAMES)]}{'' if number < len(NAMES) else f' {number // len(NAMES) + 1}'}"
        file = f"class.zip/{student}_{12_000 + number}_assignsubmission_file_/{lab.name}.sh"
        skill = chance.choice([1, 1, 0.95, 0.9, 0.85, 0.7, 0.5, 0.2])
        grades.append(graded(lab, file, student, skill, chance))
    if count > 5:
        error = "a picture (PNG); hand in a plain text, or the file that vethlab submit wrote"
        grades[3] = Grade("class.zip/screenshot.png", grades[3].student, "", "0" * 64, error=error, unreadable=True)
        grades[5] = Grade(
            grades[5].file, grades[5].student, names[0], "1" * 64, error="the engine ended: it ran out of memory"
        )
    similar = ((grades[0].file, grades[2].file),) if count > 2 else ()
    return Batch(
        tuple(Row(each, marked(each, labs.get(each.lab), policy or Policy())) for each in grades), similar, labs
    )


def hostile(policy: Policy | None = None) -> Batch:
    """A class of which every text that comes from outside is meant to do harm."""
    lab = load(find_lab("none"))
    rows = []
    for number, bad in enumerate(HOSTILE):
        finding = Finding(ok=False, expected=bad, observed=bad, why=bad or "empty", look=bad, evidence=(bad,))
        good = Finding(ok=True, expected=bad, observed=bad, evidence=(bad, bad))
        steps = tuple(
            StepGrade(
                step.id, bad, verdict, proof,
                StepJudged(lab.name, step.id, bad, verdict, 0.1, (Judged("exists", verdict, found),)), 1,
            )
            for step, verdict, proof, found in zip(
                lab.steps,
                (Verdict.PASS, Verdict.NOT_YET, Verdict.CANNOT_JUDGE),
                ("proved", "", ""),
                (good, finding, finding),
                strict=True,
            )
        )  # fmt: skip
        note = Note(number, "refused", bad or "-")
        grade = Grade(
            f"{bad} {number}",
            bad,
            lab.name,
            "f" * 64,
            steps,
            (note,),
            (bad or "-",),
            limit=bad,
            engine=bad,
            version=bad,
            handed_in=bad,
        )
        rows.append(Row(grade, marked(grade, lab, policy or Policy())))
        broken = Grade(f"{bad} {number} x", bad, "", "", error=bad or "empty", unreadable=True)
        rows.append(Row(broken, marked(broken, None, policy or Policy())))
    return Batch(tuple(rows), (tuple(row.grade.file for row in rows[:12]),), {lab.name: lab})
