"""A batch in which many attack: the host stays as it was, the honest keep their points, each attack is explained."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import class_scripts as scripts
from tests.attacks import ATTACKS, Attack
from tests.classes import Member, differences, hand_in, journal, member
from tests.host_state import HostState
from tests.vethlab import Vethlab

IN_A_FILE = 120  # attacks; between them stands a look, so that an open quote swallows none of them
MEANT = ("carriage", "line-separator", "no-break", "script-curly", "zero-width")  # see test_messy_scripts.py
HEAD = "# lab: none\n# student: Mallory\n"


def plain(attack: Attack) -> bool:
    """Whether the line can stand in a script: the others make a file that is none."""
    return len(attack.line) < 20_000 and not any(letter in attack.line for letter in "\n\r\0") and encodes(attack.line)


def encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def script(attacks: list[Attack]) -> bytes:
    lines = [line for attack in attacks for line in (attack.line, "docker ps")]
    return (HEAD + "\n".join([*lines, scripts.NONE.text])).encode()


def hostile_files() -> Iterator[tuple[str, bytes]]:
    """Files that are no submission, or that ask for too much."""
    for attack in ATTACKS:
        if not plain(attack) and attack.id not in MEANT:
            yield f"{attack.id}.sh", (HEAD + attack.line).encode(errors="surrogatepass")
    yield "containers.sh", (HEAD + "docker run -itd ubuntu:24.04\n" * 3000).encode()
    yield "links.zip", zipped({"../../../tmp/vethlab-was-here": b"x", "/etc/vethlab-was-here": b"x"})
    yield "bomb.zip", zipped({"bomb.sh": b"\0" * (200 << 20)})
    yield "=cmd|' C calc'!A0.sh", b"# lab: none\n# student: <script>alert(1)</script>\ndocker ps; id\n"
    yield "forged.json", forged(lambda entries: entries[1].update(line="docker run -itd --name network_none IMG"))
    yield "spliced.json", forged(lambda entries: entries.insert(1, entries[2]))
    yield "cut.json", forged(lambda entries: entries.pop(1))
    yield "deep.json", b'{"a":' * 100_000
    yield "random.sh", bytes(range(256)) * 20


def zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


def forged(change: Any) -> bytes:
    """A journal in which somebody wrote."""
    document = json.loads(journal(scripts.NONE, "Mallory"))
    change(document["entries"])
    return json.dumps(document).encode()


@pytest.fixture
def honest(tmp_path: Path) -> list[Member]:
    members = [member(number, f"student {number}", work) for number, work in enumerate((scripts.NONE, scripts.HOST))]
    (tmp_path / "class").mkdir()
    hand_in(members, tmp_path / "class")
    return members


def test_a_batch_of_attacks_leaves_the_host_as_it_was_and_the_honest_their_points(
    vethlab: Vethlab, tmp_path: Path, honest: list[Member]
) -> None:
    attacks = [each for each in ATTACKS if plain(each) and each.id not in MEANT]
    groups = {f"attacks-{place}.sh": attacks[place : place + IN_A_FILE] for place in range(0, len(attacks), IN_A_FILE)}
    for name, group in groups.items():
        (tmp_path / "class" / name).write_bytes(script(group))
    others = dict(hostile_files())
    for name, data in others.items():
        (tmp_path / "class" / name).write_bytes(data)

    before = HostState.now()
    ended = vethlab("grade", str(tmp_path / "class"), "--json", within=300)

    assert before.changes() == []
    assert ended.code == 2, ended.err
    rows = {Path(row["file"]).name: row for row in json.loads(ended.out)["submissions"]}
    mine = [row for name, row in rows.items() if name in {each.file for each in honest}]
    assert differences(honest, {"submissions": mine}) == []
    assert [each for name, group in groups.items() for each in unexplained(rows[name], group)] == []
    assert {name for name in groups if rows[name]["points"] != 3} == set()  # what is right between the lines counts
    assert {name for name in others if not told(rows, name)} == set()


def unexplained(row: dict[str, Any], attacks: list[Attack]) -> Iterator[str]:
    """The attacks whose line has no note with the reason."""
    (lab,) = row["labs"]
    notes = {note["line"]: note for note in lab["notes"] if note["kind"] != "note"}
    first = HEAD.count("\n") + 1
    for place, attack in enumerate(attacks):
        note = notes.get(first + 2 * place, {"kind": "", "text": ""})
        if note["kind"] != "refused" or attack.says not in note["text"]:
            yield f"{attack.id}: {note}"


def told(rows: dict[str, Any], name: str) -> str:
    """What is told of a hostile file: why it is none, or remarks, or notes to its lines."""
    found = [row for file, row in rows.items() if name in row["file"] or file == name]
    labs = [lab for row in found for lab in row["labs"]]
    notes = [note["text"] for lab in labs for note in lab["notes"] if note["kind"] in ("refused", "limit")]
    return " ".join([*(row["error"] for row in found), *notes, *(each for lab in labs for each in lab["remarks"])])
