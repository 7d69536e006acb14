"""What honest students hand in: by way of a text processor, a page, a terminal, an old editor; and harm in it."""

# ruff: noqa: RUF001

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from runner.docker_requests import containers, networks
from runner.docker_requests.grammar import read as read_line
from runner.docker_requests.model import Asked, Refused, Skipped
from runner.docker_requests.options import Options
from runner.errors import UsageError
from runner.grading import gradescope, typeset, unpack, wire
from runner.grading.batch import Intake
from runner.grading.model import Grade, Line, StepGrade, Submission, Unreadable
from runner.grading.reading import read
from runner.grading.ungraded import about, blank
from runner.lab.loader import find_lab, lab_names, load
from runner.session.events import StepJudged, Verdict
from tests.attacks import ATTACKS
from tests.documents import docx, online_text, paragraphs
from tests.test_unpack import zip_bytes

LABS = {name: load(find_lab(name)) for name in lab_names()}
SCRIPT = "# lab: bridge\ndocker network create mybridge\ndocker ps\n"


def submission(data: bytes | str, file: str = "anna.txt", lab: str | None = "bridge") -> Submission:
    found = read(data.encode() if isinstance(data, str) else data, file, lab=lab, labs=LABS)
    assert isinstance(found, Submission), found
    assert wire.submission_in(json.loads(json.dumps(wire.submission_out(found)))) == found
    return found


def lines(data: bytes | str, file: str = "anna.txt") -> list[str]:
    return [" ".join(line.text.split()) for line in submission(data, file).lines]


def told(data: bytes | str) -> str:
    return " · ".join(note.text for note in submission(data).notes)


@pytest.mark.parametrize("letter", [" ", "\u3000", "\t"])
def test_a_file_of_blanks_takes_no_time(letter: str) -> None:
    began = time.process_time()
    read(("docker ps" + letter * 300_000 + "x").encode(), "anna.txt", lab="bridge", labs=LABS)
    assert time.process_time() - began < 5  # it was minutes


def test_a_mark_of_a_list_is_one_only_where_a_line_begins() -> None:
    assert lines("docker exec x echo • a\ndocker exec x echo - docker ps") == [
        "docker exec x echo • a",
        "docker exec x echo - docker ps",
    ]


@pytest.mark.parametrize("end", ["\r", "\f", "\u2028"])
def test_lines_are_counted_whatever_ends_them(end: str) -> None:
    found = read(("docker ps" + end * 20_001).encode(), "anna.txt", lab="bridge", labs=LABS)
    assert isinstance(found, Unreadable)
    assert "more than 20000 lines" in found.why


_TYPOGRAPHIC = {
    "dashes": lambda line: line.replace("--", "—").replace(" -", " –"),
    "doubled dashes": lambda line: line.replace("-", "––"),
    "hyphens": lambda line: line.replace("-", "\u2011"),
    "quotes": lambda line: line.replace('"', "”").replace("'", "’"),
    "blanks": lambda line: line.replace(" ", "\u3000"),
    "hidden": "\u200b".join,
    "bullet": lambda line: f"• {line}",
    "prompt": lambda line: f"PS C:\\> {line}",
}


@pytest.mark.parametrize("how", _TYPOGRAPHIC)
def test_no_attack_gets_through_in_typographic_dress(how: str) -> None:
    once_hidden = {"carriage", "line-separator", "no-break", "script-curly", "zero-width"}  # plain commands, see above
    for attack in ATTACKS:
        if attack.id not in once_hidden:
            dressed = _TYPOGRAPHIC[how](attack.line)
            found = read(dressed.encode("utf-8", "replace"), "anna.txt", lab="bridge", labs=LABS)
            if isinstance(found, Submission):
                asked = [each.text for each in found.lines if isinstance(read_line(each.text), Asked)]
                assert not asked, attack.id


# --- text processors


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("docker run –it —d –name x —net mybridge IMG", "docker run -it -d --name x --net mybridge IMG"),
        ("docker network create —driver=bridge n", "docker network create --driver=bridge n"),
        ("docker run –itd ––name x IMG", "docker run -itd --name x IMG"),
        ("docker run -itd −−name x IMG", "docker run -itd --name x IMG"),
        ("docker run –-rm –ip 172.72.0.9 –link a:b IMG", "docker run --rm --ip 172.72.0.9 --link a:b IMG"),
        ("docker run -itd –p8080:80 IMG", "docker run -itd -p8080:80 IMG"),
        ("docker run -itd --net‑alias web IMG", "docker run -itd --net-alias web IMG"),
        ("docker exec x ping –c 1 –W 1 y", "docker exec x ping -c 1 -W 1 y"),
        ("docker exec x ip –br addr", "docker exec x ip -br addr"),
        (
            "docker exec –d x sh –c ‘while true; do echo “hi – there” | nc –l –p 8080; done’",
            "docker exec -d x sh -c 'while true; do echo \"hi – there\" | nc -l -p 8080; done'",
        ),
        ("docker info –f “{{.Plugins.Network}}”", 'docker info -f "{{.Plugins.Network}}"'),
        ("docker\u00a0network\u2003create\u3000mybridge", "docker network create mybridge"),
        ("docker network create my\u00adbri\u200bdge\ufeff", "docker network create mybridge"),
        ("Docker network create mybridge", "docker network create mybridge"),
        ("1. docker ps", "docker ps"),
        ("•\tDocker ps", "docker ps"),
        ("docker run \u2026", "docker run ..."),
        ("anna@vm:~$ Docker ps", "docker ps"),
    ],
)
def test_what_a_text_processor_made_of_a_line_is_read_as_it_was_typed(written: str, meant: str) -> None:
    assert lines(written) == [meant]
    assert told(written), "it is told"


@pytest.mark.parametrize(
    "options", [containers._CREATE, containers._RUN, containers._EXEC, containers._REMOVE, networks._CREATE]
)
def test_every_option_is_known_behind_a_long_dash(options: Options) -> None:
    for name in {**options.flags, **options.values}:
        typed = "-" + name if len(name) == 1 else "--" + name
        assert typeset.lines(f"docker x \u2013{name} y")[0].text == f"docker x {typed} y"


def test_a_note_says_what_was_read() -> None:
    found = submission(f"{SCRIPT}docker run –itd \\\n  —name x ‘IMG’\n")
    assert [(note.line, note.kind, note.text) for note in found.notes] == [
        (4, "note", "`–itd` is read as `-itd`; curly quotes are read as straight ones; `—name` is read as `--name`")
    ]
    assert submission(SCRIPT).notes == ()


@pytest.mark.parametrize(
    "line",
    [
        "docker run --net–alias web -itd IMG",  # within a name it may be anything
        "docker network rm my–bridge",
        "docker run —privileged -itd IMG",
        "docker run –v /:/h -itd IMG",
        "docker run -itd —net=container:../1 IMG",
        "docker exec x sh –c “rm -rf /”",
        "docker exec x sh -c ‘nc –e /bin/sh y 80’",
        "docker run --name a\u202ebb IMG",
        "docker network create –d overlay –o encrypted n",
        "docker stop – x–",
    ],
)
def test_what_is_read_otherwise_goes_through_the_same_grammar(line: str) -> None:
    (only,) = submission(line).lines
    assert isinstance(read_line(only.text), Refused)


@pytest.mark.parametrize(
    ("attack", "meant"),
    [
        ("carriage", ["docker ps", "docker rm -f x"]),
        ("line-separator", ["docker ps", "docker rm -f x"]),
        ("no-break", ["docker run IMG"]),
        ("script-curly", ["docker exec x sh -c 'id'"]),
        ("zero-width", ["docker network rm mybridge"]),
    ],
)
def test_a_line_that_hid_something_is_the_plain_commands_that_the_report_shows(attack: str, meant: list[str]) -> None:
    (line,) = [each.line for each in ATTACKS if each.id == attack]
    assert lines(line) == meant


def test_a_long_dash_in_a_journal_stays_the_mistake_that_it_was() -> None:
    from tests.test_submissions import command, journal

    line = "docker network create —driver bridge mybridge"
    found = submission(json.dumps(journal(command(line))))
    assert [each.text for each in found.lines] == [line]


def test_comments_keep_their_letters() -> None:
    found = submission("#\u00a0student: D’Arcy – O’Brien\n# answer list-networks: “null”\ndocker ps\n")
    assert found.student == "D’Arcy – O’Brien"
    assert [each.text for each in found.answers] == ["“null”"]


def test_bullets_before_comments_and_sentences_with_apostrophes() -> None:
    found = submission("• # answer list-networks: null\n• docker ps\n• exit\nMy dear teacher, that’s all “I” did.\n")
    assert [each.text for each in found.answers] == ["null"]
    assert [line.text for line in found.lines[:2]] == ["docker ps", "exit"]
    assert read_line(found.lines[2].text) == Refused("`My` is no docker command, and only those are played")


@pytest.mark.parametrize("end", ["\r", "\x0b", "\u2028", "\r\n"])
def test_every_end_of_a_line_is_one(end: str) -> None:
    assert lines(SCRIPT.replace("\n", end)) == ["docker network create mybridge", "docker ps"]


# --- terminals

PROMPTS = (
    "$ ", "anna@vm:~$ ", "root@3f2a1b:/# ", "PS C:\\Users\\Anna Lee> ", "PS /home/anna> ", "C:\\Users\\anna>",
    "(base) anna@mac ~ % ", "bash-5.1# ", "/ # ", "[anna@vm ~]$ ", "anna@vm ~> ",
)  # fmt: skip


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_that_was_copied_along_is_left_out(prompt: str) -> None:
    (line,) = submission(f"{prompt}docker network create mybridge\n{prompt.rstrip()}\n").lines
    assert isinstance(read_line(line.text), Asked)


def test_where_all_commands_are_comments_the_prompt_was_roots() -> None:
    script = "# lab: bridge\n# docker network create mybridge\n#\n# docker ps\n"
    assert lines(script) == ["docker network create mybridge", "docker ps"]
    assert lines(script + "docker info\n") == ["docker info"], "else what is commented out stays so"


def test_lines_that_go_on_are_joined_without_their_prompts() -> None:
    bash = (
        "$ docker run -itd \\\n> --name x \\\n> IMG\n$ docker exec -d x sh -c 'while true; do\n> nc -l -p 80; done'\n"
    )
    assert lines(bash) == [
        "docker run -itd --name x IMG",
        "docker exec -d x sh -c 'while true; do nc -l -p 80; done'",
    ]
    power = "PS C:\\> docker run -itd `\n>> --name x `\n>> IMG\n"
    assert lines(power) == ["docker run -itd --name x IMG"]
    assert lines("C:\\>docker run -itd ^\nMore? --name x IMG\n") == ["docker run -itd --name x IMG"]
    assert lines("> docker ps\n> docker info\n") == ["docker ps", "docker info"]


TERMINAL = """\
anna@vm:~$ docker network ls
NETWORK ID     NAME      DRIVER    SCOPE
17e324f45964   bridge    bridge    local
6ed54d316334   host      host      local
8867876d79d7   none      null      local
anna@vm:~$ docker run -i -t -d --name bridge_first ubuntu:24.04
Unable to find image 'ubuntu:24.04' locally
24.04: Pulling from library/ubuntu
de44b265507a: Pull complete
Digest: sha256:80dd3c3b9c6cecb9f1667e9290b3bc61b78c2678c02cbdae5f0fea92cc6734ab
Status: Downloaded newer image for ubuntu:24.04
3f2a9c1b7d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8
anna@vm:~$ docker ps
CONTAINER ID   IMAGE          COMMAND       CREATED         STATUS         PORTS     NAMES
3f2a9c1b7d5e   ubuntu:24.04   "/bin/bash"   3 seconds ago   Up 2 seconds             bridge_first
anna@vm:~$ docker stop bridge_first
bridge_first
anna@vm:~$ docker exec bridge_first ifconfig
eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
        inet 172.17.0.2  netmask 255.255.0.0  broadcast 172.17.255.255
        ether 02:42:ac:11:00:02  txqueuelen 0  (Ethernet)
        RX packets 12  bytes 1016 (1.0 KB)
        RX errors 0  dropped 0  overruns 0  frame 0
        TX packets 0  bytes 0 (0.0 B)

eth0      Link encap:Ethernet  HWaddr 02:42:AC:11:00:02
          inet addr:172.17.0.2  Bcast:172.17.255.255  Mask:255.255.0.0
          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1
          collisions:0 txqueuelen:0
anna@vm:~$ docker exec bridge_first ping -c 2 172.17.0.1
PING 172.17.0.1 (172.17.0.1) 56(84) bytes of data.
64 bytes from 172.17.0.1: icmp_seq=1 ttl=64 time=0.071 ms

--- 172.17.0.1 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 1011ms
rtt min/avg/max/mdev = 0.071/0.072/0.073/0.001 ms
From 172.17.0.2 icmp_seq=1 Destination Host Unreachable
ping: alicek106: Name or service not known
anna@vm:~$ docker network inspect mybridge
[
    {
        "Name": "mybridge",
        "EnableIPv6": false,
        "IPAM": {
            "Config": [
                {
                    "Subnet": "172.18.0.0/16"
                }
            ]
        },
        "Options": {},
        "Args": [
            "-c"
        ]
    }
]
root@3f2a9c1b7d5e:/# read escape sequence
anna@vm:~$ docker network connect mybridge network_host
Error response from daemon: container sharing network namespace with another container or host cannot be connected
anna@vm:~$ docker exec bridge_first ip addr
2: eth0@if9: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default
    link/ether 02:42:ac:11:00:02 brd ff:ff:ff:ff:ff:ff link-netnsid 0
    inet 172.17.0.2/16 brd 172.17.255.255 scope global eth0
       valid_lft forever preferred_lft forever
default via 172.17.0.1 dev eth0
172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.0.2
anna@vm:~$ docker info -f '{{.Plugins.Network}}'
[bridge host ipvlan macvlan null overlay]
anna@vm:~$ docker exec bridge_first nslookup alicek106
Server:         127.0.0.11
Address:        127.0.0.11#53

Non-authoritative answer:
Name:   alicek106
Address: 172.18.0.2
** server can't find x: NXDOMAIN
tcp        0      0 0.0.0.0:8080            0.0.0.0:*               LISTEN
127.0.0.1       localhost
nameserver 127.0.0.11
anna@vm:~$
"""


def test_a_copied_terminal_is_its_commands_and_one_note() -> None:
    found = submission(TERMINAL)
    typed = [line.partition("$ ")[2] for line in TERMINAL.splitlines() if "$ docker" in line]
    assert [line.text for line in found.lines] == typed
    assert not any(isinstance(read_line(line.text), Refused) for line in found.lines)
    count = len([line for line in TERMINAL.splitlines() if line.strip()]) - len(typed)
    assert [(note.line, note.text) for note in found.notes] == [
        (0, f"prompts or marks of a list before {len(typed)} lines are left out"),
        (0, f"{count} lines look like output of commands, and were left out"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "docker ps", "sudo docker ps", "ping -c 1 y", "ip addr", "ifconfig", "exit", "network create mybridge",
        "run -itd IMG", "exec x ifconfig", "--name x IMG", "vethlab check", "dokcer ps", "I made the network then",
        "mybridge", "while true; do docker ps; done", "[ -e x ]", "{ docker ps; }", "echo '{'", "FROM ubuntu",
    ],
)  # fmt: skip
def test_what_may_be_a_command_is_never_left_out_as_output(line: str) -> None:
    assert lines(f"docker network create mybridge\n{line}\n")[1:] == [line]


def test_what_goes_on_a_command_is_no_output() -> None:
    assert lines('docker network inspect \\\n"mybridge"\n') == ['docker network inspect "mybridge"']


def test_one_line_of_output_is_told_where_it_stands() -> None:
    assert [(note.line, note.kind) for note in submission("docker ps\nnameserver 127.0.0.11\n").notes] == [
        (2, "skipped")
    ]
    found = read(b"nameserver 127.0.0.11\n", "a.txt", lab="bridge", labs=LABS)
    assert isinstance(found, Unreadable)


@pytest.mark.parametrize("piece", ["a " * 1000, "0" * 999, "[" * 999, "\u2013", "a\u2013 '", ">", "docker stop x", "`"])
def test_half_a_megabyte_of_anything_takes_no_time(piece: str) -> None:
    began = time.process_time()
    for separator in ("", "\n", " "):
        data = (piece + separator) * (500_000 // len(piece + separator) // len(piece.encode()) + 1)
        read(data.encode()[:1_000_000], "a.txt", lab="bridge", labs=LABS)
    assert time.process_time() - began < 10


# --- encodings


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8-sig", "김민준"), ("utf-16", "김민준"), ("cp949", "김민준"), ("euc-kr", "이서연 (브리지 실습)"),
        ("latin-1", "Jörg Müller"), ("cp1252", "Ärger Ünal"), ("cp1252", "Zoë “Ø” Čapek".replace("Č", "C")),
        ("latin-1", "François Gérard"),
    ],
)  # fmt: skip
def test_another_encoding_costs_neither_file_nor_name(encoding: str, name: str) -> None:
    found = submission(f"# student: {name}\ndocker network create “mybridge”\n".encode(encoding, "ignore"))
    assert found.student == name
    assert found.lines[0].text.startswith("docker network create")
    assert bool(found.remarks) == (not encoding.startswith("utf")), "what was guessed is told"


def test_a_damaged_byte_among_good_ones_costs_no_letter_of_the_others() -> None:
    found = submission("# student: 김민준\ndocker ps\n# ".encode() + b"\xff\n")
    assert found.student == "김민준"
    assert "line 3" in found.remarks[0]


# --- pages


def test_an_online_text_is_read_as_its_lines() -> None:
    page = online_text(
        "<p># lab: bridge<br>docker network create&nbsp;mybridge</p><p>docker run -i -t -d \\<br />\n--name x "
        "--net mybridge <b>IMG</b></p><ol><li>docker&nbsp;ps</li><li><span style='a>b'>docker info</span></li></ol>"
        "<pre>docker stop x\ndocker start x</pre><div>docker exec x sh -c 'cat &lt; /etc/hosts'</div>"
        "<script>docker rm -f x</script><style>docker rm -f y</style><!-- docker rm -f z -->"
    )
    file = "Anna Lee_12345_assignsubmission_onlinetext_/onlinetext.html"
    found = submission(page, file)
    assert (found.student, found.lab, found.notes) == ("Anna Lee", "bridge", ())
    assert [" ".join(line.text.split()) for line in found.lines] == [
        "docker network create mybridge", "docker run -i -t -d --name x --net mybridge IMG", "docker ps", "docker info",
        "docker stop x", "docker start x", "docker exec x sh -c 'cat < /etc/hosts'",
    ]  # fmt: skip


def test_a_page_is_known_by_its_begin_or_its_name() -> None:
    page = "<p>docker network create\nmybridge</p>\n<p>Then:\ndocker ps</p>"
    assert lines(page) == ["docker network create mybridge", "Then:", "docker ps"]
    assert lines(f"My work: {page}", "anna.htm") == ["My work:", *lines(page)]
    assert lines(f"docker ps # {page}", "anna.sh")[0] == "docker ps # <p>docker network create"


def test_no_markup_of_a_page_is_left_and_what_was_typed_as_text_is_text() -> None:
    found = submission("<p>docker ps</p><img src=x onerror='alert(1)'><p>&lt;script&gt;alert(1)&lt;/script&gt;</p>")
    assert [line.text for line in found.lines] == ["docker ps", "<script>alert(1)</script>"]
    (refused,) = [each for line in found.lines if isinstance(each := read_line(line.text), Refused)]
    assert "onerror" not in refused.why


@pytest.mark.parametrize(
    "piece",
    [
        "<p>",
        "<div ",
        "<",
        "<!--",
        "<!",
        "<a b='",
        "</p",
        "&lt;",
        "&#9999999999;",
        "&#x",
        "<script>",
        "<p\n",
        " \n",
        "<pre>",
    ],
)
def test_a_page_that_is_made_to_take_long_does_not(piece: str) -> None:
    began = time.process_time()
    page = "<html>docker ps<p>" + piece * (1_000_000 // len(piece))
    read(page.encode(), "a.html", lab="bridge", labs=LABS)
    assert time.process_time() - began < 10


def test_the_empty_page_that_moodle_exports_beside_a_file_is_no_hand_in(tmp_path: Path) -> None:
    name = "Anna Lee_12345_assignsubmission_{}_/"
    path = tmp_path / "x.zip"
    path.write_bytes(
        zip_bytes(
            (name.format("file") + "bridge.sh", SCRIPT.encode()),
            (name.format("onlinetext") + "onlinetext.html", online_text("<p>&nbsp;</p>")),
        )
    )
    (found,) = Intake((path,), None, LABS)
    assert found.student == "Anna Lee"


# --- Word


def unpacked(path: Path, data: bytes) -> bytes | str:
    """The text of the one file there, or why there is none."""
    path.write_bytes(data)
    (found,) = unpack.found([path])
    return found.why if isinstance(found, Unreadable) else found[1]


def test_a_word_document_is_its_paragraphs(tmp_path: Path) -> None:
    body = paragraphs(SCRIPT) + (
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>docker stop</w:t><w:tab/><w:t>x</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "<w:p><w:r><w:t>docker run \\</w:t><w:br/><w:t>--name x --net</w:t><w:noBreakHyphen/>"
        "<w:t>alias a IMG</w:t></w:r></w:p>"
        "<w:p><w:del><w:r><w:delText>docker rm -f x</w:delText></w:r></w:del><w:r>"
        "<w:instrText>docker kill x</w:instrText></w:r></w:p>"
    )
    text = unpacked(tmp_path / "anna.docx", docx(body))
    assert isinstance(text, bytes)
    assert lines(text) == [
        "docker network create mybridge", "docker ps", "docker stop x", "docker run --name x --net-alias a IMG",
    ]  # fmt: skip


def test_a_word_document_in_a_students_archive_in_the_classes_is_read(tmp_path: Path) -> None:
    inner = zip_bytes(("work.docx", docx(paragraphs(SCRIPT))))
    path = tmp_path / "class.zip"
    path.write_bytes(zip_bytes(("anna.zip", inner), ("ben.docx", docx(paragraphs(SCRIPT)))))
    found = [each for each in unpack.found([path]) if not isinstance(each, Unreadable)]
    assert [name.rpartition("class.zip/")[2] for name, _ in found] == ["anna.zip/work.docx", "ben.docx"]
    assert {data for _, data in found} == {SCRIPT.encode().rstrip()}


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
HARM = {
    "entities": docx("<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", before=f'<!DOCTYPE d [<!ENTITY l0 "a">{LAUGHS}]>'),
    "a file": docx("<w:p><w:t>&x;</w:t></w:p>", before='<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "a document type": docx(paragraphs(SCRIPT), before="<!DOCTYPE d>"),
    "nested": docx("<w:p>" * 100_000),
    "pictures alone": docx("<w:p><w:r><w:drawing/></w:r></w:p>"),
    "broken": docx("<w:p><w:r>"),
    "a bomb": docx("<w:p/>" * 4_000_000),
    "too much": docx("".join(f"<w:p><w:t>docker ps {n * 7919}</w:t></w:p>" for n in range(260_000))),
}


@pytest.mark.parametrize("which", HARM)
def test_a_word_document_that_is_made_to_do_harm_is_told_in_one_line(tmp_path: Path, which: str) -> None:
    began = time.process_time()
    why = unpacked(tmp_path / "a.docx", HARM[which])
    assert isinstance(why, str)
    assert "root:" not in why
    assert time.process_time() - began < 10


# --- the wrong lab

HOST = "docker run -i -t -d --name network_host --net host IMG\ndocker network connect mybridge network_host\n"


def ended(found: Submission, proof: str = "") -> Grade:
    step = LABS[found.lab].steps[0]
    judged = StepJudged(found.lab, step.id, step.title, Verdict.PASS if proof else Verdict.NOT_YET, 0.0, ())
    grade = Grade(found.file, "", found.lab, "", (StepGrade(step.id, step.title, judged.verdict, proof, judged),))
    return about(grade, found)


def test_work_of_another_lab_is_told_where_nothing_of_it_counts() -> None:
    found = submission(HOST)
    assert ended(found).remarks == ("nothing here is of the lab bridge; the names are those of host",)
    assert ended(found, "proved").remarks == ()
    assert blank(found).remarks == ()


@pytest.mark.parametrize(
    "script",
    [
        "docker network create mybridge\n",  # of five labs
        HOST + "docker run -itd --name bridge_first IMG\n",
        HOST + "docker run -itd --name network_none --net none IMG\n",
        HOST + "# answer list-networks: null\n",
        "docker run -itd --name mine IMG\n",
    ],
)
def test_a_lab_is_not_guessed_where_the_names_do_not_say_it(script: str) -> None:
    assert submission(script).other_lab == ""


# --- Gradescope

METADATA = {
    "id": 123456, "created_at": "2018-07-01T14:22:32.365935-07:00", "assignment": {"title": "Lab", "group_size": 4},
    "users": [{"email": "anna@example.org", "id": 1, "name": "Anna Berg"}], "previous_submissions": [],
}  # fmt: skip


def test_gradescope_says_whose_a_submission_is(tmp_path: Path) -> None:
    handed_in = tmp_path / "submission"
    handed_in.mkdir()
    (handed_in / "bridge.sh").write_text("# student: Ben\ndocker ps\n")
    (tmp_path / gradescope.NAME).write_text(json.dumps(METADATA))
    for path in (handed_in, handed_in / "bridge.sh"):
        file = gradescope.beside([path])
        assert file == tmp_path / gradescope.NAME
        (found,) = Intake((path,), None, LABS, gradescope.student(file))
        assert isinstance(found, Submission)
        assert found.student == "Anna Berg"
        assert "by Ben, and the platform that it is by Anna Berg" in found.remarks[0]
    assert gradescope.beside([handed_in, handed_in]) is None


def test_what_a_student_lays_within_says_nothing_of_whose_it_is(tmp_path: Path) -> None:
    handed_in = tmp_path / "submission"
    handed_in.mkdir()
    (handed_in / gradescope.NAME).write_text(json.dumps(METADATA))
    assert gradescope.beside([handed_in]) is None
    assert gradescope.beside([handed_in / "bridge.sh"]) is None
    inner = handed_in / "submission"
    inner.mkdir()
    (inner / "bridge.sh").write_text("docker ps\n")
    (tmp_path / gradescope.NAME).write_text(json.dumps(METADATA))
    assert gradescope.beside([inner]) == gradescope.beside([inner / "bridge.sh"]) == tmp_path / gradescope.NAME
    other = tmp_path / "class" / "anna" / "work"
    other.mkdir(parents=True)
    (other.parent / gradescope.NAME).write_text(json.dumps(METADATA))
    assert gradescope.beside([other]) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (json.dumps({"users": [{"name": "Anna"}, {"name": None, "email": "b@example.org"}]}), "Anna, b@example.org"),
        (json.dumps({"users": [{"name": "\x1b[31mAnna\u202e"}]}), "Anna"),
        ("{}", None), ('{"users": []}', None), ("[" * 100_000, None), ('{"users": {"name": 1}}', None), ("\xff", None),
    ],
)  # fmt: skip
def test_metadata_are_read_or_refused_in_a_line(tmp_path: Path, text: str, name: str | None) -> None:
    file = tmp_path / gradescope.NAME
    file.write_text(text)
    if name:
        assert gradescope.student(file) == name
    else:
        with pytest.raises(UsageError, match="names no student"):
            gradescope.student(file)
    with pytest.raises(UsageError, match="cannot be read"):
        gradescope.student(tmp_path / "none.json")


def test_skipped_lines_of_a_terminal_cost_nothing() -> None:
    assert isinstance(read_line("/ # ifconfig"), Skipped)
    assert submission("docker ps\n").lines == (Line(1, "docker ps"),)
