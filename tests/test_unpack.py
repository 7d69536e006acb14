"""What an instructor names as submissions: folders and archives, honest and hostile, made here."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from runner.errors import UsageError
from runner.grading import unpack
from runner.grading.model import Unreadable

SCRIPT = b"# lab: bridge\ndocker network create mybridge\n"


def read(*paths: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """What was read by name, and why the rest was not."""
    found = list(unpack.found(paths))
    good = dict(each for each in found if not isinstance(each, Unreadable))
    bad = {each.file: each.why for each in found if isinstance(each, Unreadable)}
    assert len(good) + len(bad) == len(found), "a name was given twice"
    assert all(name.isprintable() and len(name) < 300 for name in [*good, *bad])
    return good, bad


def zipped(path: Path, *files: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return path


def zip_bytes(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return held.getvalue()


def tarred(path: Path, *members: tuple[str, bytes] | tarfile.TarInfo, mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
    return path


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- platforms


def test_a_moodle_export_gives_each_file_and_its_student(here: Path) -> None:
    file = zipped(
        here / "moodle.zip",
        ("Zoë Müller_12346_assignsubmission_file_/bridge.sh", SCRIPT),
        ("Anna Lee_12345_assignsubmission_file_/bridge.sh", SCRIPT),
        ("Participant_77_assignsubmission_file_/bridge.sh", SCRIPT),
    )
    good, bad = read(file)
    assert bad == {}
    assert [unpack.owner(name) for name in good] == ["Anna Lee", "Participant 77", "Zoë Müller"]


def test_a_canvas_export_gives_each_file_and_its_student(here: Path) -> None:
    files = ["doejane_123_456_bridge.sh", "doejohn_LATE_124_457_bridge-1.sh", "leeanna_125_458_work.zip"]
    inner = zip_bytes(("work/bridge.sh", SCRIPT), ("__MACOSX/work/._bridge.sh", b"x"))
    file = zipped(here / "submissions.zip", *((name, inner if name.endswith("zip") else SCRIPT) for name in files))
    good, bad = read(file)
    assert bad == {}
    assert list(good) == [f"submissions.zip/{name}" for name in files[:2]] + [
        "submissions.zip/leeanna_125_458_work.zip/work/bridge.sh"
    ]
    assert [unpack.owner(name) for name in good] == ["doejane", "doejohn", "leeanna"]


@pytest.mark.parametrize(
    ("file", "owner"),
    [
        ("export/submission_123/bridge.sh", "submission_123"),
        ("Anna Lee_12345_assignsubmission_file_bridge.sh", "Anna Lee"),
        ("x.zip/Anna Lee_1_assignsubmission_file_/ben_2_3_bridge.sh", "Anna Lee"),  # the inner name is the student's
        ("12-34 - Ben Ode - Mar 1, 2026 1159 PM/bridge.sh", "Ben Ode"),
        ("Lab 1_bode_attempt_2026-03-01-23-59-00_bridge.sh", "bode"),
        ("class/anna.sh", "anna"),
        ("class/anna/bridge.sh", "anna"),
        ("class.zip/anna/bridge (1).sh", "anna"),
        ("anna.zip/submission.json", "anna"),
        ("anna.tar.gz/net-alias-2.sh", "anna"),
        ("bridge.sh", ""),
        ("./bridge.sh", ""),
        ("", ""),
    ],
)
def test_whose_a_file_is(file: str, owner: str) -> None:
    assert unpack.owner(file) == owner


def test_folders_are_read_sorted_without_what_systems_leave_there(here: Path) -> None:
    for name in ["b/bridge.sh", "a/bridge.sh", ".git/config", "a/.DS_Store", "__MACOSX/x.sh", "Thumbs.db", "c.sh"]:
        path = here / "class" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SCRIPT)
    good, bad = read(Path("class"))
    assert (list(good), bad) == (["class/a/bridge.sh", "class/b/bridge.sh", "class/c.sh"], {})
    assert list(read(here / "class/.git/config")[0]) == ["class/.git/config"], "what is named is read"


@pytest.mark.parametrize("ending", ["", "gz", "bz2", "xz"])
def test_tars_of_every_packing_are_read_in_order(here: Path, ending: str) -> None:
    file = tarred(here / "class.tar", ("b/bridge.sh", SCRIPT), ("a/bridge.sh", SCRIPT + b"#"), mode=f"w:{ending}")
    good, bad = read(file)
    assert (list(good.items()), bad) == (
        [("class.tar/a/bridge.sh", SCRIPT + b"#"), ("class.tar/b/bridge.sh", SCRIPT)],
        {},
    )


def test_a_tar_of_a_folder_as_it_is_made_from_within_has_plain_names(here: Path) -> None:
    good, bad = read(tarred(here / "x.tgz", ("./anna//bridge.sh", SCRIPT), mode="w:gz"))
    assert (list(good), bad) == (["x.tgz/anna/bridge.sh"], {})


def test_an_archive_in_an_archive_is_opened_and_one_in_that_is_not(here: Path) -> None:
    third = zip_bytes(("bridge.sh", SCRIPT))
    second = zip_bytes(("bridge.sh", SCRIPT), ("third.zip", third))
    good, bad = read(zipped(here / "first.zip", ("second.zip", second)))
    assert list(good) == ["first.zip/second.zip/bridge.sh"]
    assert "in an archive in an archive" in bad["first.zip/second.zip/third.zip"]


def test_files_that_are_plainly_something_else_are_told(here: Path) -> None:
    office = zip_bytes(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>"))
    heads = {
        "a.pdf": (b"%PDF-1.7 \x00\xff", "a PDF document"),
        "b.png": (b"\x89PNG\r\n\x1a\n", "a picture"),
        "c.xlsx": (office, "save it as plain text (.txt)"),
        "c.doc": (b"\xd0\xcf\x11\xe0", "save it as plain text (.txt)"),
        "d.rar": (b"Rar!\x1a\x07", "pack it as zip"),
        "f.heic": (b"\x00\x00\x00\x24ftypheic", "a picture"),
        "g.gz": (gzip.compress(SCRIPT), "no tar"),
    }
    for name, (data, _) in heads.items():
        (here / name).write_bytes(data)
    good, bad = read(
        *(Path(name) for name in heads), zipped(here / "all.zip", *((n, d) for n, (d, _) in heads.items()))
    )
    assert good == {}
    for name, (_, says) in heads.items():
        assert says in bad[name], name
        assert says in bad[f"all.zip/{name}"], name


def test_what_is_no_submission_still_has_its_student_where_a_platform_names_one(here: Path) -> None:
    path = zipped(here / "x.zip", ("Anna Lee_1_assignsubmission_file_/a.png", b"\x89PNG"), ("b.png", b"\x89PNG"))
    found = [each for each in unpack.found([path]) if isinstance(each, Unreadable)]
    assert [each.student for each in found] == ["Anna Lee", ""]


# --- harm


def test_names_that_lead_out_are_refused_and_others_are_shown_safely(here: Path) -> None:
    wrong = ["../../etc/cron.d/x", "/etc/passwd", "a/../../x", "..\\..\\x", "C:\\x", "C:/x"]
    odd = ["a\x1b[31mred.sh", "a\nb.sh", "\u202egnp.sh", "n" * 10_000 + ".sh", "win\\anna\\bridge.sh"]
    made = zipped(here / "x.zip", *((name, SCRIPT) for name in [*wrong, *odd]))
    good, bad = read(made)
    assert (len(good), len(bad)) == (len(odd), len(wrong))
    assert all("leads out" in why for why in bad.values())
    assert "x.zip/win/anna/bridge.sh" in good
    good, bad = read(tarred(here / "x.tar", *((name, SCRIPT) for name in [*wrong, *odd])))
    assert (len(good), len(bad)) == (len(odd), len(wrong))
    assert sorted(os.listdir(here)) == ["x.tar", "x.zip"], "nothing was written"


def test_links_devices_and_pipes_are_not_followed(here: Path) -> None:
    kinds = {
        "soft": special("soft", tarfile.SYMTYPE, "/etc/passwd"),
        "hard": special("hard", tarfile.LNKTYPE, "honest.sh"),
        "null": special("null", tarfile.CHRTYPE),
        "disk": special("disk", tarfile.BLKTYPE),
        "pipe": special("pipe", tarfile.FIFOTYPE),
    }
    good, bad = read(tarred(here / "x.tar", ("honest.sh", SCRIPT), *kinds.values()))
    assert list(good) == ["x.tar/honest.sh"]
    assert {name.removeprefix("x.tar/") for name in bad} == set(kinds)
    link = zipfile.ZipInfo("soft")
    link.external_attr = 0o120777 << 16
    good, bad = read(zipped(here / "x.zip", (link, b"/etc/passwd"), ("honest.sh", SCRIPT)))
    assert (list(good), list(bad)) == (["x.zip/honest.sh"], ["x.zip/soft"])


def test_links_and_pipes_in_folders_are_not_followed(here: Path) -> None:
    (here / "class/a").mkdir(parents=True)
    (here / "class/a/up").symlink_to(here)
    (here / "class/passwd").symlink_to("/etc/passwd")
    (here / "class/gone").symlink_to("/nowhere")
    os.mkfifo(here / "class/pipe")
    (here / "class/ok.sh").write_bytes(SCRIPT)
    good, bad = read(here / "class")
    assert list(good) == ["class/ok.sh"]
    assert sorted(bad) == ["class/a/up", "class/gone", "class/passwd", "class/pipe"]
    (here / "mine.sh").symlink_to(here / "class/ok.sh")
    assert list(read(Path("mine.sh"))[0]) == ["mine.sh"], "a link that the instructor names is followed"
    assert "not an ordinary file" in read(here / "class/pipe")[1]["class/pipe"]


def forged_size(data: bytes, size: int) -> bytes:
    """A zip of one stored file that claims another size, in its own header and in the list."""
    local, listed = bytearray(data), data.index(b"PK\x01\x02")
    struct.pack_into("<I", local, 22, size)
    struct.pack_into("<I", local, listed + 24, size)
    return bytes(local)


def overlapping(count: int) -> bytes:
    """A zip whose entries all are the same bytes: count times what it seems."""
    kernel = zip_bytes(("a", bytes(1024 * 1024)))
    start = kernel.index(b"PK\x01\x02")
    listed = b"".join(
        kernel[start : start + 28] + struct.pack("<H", 4) + kernel[start + 30 : start + 46] + b"%04d" % number
        for number in range(count)
    )
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(listed), start, 0)
    return kernel[:start] + listed + tail


def pax_header(size: int) -> bytes:
    """A tar whose extended header claims to be that long."""
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, size
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(10_240)


def greedy() -> bytes:
    """An xz file of a few bytes that asks for 4 GiB of memory to unpack (xz-file-format 1.2, 3.1 and 5.3.1)."""
    made = bytearray(lzma.compress(bytes(2048)))
    length = (made[12] + 1) * 4
    at = made.index(b"\x21\x01", 12)
    made[at + 2] = 40
    struct.pack_into("<I", made, 12 + length - 4, zlib.crc32(made[12 : 12 + length - 4]))
    return bytes(made)


def sparse(size: int) -> bytes:
    """A tar with a file of holes alone."""
    info = tarfile.TarInfo("holes")
    info.type, info.size = tarfile.GNUTYPE_SPARSE, 0
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[483:495] = b"%011o\0" % min(size, 8**11 - 1)
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + bytes(10_240)


def full() -> bytes:
    """A file as large as one may be, which packs well, though not as only a bomb does."""
    return b"".join(bytes(1004) + os.urandom(20) for _ in range(1024))


@cache
def full_tar() -> bytes:
    """A tar of one file of 66 MiB and an honest one behind it."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, data in (("bomb", bytes(66 * 1024 * 1024)), ("honest.sh", SCRIPT)):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return held.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "zip.zip": lambda: zip_bytes(("bomb", bytes(100 * 1024 * 1024))),
    "many.zip": lambda: zip_bytes(*((f"{number}", full()) for number in range(80))),
    "liar.zip": lambda: forged_size(zip_bytes(("bomb", bytes(20 * 1024 * 1024))), 100),
    "overlap.zip": lambda: overlapping(2_000),
    "nested.zip": lambda: zip_bytes(
        *[("a.zip", zip_bytes(("bomb", bytes(1024 * 1024))))],
        *((f"{n}.zip", zip_bytes(("b", bytes(9)))) for n in range(100)),
    ),
    "bomb.tar.gz": lambda: gzip.compress(full_tar(), 1),
    "bomb.tar.bz2": lambda: bz2.compress(full_tar(), 9),
    "bomb.tar.xz": lambda: lzma.compress(full_tar(), preset=0),
    "pax.tar": lambda: pax_header(2**33),
    "sparse.tar": lambda: sparse(2**40),
    "greedy.tar.xz": greedy,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_told_in_little_time_and_memory(here: Path, name: str) -> None:
    (here / "honest.sh").write_bytes(SCRIPT)
    (here / name).write_bytes(BOMBS[name]())
    tracemalloc.start()
    began = time.process_time()
    good, bad = read(Path("honest.sh"), Path(name))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "honest.sh" in good
    assert sum(map(len, good.values())) <= unpack.MOST_IN_ALL
    assert bad, "it is told"
    assert peak < 200 * 1024 * 1024
    assert time.process_time() - began < 10


@pytest.mark.parametrize("packing", ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_damaged_archives_are_told_in_one_line_and_never_raise(here: Path, packing: str) -> None:
    path = here / f"class.{packing}"
    if packing == "zip":
        zipped(path, *((f"{number}.sh", os.urandom(2000)) for number in range(8)))
    else:
        tarred(path, *((f"{number}.sh", os.urandom(2000)) for number in range(8)), mode=f"w:{packing[4:]}")
    whole = path.read_bytes()
    for cut in range(1, len(whole) - 1, len(whole) // 23):
        path.write_bytes(whole[:cut])
        for why in read(path)[1].values():
            assert "\n" not in why
        broken = bytearray(whole)
        broken[cut : cut + 7] = os.urandom(7)
        path.write_bytes(bytes(broken))
        read(path)


def test_a_tar_with_a_broken_header_in_the_middle_keeps_what_comes_before_and_says_so(here: Path) -> None:
    path = tarred(here / "class.tar", *((f"{name}.sh", SCRIPT) for name in "abc"))
    data = bytearray(path.read_bytes())
    data[1024:1030] = b"\xff" * 6  # the second file's header
    path.write_bytes(bytes(data))
    good, bad = read(path)
    assert list(good) == ["class.tar/a.sh"]
    assert "damaged" in bad["class.tar"]


def test_an_encrypted_entry_is_told_and_the_others_are_read(here: Path) -> None:
    path = zipped(here / "x.zip", ("a.sh", SCRIPT), ("b.sh", SCRIPT), method=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    listed = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[listed + 8] |= 1
    path.write_bytes(bytes(data))
    good, bad = read(path)
    assert list(good) == ["x.zip/b.sh"]
    assert "encrypted" in bad["x.zip/a.sh"]


def test_of_a_name_that_is_twice_the_last_is_taken_and_the_first_is_told(here: Path) -> None:
    good, bad = read(tarred(here / "x.tar", ("a.sh", b"first"), ("a.sh", b"last")))
    assert sorted(good.values()) == [b"last"]
    assert ["later file of this name" in why for why in bad.values()] == [True]
    with pytest.warns(UserWarning, match="Duplicate"):
        zipped(here / "x.zip", ("a.sh", b"first"), ("a.sh", b"last"))
    good, bad = read(here / "x.zip")
    assert (sorted(good.values()), len(bad)) == ([b"last"], 1)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [("김철수.sh".encode("cp949"), "김철수.sh"), ("Zoë.sh".encode(), "Zoë.sh"), ("Zoë.sh".encode("cp437"), "Zoë.sh")],
)
def test_names_of_older_zips_are_read_as_they_were_meant(here: Path, raw: bytes, shown: str) -> None:
    path = zipped(here / "x.zip", ("x" * len(raw), SCRIPT))
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    assert list(read(path)[0]) == [f"x.zip/{shown}"]


def test_names_of_tars_that_are_no_utf8_are_shown_and_stay_apart(here: Path) -> None:
    path = tarred(here / "x.tar", ("a\udce9.sh", b"1"), ("a\udce8.sh", b"2"))
    assert sorted(read(path)[0].values()) == [b"1", b"2"]


# --- bounds


def test_a_file_above_one_mebibyte_is_told(here: Path) -> None:
    (here / "large.sh").write_bytes(b"#" * (unpack.MOST_BYTES + 1))
    (here / "full.sh").write_bytes(b"#" * unpack.MOST_BYTES)
    good, bad = read(Path("large.sh"), Path("full.sh"))
    assert (list(good), list(bad)) == (["full.sh"], ["large.sh"])


def test_more_files_than_any_class_hands_in_are_not_read(here: Path) -> None:
    path = zipped(here / "x.zip", *((f"{number:04}.sh", b"") for number in range(unpack.MOST_FILES + 1)))
    good, bad = read(path, path)
    assert len(good) == unpack.MOST_FILES
    assert "grade in parts" in bad["x.zip"]


def test_folders_one_in_another_come_to_an_end(here: Path) -> None:
    folder = here / "class"
    for _ in range(40):
        folder = folder / "d"
    folder.mkdir(parents=True)
    (folder / "deep.sh").write_bytes(SCRIPT)
    good, bad = read(Path("class"))
    assert good == {}
    assert "too many folders" in "".join(bad.values())


def test_nothing_in_it_is_told(here: Path) -> None:
    (here / "empty").mkdir()
    _, bad = read(Path("empty"), zipped(here / "empty.zip"), tarred(here / "empty.tar.gz", mode="w:gz"))
    assert sorted(bad) == ["empty", "empty.tar.gz", "empty.zip"]


def test_a_path_that_is_not_there_is_a_slip_told_before_anything_is_read(here: Path) -> None:
    (here / "a.sh").write_bytes(SCRIPT)
    for missing in [Path("b.sh"), Path("n" * 5000), Path("a.sh/b")]:
        with pytest.raises(UsageError, match="there is no file"):
            unpack.found([Path("a.sh"), missing])


def test_the_order_is_the_same_every_time(here: Path) -> None:
    path = zipped(here / "x.zip", *((f"{name}.sh", SCRIPT) for name in "zbaé한"))
    assert list(read(path)[0]) == list(read(path)[0]) == [f"x.zip/{name}.sh" for name in sorted("zbaé한")]
