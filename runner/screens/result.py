"""The one JSON document of `run` and `check`; its schema is result.schema.json beside this file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from runner.plain import clean_text
from runner.session.events import Event, Judged, LabClosed, LabOpened, StepJudged, Verdict, worst


@dataclass
class Result:
    """Gathers events into results, lab by lab, in the order of `labs`."""

    labs: list[str]
    _rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    _verdicts: dict[str, Verdict] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        """Takes in one event. A lab that is opened once more begins anew."""
        match event:
            case LabOpened():
                self._rows[event.lab] = _row(event)
                self._verdicts[event.lab] = Verdict.CANNOT_JUDGE
            case StepJudged():
                self._rows[event.lab]["steps"].append(_step(event))
            case LabClosed():
                self._rows[event.lab] |= {"verdict": event.verdict.value, "seconds": round(event.seconds, 3)}
                self._verdicts[event.lab] = event.verdict

    @property
    def verdict(self) -> Verdict:
        """As the worst lab; a lab that was never heard of was not judged."""
        return worst([self._verdicts.get(lab, Verdict.CANNOT_JUDGE) for lab in self.labs])

    def document(self) -> str:
        """All of it as one line of JSON."""
        rows = [self._rows[lab] for lab in self.labs if lab in self._rows]
        return json.dumps({"verdict": self.verdict.value, "labs": rows}, ensure_ascii=False)


def error_document(what: str, hint: str, code: int) -> str:
    """The document of a run that came to nothing and ends in the exit code `code`."""
    verdict = Verdict.UNSUPPORTED if code == Verdict.UNSUPPORTED.exit_code else Verdict.CANNOT_JUDGE
    error = {"what": clean_text(what), "hint": clean_text(hint)}
    return json.dumps({"verdict": verdict.value, "labs": [], "error": error}, ensure_ascii=False)


def _row(event: LabOpened) -> dict[str, Any]:
    engine = {"kind": event.engine, "version": event.version}
    verdict = Verdict.CANNOT_JUDGE.value  # until it is closed
    return {"lab": event.lab, "engine": engine, "verdict": verdict, "seconds": 0.0, "steps": []}


def _step(event: StepJudged) -> dict[str, Any]:
    return {
        "id": event.step,
        "title": event.title,
        "verdict": event.verdict.value,
        "seconds": round(event.seconds, 3),
        "misconception": clean_text(next((each.misconception for each in event.judged if each.misconception), "")),
        "findings": [finding_row(each) for each in event.judged],
    }


def finding_row(judged: Judged) -> dict[str, Any]:
    """One finding, as it stands in documents."""
    finding = judged.finding
    return {
        "check": judged.check,
        "verdict": judged.verdict.value,
        "fact": judged.fact,
        "ok": finding.ok,
        "expected": clean_text(finding.expected),
        "observed": clean_text(finding.observed),
        "why": clean_text(finding.why),
        "look": clean_text(finding.look),
        "evidence": [clean_text(line) for line in finding.evidence],
    }
