"""Files that were handed in, as they are read: honest ones, careless ones, forged ones, hostile ones."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runner.docker_requests.fields import as_fields
from runner.docker_requests.grammar import read as read_line
from runner.docker_requests.model import Asked
from runner.grading.model import Submission, Unreadable
from runner.grading.reading import read
from runner.grading.similar import groups
from runner.lab.loader import find_lab, lab_names, load
from runner.lab.model import DockerCommand, Lab
from runner.lab.version import version
from runner.session.chain import entry_hash, file_hash
from tests.vethlab import ROOT

LABS = {name: load(find_lab(name)) for name in lab_names()}
SCHEMA = json.loads((ROOT / "runner/session/submission.schema.json").read_text(encoding="utf-8"))
LINES = ("docker network create mybridge", "docker run -itd --name mynetwork_container --net mybridge vethlab/node")
Document = dict[str, Any]
Change = Callable[[Document], object]


def command(line: str, **more: object) -> Document:
    asked = read_line(line, ("server1", "server2"))
    request = as_fields(asked.request) if isinstance(asked, Asked) else None
    return {"entry": "command", "line": line, "code": 0, "on": None, "request": request, "why": "", **more}


def answer(step: str, text: str, verdict: str | None = "pass", **more: object) -> Document:
    return {"entry": "answer", "step": step, "text": text, "verdict": verdict, "evidence": [], "after": 0, **more}


def chained(entries: list[Document]) -> list[Document]:
    """The entries numbered, dated and chained."""
    done: list[Document] = []
    for number, each in enumerate(entries, start=1):
        entry = {"n": number, "at": "2026-03-01T10:15:09Z", **each}
        done.append({**entry, "hash": entry_hash(done[-1]["hash"] if done else "", entry)})
    return done


def journal(*entries: Document, student: str = "Anna", lab: str = "bridge", **more: object) -> Document:
    """A submission as `submit` writes it."""
    document: Document = {
        "format": 1, "vethlab": "0.1.0", "lab": lab, "version": version(LABS[lab]) if lab in LABS else "",
        "student": student, "submitted": "2026-03-02T08:00:00Z",
        "entries": chained([*entries] or [command(line) for line in LINES]), **more,
    }  # fmt: skip
    return sealed(document)


def sealed(document: Document) -> Document:
    """With the hash of the whole written anew."""
    last = document["entries"][-1]["hash"] if document["entries"] else ""
    return {**document, "hash": file_hash(document, last)}


def read_json(document: object, file: str = "x.json", lab: str | None = None) -> Submission:
    return submission(json.dumps(document).encode(), file, lab)


def submission(data: bytes, file: str = "x.json", lab: str | None = None) -> Submission:
    found = read(data, file, lab=lab, labs=LABS)
    assert isinstance(found, Submission), found
    return found


def unreadable(data: bytes, file: str = "anna/submission.sh", lab: str | None = "bridge") -> str:
    found = read(data, file, lab=lab, labs=LABS)
    assert isinstance(found, Unreadable), found
    assert found.file == file
    assert found.student in ("anna", "bridge-host", "Anna")
    assert "\n" not in found.why
    assert found.why.isprintable()
    return found.why


# --- honest ones


def test_what_submit_writes_is_read_back() -> None:
    document = journal(
        {"entry": "session", "version": version(LABS["bridge"]), "vethlab": "0.1.0",
         "engine": {"kind": "private", "version": "20.10.24"}},
        answer("list-networks", "null"), command(LINES[0]), {"entry": "assist", "step": "run", "kind": "solution"},
        command(LINES[1]), {"entry": "assist", "step": "outside", "kind": "hint"},
        answer("veth", "veth1a2b3c4", evidence=["the veth on the host: veth1a2b3c4"]),
    )  # fmt: skip
    Draft202012Validator(SCHEMA).validate(document)
    found = read_json(document)
    assert (found.student, found.lab, found.remarks) == ("Anna", "bridge", ())
    assert [(line.number, line.text) for line in found.lines] == [(3, LINES[0]), (5, LINES[1])]
    assert [(each.step, each.text, each.after, each.claimed_pass) for each in found.answers] == [
        ("list-networks", "null", 0, True), ("veth", "veth1a2b3c4", 5, True),
    ]  # fmt: skip
    assert found.answers[1].evidence == ("the veth on the host: veth1a2b3c4",)
    assert found.assisted == {"run"}
    assert (found.version, found.handed_in) == (version(LABS["bridge"]), "2026-03-02T08:00:00Z")


def test_a_script_is_read_with_what_its_comments_say() -> None:
    text = """#!/bin/bash
# LAB:  Bridge
  #student : Änna 김
#  Answer list-NETWORKS :  null
set -e

docker network create \\
  mybridge
# answer veth: veth12
docker ps   # a look
"""
    found = submission(text.replace("\n", "\r\n").encode(), "Abgabe.txt", "none")
    assert (found.student, found.lab, found.version, found.remarks) == ("Änna 김", "bridge", "", ())
    assert [line.number for line in found.lines] == [5, 7, 10]
    assert found.lines[1].text.split() == ["docker", "network", "create", "mybridge"]
    assert [(each.step, each.text, each.after) for each in found.answers] == [
        ("list-networks", "null", 0), ("veth", "veth12", 7),
    ]  # fmt: skip
    assert found.answers[0].claimed_pass is None


@pytest.mark.parametrize(
    ("file", "lab", "found_lab", "student"),
    [
        ("class.zip/anna/bridge.sh", None, "bridge", "anna"),
        ("anna.sh", "host", "host", "anna"),
        ("net-alias_anna.sh", None, "net-alias", "net-alias_anna"),
        ("bridge.sh", "none", "none", ""),
        ("Anna Lee_123_assignsubmission_file_/macvlan.txt", None, "macvlan", "Anna Lee"),
    ],
)
def test_lab_and_student_are_told_by_the_names_of_files(
    file: str, lab: str | None, found_lab: str, student: str
) -> None:
    found = submission(b"docker ps\n", file, lab)
    assert (found.lab, found.student) == (found_lab, student)


def test_the_files_own_word_goes_before_lab_and_name() -> None:
    assert submission(b"# lab: none\ndocker ps\n", "bridge.sh", "host").lab == "none"
    assert read_json(journal(lab="none"), "bridge.json", "host").lab == "none"


def test_a_byte_order_mark_is_no_matter() -> None:
    assert submission(b"\xef\xbb\xbf# lab: bridge\ndocker ps\n").lab == "bridge"
    assert submission(b"\xef\xbb\xbf" + json.dumps(journal()).encode()).student == "Anna"


def test_a_line_that_only_later_became_readable_is_kept() -> None:
    assert len(read_json(journal(command(LINES[0], request=None, why="an older vethlab did not know it"))).lines) == 1


def test_the_answer_that_passed_counts_and_never_a_list_of_guesses() -> None:
    guesses = [answer("list-networks", text, "not-yet") for text in ("host", "bridge")]
    found = read_json(journal(command(LINES[0]), *guesses, answer("list-networks", "null"), guesses[0]))
    assert [each.text for each in found.answers] == ["null"]
    found = submission(b"# lab: bridge\n# answer list-networks: host\n# answer list-networks: null\ndocker ps")
    assert [each.text for each in found.answers] == ["null"]
    assert "line 3: list-networks is answered a second time; the last counts" in found.remarks


def test_without_a_name_it_is_the_files() -> None:
    assert read_json(journal(student=""), "anna/bridge.json").student == "anna"


def test_halves_of_letters_and_endless_texts_go_no_further() -> None:
    given = answer("veth", "\ud800" * 5000, evidence=["\udfff" * 1000] * 100)
    found = read_json(journal(command(LINES[0]), command("docker ps \ud800"), given, student="An\ud800na"))
    assert len(found.answers[0].text) == 1200
    assert len(found.answers[0].evidence) == 20
    str(found).encode()


# --- forged, cut, spliced: told as a fact, and graded by what is played


def reworded(document: Document) -> None:
    other = command("docker network create other")
    document["entries"][0] |= {"line": other["line"], "request": other["request"]}


def other_fields(document: Document) -> None:
    document["entries"] = chained([command(LINES[0], request=command(LINES[1])["request"]), command(LINES[1])])


def other_server(document: Document) -> None:
    document["entries"] = chained([command(LINES[0], on="server2"), command(LINES[1])])


def unchained(document: Document) -> None:
    for entry in document["entries"]:
        del entry["hash"]


def spliced(document: Document) -> None:
    document["entries"] = [document["entries"][0], *journal(command("docker ps"), command("docker info"))["entries"]]


def added(entry: Document) -> Change:
    def change(document: Document) -> None:
        document["entries"] = chained([*(command(line) for line in LINES), entry])

    return change


FORGED: list[tuple[Change, str, int]] = [
    (reworded, "chain of hashes does not hold at entry 1", 2),
    (lambda document: document["entries"].pop(0), "chain of hashes does not hold at entry 1", 1),
    (lambda document: document["entries"].pop(), "own hash does not fit", 1),
    (lambda document: document["entries"].reverse(), "not numbered in order: 1, 2", 2),
    (spliced, "chain of hashes does not hold at entry 2", 3),
    (lambda document: document["entries"].append(document["entries"][0]), "not numbered in order: 3", 3),
    (unchained, "chain of hashes does not hold at entry 1, 2", 2),
    (lambda document: document.update(hash="0" * 64), "own hash does not fit", 2),
    (lambda document: document.pop("hash"), "own hash does not fit", 2),
    (lambda document: document.update(student="Bert"), "own hash does not fit", 2),
    (lambda document: document.update(submitted="2020-01-01T00:00:00Z"), "own hash does not fit", 2),
    (lambda document: document.update(version="0" * 64), "another version of bridge: 00000000", 2),
    (lambda document: document.update(version=7), "another version of bridge: none that is named", 2),
    (other_fields, "line and its typed fields do not say the same, so neither is played: entry 1", 1),
    (other_server, "line and its typed fields do not say the same, so neither is played: entry 1", 1),
    (lambda document: document["entries"][0]["request"].update(name="x;rm -rf /"), "do not say the same", 1),
    (lambda document: document["entries"][0].update(request=[]), "left out: entry 1", 1),
    (lambda document: document["entries"][0].update(request={"kind": "Privileged"}), "do not say the same", 1),
    (lambda document: document["entries"][0].update(line=["docker", "ps"]), "left out: entry 1", 1),
    (lambda document: document["entries"][0].update(line="docker ps " + "x" * 2000), "not kept whole", 1),
    (lambda document: document["entries"][0].update(n="1"), "not numbered in order: 1", 2),
    (lambda document: document["entries"][0].update(n=True), "not numbered in order: 1", 2),
    (lambda document: document["entries"][0].update(n=10**17), "not numbered in order: 1", 2),
    (lambda document: document["entries"][0].update(at="yesterday"), "left out: entry 1", 1),
    (lambda document: document["entries"][0].update(entry="shell"), "left out: entry 1", 1),
    (lambda document: document["entries"][0].update(entry=["command"]), "left out: entry 1", 1),
    (lambda document: document["entries"].insert(0, "docker ps"), "left out: entry 1", 2),
    (lambda document: document["entries"].insert(0, None), "left out: entry 1", 2),
    (added(answer("crate", "1")), "bridge has no step crate; did you mean create?", 2),
    (added(answer("veth", "1", evidence="yes")), "left out: entry 3", 2),
    (added(answer("veth", "1", evidence=[{}])), "left out: entry 3", 2),
    (added({**answer("veth", "1"), "step": 7}), "left out: entry 3", 2),
    (added({"entry": "assist", "step": "run"}), "left out: entry 3", 2),
    (added({"entry": "assist", "step": ["run"], "kind": "solve"}), "left out: entry 3", 2),
    (lambda document: document.update(student="A" * 101), "at most 100 characters", 2),
    (lambda document: document.update(student="\x1b[31mAnna"), "control characters", 2),
    (lambda document: document.update(student="Anna\u202e"), "control characters", 2),
]  # fmt: skip


@pytest.mark.parametrize(("change", "remark", "lines"), FORGED)
def test_a_forged_journal_is_graded_by_its_lines_and_remarked(change: Change, remark: str, lines: int) -> None:
    document = journal()
    change(document)
    found = read_json(document)
    assert any(remark in each for each in found.remarks), found.remarks
    assert len(found.lines) == lines
    assert all(each.isprintable() for each in (*found.remarks, found.student, found.vethlab, found.handed_in))
    assert not any(word in " ".join(found.remarks).lower() for word in ("cheat", "forge", "fake", "fraud"))


def test_remarks_on_two_thousand_wrong_entries_are_few_and_quick() -> None:
    document = journal()
    document["entries"] = [answer(f"crate{n}", "x" * 100) for n in range(1000)] + [command("docker ps")] * 1000
    began = time.process_time()
    found = read_json(document)
    assert time.process_time() - began < 5
    assert len(found.remarks) < 20
    assert max(map(len, found.remarks)) < 400


# --- no submissions


DEEP = b'{"format": 1, "entries": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
WRONG: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "blanks": (b" \n\t\r\n", "empty"),
    "comments only": (b"# lab: bridge\n# hello\n", "no command"),
    "too large": (b"docker ps\n" * 110_000, "larger than 1 MiB"),
    "too many lines": (b"docker ps\n" * 2001, "more than 2000 lines"),
    "far too many lines": (b"# x\n" * 20_001, "more than 20000 lines"),
    "NUL": (b"docker ps\0\ndocker ps\n", "NUL"),
    "utf-16 cut short": ("docker ps\n".encode("utf-16")[:-1], "damaged UTF-16"),
    "utf-16 with NUL": ("docker ps\0\n".encode("utf-16"), "NUL"),
    "utf-16 without a mark": ("docker ps\n".encode("utf-16-le"), "UTF-16"),
    "no encoding": (b"docker ps \x81\x8d\n", "an encoding that is not read here"),
    "controls in no UTF-8": (b"docker ps \xff\x01\n", "it is no text"),
    "a pdf": (b"%PDF-1.7\n", "PDF"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
    "an empty page": (b"<!DOCTYPE html><html><body><p>&nbsp;</p></body></html>", "empty"),
    "a packed file": (gzip.compress(b"docker ps"), "no"),
    "an unknown lab": (b"# lab: brige\ndocker ps\n", "no lab is called brige; did you mean bridge?"),
    "half a journal": (json.dumps(journal()).encode()[:-40], "damaged JSON"),
    "a list": (b"[1, 2]", "not what `vethlab submit` writes"),
    "another document": (b'{"verdict": "pass", "labs": []}', "not what `vethlab submit` writes"),
    "the journal itself": (b"\n".join(json.dumps(each).encode() for each in journal()["entries"]), "journal itself"),
    "another format": (json.dumps(journal(format=2)).encode(), "format 2"),
    "format true": (json.dumps(journal(format=True)).encode(), "format True"),
    "format a list": (json.dumps(journal(format=["\x1b[31m"] * 1000)).encode(), "format ["),
    "no entries": (b'{"format": 1, "lab": "bridge"}', "no list of entries"),
    "entries an object": (b'{"format": 1, "lab": "bridge", "entries": {}}', "no list of entries"),
    "no lab": (b'{"format": 1, "entries": []}', "names no lab"),
    "lab a number": (b'{"format": 1, "entries": [], "lab": 7}', "names no lab"),
    "lab unknown": (json.dumps(journal(lab="../bridge")).encode(), "no lab is called ../bridge"),
    "lab with escapes": (json.dumps(journal(lab="\x1b]0;x\x07")).encode(), "no lab is called"),
    "too many entries": (json.dumps({**journal(), "entries": [1] * 2001}).encode(), "at most 2000"),
    "a key twice": (b'{"format": 1, "format": 1, "entries": []}', "twice"),
    "a key twice within": (b'{"format": 1, "entries": [{"n": 1, "n": 2}]}', "twice"),
    "NaN": (b'{"format": NaN, "entries": []}', "a number"),
    "infinity": (b'{"format": 1, "n": -Infinity}', "a number"),
    "a fraction": (b'{"format": 1.0, "entries": []}', "a number"),
    "a huge exponent": (b'{"format": 1e999, "entries": []}', "a number"),
    "a huge number": (b'{"format": 1, "n": ' + b"9" * 900_000 + b"}", "a number"),
    "nested deeply": (DEEP, "nested too deeply"),
    "nested without an end": (b"[" * 1_000_000, "nested too deeply"),
    "nested objects": (b'{"a":' * 100_000, "nested too deeply"),
    "a string without an end": (b'{"format": "' + b"\\\\" * 400_000, "damaged JSON"),
}  # fmt: skip


@pytest.mark.parametrize("which", WRONG)
def test_what_is_no_submission_is_told_in_a_sentence(which: str) -> None:
    data, why = WRONG[which]
    began = time.process_time()
    assert why in unreadable(data)
    assert time.process_time() - began < 3


def test_without_any_hint_at_the_lab_it_says_what_to_do() -> None:
    assert "give --lab LAB" in unreadable(b"docker ps\n", "anna/submission.sh", None)
    assert "give --lab LAB" in unreadable(b"docker ps\n", "anna/bridge-host/submission.sh", None)


@pytest.mark.parametrize(
    ("comment", "remark"),
    [
        ("# answer vet: veth1", "line 2: bridge has no step vet; did you mean veth?"),
        ("# anwser veth: veth1", "line 2: anwser is not read; did you mean answer?"),
        ("# answer veth:", "line 2: there is no answer behind the colon"),
        ("# answer create: yes", "line 2: create asks nothing"),
        ("# lab: none", "line 2: lab is said a second time; the first counts"),
        ("# student: Bert", "line 4: student is said a second time; the first counts"),
        ("# student: A\x07", "control characters"),
    ],
)
def test_slips_in_a_scripts_comments_are_remarked(comment: str, remark: str) -> None:
    text = f"# lab: bridge\n{comment}\ndocker ps\n# student: Anna\n"
    found = submission(text.encode())
    assert any(remark in each for each in found.remarks), found.remarks


def test_a_script_full_of_wrong_answers_is_quick_and_its_remarks_are_few() -> None:
    text = "# lab: bridge\ndocker ps\n" + "# answer vet: x\n# answer veth: y\n" * 9_000
    began = time.process_time()
    assert len(submission(text.encode()).remarks) <= 10
    assert time.process_time() - began < 4


def test_hostile_lines_of_a_script_are_lines_and_nothing_else() -> None:
    lines = ["docker run --privileged x", "rm -rf /", "docker ps; reboot", "$(reboot)", "=cmd|' /C calc'!A0", "\x1b[2J"]
    found = submission("\n".join(["# lab: bridge", *lines]).encode())
    assert [line.text for line in found.lines] == lines


# --- the same


def of(file: str, *lines: str, answers: dict[str, str] | None = None, lab: str = "bridge") -> Submission:
    told = [f"# answer {step}: {text}" for step, text in (answers or {}).items()]
    return submission("\n".join([f"# lab: {lab}", *lines, *told]).encode(), file)


def test_the_same_commands_in_other_words_are_the_same() -> None:
    one = of("a", *LINES, "docker network ls", answers={"veth": "veth1"})
    other = of("b", 'docker   network create "mybridge"', "ls", "docker run -i -t -d --network=mybridge --name "
               "mynetwork_container ubuntu:24.04", "docker network ls", answers={"veth": " VETH1 "})  # fmt: skip
    assert groups([one, other]) == (("a", "b"),)


def test_another_order_another_answer_or_another_lab_is_not_the_same() -> None:
    one = of("a", *LINES, answers={"veth": "veth1"})
    others = [of("b", *reversed(LINES), answers={"veth": "veth1"}), of("c", *LINES, answers={"veth": "veth2"}),
              of("d", *LINES, lab="none"), of("e", *LINES, "docker ps")]  # fmt: skip
    assert groups([one, *others]) == ()


def test_a_journal_and_a_script_can_be_the_same_and_times_make_no_difference() -> None:
    late = journal()
    late["entries"] = [{**each, "at": "2026-04-01T00:00:00Z"} for each in late["entries"]]
    same = [read_json(journal(), "a.json"), read_json(late, "b.json"), of("c.sh", *LINES)]
    assert groups(same) == (("a.json", "b.json", "c.sh"),)


def test_submissions_without_commands_are_like_no_others() -> None:
    empty = [of(name, "ls", answers={"list-networks": "null"}) for name in "ab"]
    assert groups(empty) == ()


@pytest.mark.parametrize("lab", LABS.values(), ids=list(LABS))
def test_whoever_types_the_labs_own_solution_is_not_pointed_at(lab: Lab) -> None:
    lines = [each for step in lab.steps for each in step.do if isinstance(each, DockerCommand)]
    typed = [each.line.replace("docker", f"docker --context {each.on}", 1) if each.on else each.line for each in lines]
    model = [of(name, f"# {name}", "docker ps", *typed, lab=lab.name) for name in "ab"]
    more = [of(name, f"# {name}", *typed, "docker network create more", lab=lab.name) for name in "cd"]
    assert groups([*model, *more], LABS) == (("c", "d"),)
    assert groups(model) == (("a", "b"),)
    equal_bytes = [model[0], replace(model[0], file="z")]
    assert groups(equal_bytes, LABS) == (("a", "z"),)


def test_who_names_the_same_veth_is_pointed_at_even_by_the_book() -> None:
    lines = [each.line for step in LABS["bridge"].steps for each in step.do if isinstance(each, DockerCommand)]
    named = [
        of(name, f"# {name}", *lines, answers={"veth": veth})
        for name, veth in zip("abc", ("v1", "V1", "v2"), strict=True)
    ]
    assert groups(named, LABS) == (("a", "b"),)
