"""Files made to hold up a batch, or to take more than their share of it."""

from __future__ import annotations

import io
import os
import tarfile
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from runner.errors import UsageError
from runner.grading import archives, reading, unpack
from runner.grading.batch import Intake, graded, survey
from runner.grading.filenames import owner
from runner.grading.ledger import opened
from runner.grading.marks import Batch, Marks, Row
from runner.grading.model import Grade, Submission, Unreadable
from runner.grading.ungraded import failed
from runner.lab.loader import find_lab, load
from runner.plain import one_line
from runner.screens.feedback_folder import feedback_folder
from runner.screens.report_files import ReportFile, checked, replaced

LABS = {"none": load(find_lab("none"))}
MOST_SECONDS = 3.0  # for what takes hundredths; before it was bounded it took minutes


def tar_entry(name: str, kind: bytes = tarfile.REGTYPE, data: bytes = b"") -> bytes:
    """An entry as it stands in a tar."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.size = kind, len(data)
    return entry.tobuf(tarfile.USTAR_FORMAT) + data + b"\0" * (-len(data) % tarfile.BLOCKSIZE)


def tar_with_header(header: bytes) -> bytes:
    """A tar of one file, `a.sh`, with an extended header of that text before it."""
    entries = tar_entry("header", tarfile.XHDTYPE, header) + tar_entry("a.sh", data=b"docker ps\n")
    return entries + b"\0" * 2 * tarfile.BLOCKSIZE


@pytest.mark.parametrize(
    "header",
    [b"1" * 500_000, b"2 " * 250_000, b"500011 comment=" + b"1" * 499_995 + b"\n", b"13 hdrcharset=" * 35_000],
    ids=["digits", "pairs", "value", "charset"],
)
def test_an_extended_header_of_a_tar_is_read_in_one_pass(header: bytes) -> None:
    began = time.monotonic()
    with suppress(archives.Damaged):
        list(archives.opened_bytes(tar_with_header(header), "tar"))
    assert time.monotonic() - began < MOST_SECONDS


@pytest.mark.parametrize("size", ["-512", "1e3", "nan", "9" * 5000])
def test_a_size_that_is_none_ends_the_reading_of_a_tar(size: str) -> None:
    record = f" size={size}\n"
    header = f"{len(record) + len(str(len(record) + 4))}{record}".encode()
    with pytest.raises(archives.Damaged):
        list(archives.opened_bytes(tar_with_header(header), "tar"))


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_long_names_and_other_letters_are_read_from_a_tar(form: int) -> None:
    held = io.BytesIO()
    names = ["d/" * 80 + "long.sh", "학생/한국어.sh"]
    with tarfile.open(fileobj=held, mode="w", format=form) as archive:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = 5, 1.5
            archive.addfile(entry, io.BytesIO(b"hello"))
    found = {entry.name: entry.read(9) for entry in archives.opened_bytes(held.getvalue(), "tar")}
    assert found == dict.fromkeys(names, b"hello")


def test_a_name_of_accents_costs_no_time_and_fills_no_report() -> None:
    accents = "a" + "\u0301\u0316" * 200_000
    began = time.monotonic()
    found = reading.read(f"# student: {accents}\ndocker ps\n".encode(), "a.sh", lab="none", labs=LABS)
    assert time.monotonic() - began < MOST_SECONDS
    assert isinstance(found, Submission)
    assert len(found.student) <= 201
    assert len(one_line(accents, 40)) <= 81


def zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


@pytest.mark.parametrize(
    "files",
    [{f"{number}.sh": b"docker ps" for number in range(300)}, {f"{number}.sh": bytes(2**17) for number in range(150)}],
    ids=["many", "large"],
)
def test_one_students_archive_does_not_crowd_out_the_others(tmp_path: Path, files: dict[str, bytes]) -> None:
    (tmp_path / "class.zip").write_bytes(zipped({"a.zip": zipped(files), "b.sh": b"docker ps"}))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.zip").write_bytes(zipped(files))
    (tmp_path / "folder" / "b.sh").write_bytes(b"docker ps")
    for each in ("class.zip", "folder"):
        *mine, told, other = unpack.found([tmp_path / each])
        assert len(mine) <= unpack.MOST_FILES_OF_ONE
        assert isinstance(told, Unreadable)
        assert "one student's archive" in told.why
        assert isinstance(other, tuple)
        assert other[0].endswith("b.sh")
    assert (
        len(list(unpack.found([tmp_path / "folder" / "a.zip"]))) > unpack.MOST_FILES_OF_ONE
    )  # named by itself: a class


def test_a_link_that_somebody_else_put_into_an_open_folder_is_not_written_through(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    (tmp_path / "mine").mkdir()
    link = tmp_path / "grades.csv"
    link.symlink_to(tmp_path / "mine" / "precious")
    assert checked([ReportFile("--csv", link, str)], [])[0].path == tmp_path / "mine" / "precious"  # our own link
    os.lchown(link, 65534, 65534)
    with pytest.raises(UsageError, match="somebody else"):
        checked([ReportFile("--csv", link, str)], [])
    link.rename(tmp_path / "folder")
    with pytest.raises(UsageError, match="somebody else"):
        feedback_folder(tmp_path / "folder" / "texts", [])


def test_somebody_elses_file_does_not_say_who_may_write_the_report(tmp_path: Path) -> None:
    for user, mode in ((65534, 0o644), (os.geteuid(), 0o666)):
        file = tmp_path / str(user)
        file.touch()
        file.chmod(0o666)
        os.chown(file, user, -1)
        replaced(file, "grades")
        assert file.stat().st_mode & 0o777 == mode


def test_a_file_that_is_changed_while_the_batch_is_graded_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ".state"))
    for name in ("a", "b", "c", "d"):
        (tmp_path / f"{name}.sh").write_text("docker ps\n", encoding="utf-8")
    intake = Intake((tmp_path,), "none", LABS)
    left = {place: each for place, each in enumerate(survey(intake).files) if isinstance(each, Submission)}
    (tmp_path / "a.sh").write_text("docker images\n", encoding="utf-8")
    (tmp_path / "b.sh").unlink()
    (tmp_path / "bb.sh").write_text("docker ps\n", encoding="utf-8")

    with opened([tmp_path], "none", LABS) as ledger:
        done = dict(graded(intake, left, ledger, lambda work: ((place, failed(each, "")) for place, each in work)))

    assert {place: bool(each.error) for place, each in done.items()} == {0: True, 1: True, 2: False, 3: False}
    assert "was changed" in done[0].error


@pytest.mark.parametrize(
    ("folder", "told"),
    [("Mallory Moe_123_assignsubmission_file", True), ("Berg Anna_123_assignsubmission_file", False), ("x", False)],
)
def test_who_hands_in_under_another_students_name_is_told(folder: str, told: bool) -> None:
    found = reading.read(b"# student: Anna Berg\ndocker ps\n", f"{folder}/a.sh", lab="none", labs=LABS)
    assert isinstance(found, Submission)
    assert any("Mallory" in each for each in found.remarks) is told


def test_the_names_of_students_never_keep_their_texts_from_being_written(tmp_path: Path) -> None:
    names = ["\U00020000" * 60] * 2 + ["../../etc/passwd", "..", ".hidden", "a\0b", "", "con", "\U00020000"]
    rows = tuple(Row(Grade("x.sh", name, "none", ""), Marks()) for name in names)
    feedback_folder(tmp_path / "texts", []).write(Batch(rows))
    found = [each.name for each in (tmp_path / "texts").iterdir()]
    assert len(found) == len(names)
    assert not [each for each in found if each.startswith(".")]
    assert list(tmp_path.iterdir()) == [tmp_path / "texts"]


@pytest.mark.parametrize("own", ["x_Bob_attempt_2026-01-01-10-10-10.sh", "Bob_7_assignsubmission_file_x.sh"])
def test_nobody_names_a_file_so_that_it_is_taken_for_anothers(own: str) -> None:
    """What stands behind the platform's part of a name is the student's own choice."""
    assert owner(f"class.zip/Lab 1_mallory_attempt_2026-11-24-10-10-10_{own}") != "Bob"
    assert owner(f"class.zip/Mallory Moe_123_assignsubmission_file_/{own}") == "Mallory Moe"
    assert owner(f"class.zip/moemallory_12_34_{own}") != "Bob"
