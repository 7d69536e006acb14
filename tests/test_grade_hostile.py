"""Files made to hold up a batch, or to take more than their share of it."""

from __future__ import annotations

import io
import tarfile
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from runner.grading import archives, reading, unpack
from runner.grading.model import Submission, Unreadable
from runner.lab.loader import find_lab, load
from runner.plain import one_line

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
        *mine, told, (other, _) = unpack.found([tmp_path / each])
        assert len(mine) <= unpack.MOST_FILES_OF_ONE
        assert isinstance(told, Unreadable)
        assert "one student's archive" in told.why
        assert other.endswith("b.sh")
    assert (
        len(list(unpack.found([tmp_path / "folder" / "a.zip"]))) > unpack.MOST_FILES_OF_ONE
    )  # named by itself: a class
