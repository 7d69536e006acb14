"""A good lab file, and ways to spoil it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.lab.loader import LabProblems, load

GOOD = """\
lab: good
title: A good lab
minutes: 5
servers: 2
uses:
  networks: [mynet]
  containers: [box, other]
steps:
  - id: one
    title: First
    text: |
      Words.
    do:
      - docker network create mynet
      - docker run -i -t --name box --net mynet IMG
      - {inside: box, type: ifconfig}
    check:
      - network_exists: {network: mynet, driver: bridge}
      - {fact: true, on: server2, attached: {containers: [box], network: mynet}}
    hints: [a nudge]
    mistakes:
      - do: docker run -i -t -d --name box IMG
        says: mynet
  - id: two
    title: Second
    text: Words.
    ask:
      text: Which?
      truth: {gateway: {network: mynet}}
      answer:
        - {host: ip -o link, find: '(\\w+)'}
        - {run: docker network inspect mynet, find: '^{1}: (.*)$'}
    hints: [a nudge]
  - id: three
    title: Third
    text: Words.
    do:
      - {fails: docker network connect mynet other, with: already exists}
    ask: {text: Why so, choices: [yes, null, 1.10], right: 2, because: so}
    hints: [a nudge]
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "good.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems(path: Path) -> list[str]:
    """What is told, as `line: text`."""
    with pytest.raises(LabProblems) as caught:
        load(path)
    assert str(caught.value).splitlines() == [str(each) for each in caught.value.problems]
    assert caught.value.exit_code == 2
    assert [each.location.line for each in caught.value.problems] == sorted(
        each.location.line for each in caught.value.problems
    )
    return [f"{each.location.line}: {each.text}" for each in caught.value.problems]


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return written(folder, text)


def told(folder: Path, old: str, new: str) -> str:
    """The one problem of the good lab after a change."""
    found = problems(changed(folder, (old, new)))
    assert len(found) == 1, found
    return found[0]
