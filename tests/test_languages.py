"""What a person reads is in the person's language, all of it; machine words are the same in each."""

from __future__ import annotations

import ast
import os
import re
import string
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from checks.words import DOMAIN, LANGUAGES, LOCALE, listed, say, speak
from checks.words import english as in_english
from runner.commands import WORDS
from runner.lab.loader import find_lab, load
from runner.parser import parsed
from runner.plain import broken, cells, one_line
from runner.session.journal import Journal
from tests import catalogue
from tests.vethlab import ROOT, Vethlab

KOREAN = {"LANG": "ko_KR.UTF-8"}
OTHERS = LANGUAGES[1:]
WRONG = [
    ["run"],
    ["run", "--all", "bridge"],
    ["run", "bridge", "--jsn"],
    ["run", "brige"],
    ["check"],
    ["chekc"],
    ["check", "bridge", "--all", "--step", "create"],
    ["check", "bridge", "--step", "create", "--answer", "x"],
    ["check", "bridge", "--step"],
    ["check", "bridge", "--step", "crate"],
    ["--lang", "tlh", "list"],
    ["list", "--json=3"],
    ["prove", "--jobs", "x", "bridge"],
    ["engine"],
    ["engine", "sopt"],
    ["engine", "stop", "bridge"],
    ["image", "save"],
    ["image", "load", "/nowhere/x.tar"],
    ["--engine", "ftp://somewhere", "check", "bridge"],
    ["--engine", "unix:///nowhere/docker.sock", "check", "bridge"],
    ["new", "Not A Name"],
    ["lint", "/nowhere/x.yaml"],
    [],
]

# Where `say` is given what is no literal and no table of the same file, and why that is in the catalogue all the same.
SAID = {
    ("runner/engine/lab_image/image.py", "told"),  # one of two constants of other files, compared just before
    ("runner/commands/grade.py", "what"),  # of a table of the same file, in a loop
    ("runner/docker_requests/refusals.py", "reason"),  # constants of the same file, by their options and commands
    ("runner/grading/kinds.py", "what"),  # of a table of the same file, or noted just before
    ("runner/screens/grade_feedback.py", "self.value[2]"),  # an Enum's values, noted in it
}


@pytest.fixture
def speaking_korean() -> Iterator[None]:
    speak("ko")
    yield
    speak("en")


def hangul(text: str) -> bool:
    return re.search("[가-힣]", text) is not None


def english(text: str) -> list[str]:
    """Where two plain words of English stand side by side; commands to type and the system's own words are none."""
    typed = re.sub(rf"`[^`]*`|vethlab( [a-z]+)?|({'|'.join(WORDS)}) [a-z]+|No such file or directory", "", text)
    return re.findall(r"(?<![\w'/.-])[A-Za-z]?[a-z]+ [a-z]{2,}(?![\w'/.-])", typed)


@pytest.mark.parametrize("words", [["--help"], *([word, "--help"] for word in WORDS)])
def test_help_is_korean_where_the_locale_is(tmp_path: Path, words: list[str]) -> None:
    ended = Vethlab(tmp_path, **KOREAN, COLUMNS="80")(*words)

    assert ended.code == 0
    assert english(ended.out) == []
    assert all(hangul(line) for line in ended.out.splitlines() if line.endswith(":"))
    assert ended.out.startswith("사용법: vethlab ")
    assert max(map(cells, ended.out.splitlines())) <= 80


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_command_line_is_told_in_korean(tmp_path: Path, words: list[str]) -> None:
    ended = Vethlab(tmp_path, **KOREAN)(*words)

    assert ended.code in (2, 3)
    assert hangul(ended.err)
    assert english(ended.err) == []


def test_a_misspelt_command_is_suggested_in_korean(tmp_path: Path) -> None:
    assert "혹시 check인가요?" in Vethlab(tmp_path, **KOREAN)("chekc", "bridge").err


def test_why_a_line_cannot_be_played_again_is_told_in_korean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    journal = Journal(load(find_lab("none")))
    journal.begin("private", "20.10.24")
    journal.command("docker cp a b:/", 0)

    told = Vethlab(tmp_path, **KOREAN)("submit", "none", "-o", str(tmp_path / "none.json")).out

    assert "`docker cp`: 재실행하지 않습니다" in told
    assert [entry["why"].isascii() for entry in journal.entries()[0] if entry["entry"] == "command"] == [True]


@pytest.mark.usefixtures("speaking_korean")
@pytest.mark.parametrize("line", ["docker -H tcp://x ps", "docker nettwork ls", "docker cp a b:/"])
def test_a_journal_is_english_also_where_a_reason_is_put_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    journal = Journal(load(find_lab("none")))
    journal.begin("private", "20.10.24")
    journal.command(line, 0)

    (why,) = (entry["why"] for entry in journal.entries()[0] if entry["entry"] == "command")
    assert why
    assert not hangul(why)


@pytest.mark.usefixtures("speaking_korean")
def test_what_is_put_together_of_sentences_knows_its_english() -> None:
    said = say("no answer")
    assert hangul(said)

    assert in_english("1: " + said + "; " + said + ".") == "1: no answer; no answer."
    assert in_english(say("not yet") + "") == "not yet"
    assert in_english(listed([said, "x"])) == "no answer, x"
    assert in_english(listed(["x", said], "\n")) == "x\nno answer"
    assert in_english(say("{step} asks nothing", step="1" + said)) == "1no answer asks nothing"


def test_no_sentence_loses_its_english_below_the_screens() -> None:
    """An f-string and `join` make plain text of what `say` said: `+`, `listed` and a template do not."""
    lost = []
    for path in [*ROOT.glob("checks/*.py"), *ROOT.glob("runner/*/*.py")]:
        if path.parent.name in ("screens", "commands"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            joins = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join"
            if (joins or isinstance(node, ast.JoinedStr)) and any(
                isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "say"
                for each in ast.walk(node)
            ):
                lost.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert lost == []


@pytest.mark.parametrize("words", [["check", "--help"], ["check"], ["list"]])
def test_lang_wins_over_the_locale(tmp_path: Path, words: list[str]) -> None:
    korean, plain = Vethlab(tmp_path, **KOREAN), Vethlab(tmp_path, LC_ALL="C.UTF-8")

    assert korean("--lang", "en", *words) == korean("--lang=en", *words) == plain(*words)
    assert plain("--lang", "ko", *words) == plain("--lang=ko", *words) == korean(*words) != plain(*words)


@pytest.mark.parametrize("words", [["--help"], ["list"], ["list", "--json"], ["chekc"], ["schema", "--help"]])
def test_a_terminal_without_korean_letters_is_no_crash(tmp_path: Path, words: list[str]) -> None:
    narrow = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ended = Vethlab(tmp_path, **narrow)("--lang", "ko", *words)
    wide = Vethlab(tmp_path, LC_ALL="C.UTF-8")("--lang", "ko", *words)

    assert ended.code == wide.code
    assert len(ended.out.split()) == len(wide.out.split())
    assert (ended.out + ended.err).isascii()


@pytest.mark.parametrize("before", [None, "de:fr"])
@pytest.mark.usefixtures("speaking_korean")
def test_reading_the_command_line_leaves_the_environment_as_it_was(
    monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    monkeypatch.delenv("LANGUAGE", raising=False)
    if before:
        monkeypatch.setenv("LANGUAGE", before)

    with pytest.raises(SystemExit):
        parsed([], ["--help"])

    assert os.environ.get("LANGUAGE") == before


def test_columns_are_counted_not_letters() -> None:
    assert (cells("lab"), cells("실습"), cells("e\N{COMBINING ACUTE ACCENT}")) == (3, 4, 1)
    assert one_line("가나다라", 7) == "가나다…"
    assert one_line("abcdefgh", 7) == "abcdef…"
    assert broken("가나 다라 마바", 9) == ["가나 다라", "마바"]


# the catalogues


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_has_a_translation(language: str) -> None:
    kept = {message.id: message for message in catalogue.translations(language) if message.id}
    sentences = [message.id for message in catalogue.sentences() if message.id]

    assert [each for each in sentences if each not in kept or not kept[each].string] == []
    assert sorted(set(kept) - set(sentences)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_read_is_what_was_written(language: str) -> None:
    read = (LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo").read_bytes()

    assert read == catalogue.compiled(catalogue.translations(language))


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_places_to_fill(language: str) -> None:
    wrong = [
        (message.id, message.string)
        for message in catalogue.translations(language)
        if message.id and message.string and places(str(message.id)) != places(str(message.string))
    ]

    assert wrong == []


def places(template: str) -> tuple[Sequence[str], Sequence[str]]:
    """The `{names}` that are filled in, and argparse's `%` places: these by name, or in their order."""
    if re.search(r"%[(srd]", template):
        return [], re.findall(r"%(?:\(\w+\))?[srd]", template)
    return sorted({name for _, name, _, _ in string.Formatter().parse(template) if name is not None}), []


# the code


def test_say_is_given_sentences_that_the_catalogue_knows() -> None:
    strange = []
    for path in sorted(each for folder in ("checks", "runner") for each in (ROOT / folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        known, file = tables(tree), str(path.relative_to(ROOT))
        for call in calls(tree, "say"):
            first = ast.unparse(call.args[0])
            if not literal(call.args[0]) and root(call.args[0]) not in known and (file, first) not in SAID:
                strange.append(f"{file}:{call.lineno} say({first})")
    assert strange == []


def test_noted_is_given_literals() -> None:
    for path in sorted(each for folder in ("checks", "runner") for each in (ROOT / folder).rglob("*.py")):
        for call in calls(ast.parse(path.read_text(encoding="utf-8")), "noted"):
            assert literal(call.args[0]), f"{path}:{call.lineno}"


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def literal(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def root(node: ast.AST) -> str:
    """The name that an expression such as `_TABLE[key][0]` begins with."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def tables(tree: ast.Module) -> set[str]:
    """The names of the module that stand for noted sentences: a string, or a table whose values are all noted."""
    found: set[str] = set()
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(value, ast.AST) and all(noted(part, found) for part in values(value)):
            found |= {each.id for each in targets if isinstance(each, ast.Name)}
    return found


def values(node: ast.AST) -> Iterator[ast.AST]:
    """What a table holds, without its keys."""
    parts = node.values if isinstance(node, ast.Dict) else node.elts if isinstance(node, ast.Tuple | ast.List) else None
    if parts is None:
        yield node
    for part in parts or ():
        yield from values(part)


def noted(node: ast.AST, known: set[str]) -> bool:
    return any(node is call for call in calls(node, "noted")) or (isinstance(node, ast.Name) and node.id in known)
