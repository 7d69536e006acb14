"""Lines of a script that are what a command printed: copied from a terminal along with the commands."""

from __future__ import annotations

import re

from runner.docker_requests.bare import KNOWN

_ID = r"(?:sha256:)?[0-9a-f]{12,64}"
_ADDRESS = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_HEADS = (
    r"NETWORK ID\s+NAME\s",
    r"CONTAINER ID\s+IMAGE\s",
    r"(?:REPOSITORY|IMAGE)\s+(?:TAG|ID)\s",
    r"NAME\s+(?:DESCRIPTION|DOCKER ENDPOINT|TYPE)\s",
    r"(?:Active (?:Internet connections|UNIX domain sockets)|Proto\s+Recv-Q|Netid\s+State)\b",
    r"(?:Kernel IP routing table|Destination\s+Gateway)\b",
)
_DOCKER = (
    rf"{_ID}\s*$",  # what run -d and network create print
    rf"{_ID}\s+\S+\s+(?:bridge|host|null|macvlan|ipvlan|overlay)\s+(?:local|swarm|global)\s*$",
    rf"{_ID}\s+\S+\s+\"[^\"]*\"?\s",
    rf"\S+\s+\S+\s+{_ID}\s+.*\bago\s+[0-9.]+ ?[kMG]?B\s*$",
    r"(?:docker: )?Error response from daemon: ",
    r"(?:Unable to find image|Status: (?:Downloaded|Image)|Digest: sha256:|See 'docker |\S+: Pulling from )",
    r"[0-9a-f]{12}: (?:Pull|Pulling|Already|Download|Verifying|Waiting|Extracting)\b",
    r"\[(?:[a-z0-9]+ ){0,20}(?:bridge|host|null)(?: [a-z0-9]+){0,20}\]\s*$",  # docker info's networks
)
_JSON = (
    r"[\[\]{}]+,?\s*$",
    r"\"[^\"]*\"\s*:\s*(?:[\[{\"]|null|true|false|-?[0-9])",
    r"\"[^\"]*\",?\s*$",
)
_INTERFACES = (
    r"[a-z][\w.@-]{0,20}:? (?: *Link encap:|flags=[0-9]+<)",
    r"(?:inet|inet6|ether|loop|RX|TX|unspec)[ :]",
    r"(?:UP|LOOPBACK|BROADCAST)\b.*\b(?:MTU:|RUNNING|MULTICAST)",
    r"collisions:|device (?:interrupt|memory)\b|Interrupt:",
    r"[0-9]{1,4}: [\w.@-]{1,40}: <",
    r"link/\w+ |valid_lft |link-netns(?:id)? ",
    rf"[\w.-]{{1,20}}(?:@\S+)?\s+(?:UP|DOWN|UNKNOWN)\s+(?:{_ADDRESS}|[0-9a-f]{{2}}:|[0-9a-f:]+/)",
    rf"(?:default via {_ADDRESS}|{_ADDRESS}(?:/[0-9]+)? (?:dev|via) )",
    rf"{_ADDRESS}\s+{_ADDRESS}\s+{_ADDRESS}\s+[UGH!]+\s",
)
_REACHING = (
    r"PING \S+ \(",
    r"[0-9]+ bytes from ",
    r"read escape sequence\s*$",  # docker's, after ctrl-p ctrl-q
    r"--- \S+ (?:ping )?statistics ---",
    r"[0-9]+ packets? transmitted, ",
    r"(?:rtt|round-trip) min/avg/max",
    r"From \S+ (?:\([^)]*\) )?icmp_seq=",
    r"(?:Request timeout for|\^C$|connect: Network is unreachable)",
    r"(?:ping|ping6|nc|netcat|curl|wget|nslookup|docker|sh|bash|-?bash|ash|/bin/sh|exec|OCI runtime exec failed): ",
    r"(?:Server|Address|Address [0-9]+|Name):\s+\S",
    r"Non-authoritative answer:|\*\* server can't find |;; ",
    r"(?:tcp|udp|tcp6|udp6)\s+[0-9]+\s+[0-9]+\s+\S+:\S+\s",
    rf"(?:{_ADDRESS}|::1|f[ef][0-9a-f]{{2}}::[0-9a-f]*)\s+[\w.-]+",  # the hosts file
    rf"(?:nameserver {_ADDRESS}|search \S+|options \S+:[0-9]+|Connection to \S+ )",
)
_PROMPTS = (  # with nothing behind them
    r"(?:\([\w.-]{1,40}\) )?[A-Za-z0-9_.-]{1,63}@[\w.-]{1,63}[: ]\S{0,80} ?[#$%>]?\s*$",
    r"\[[A-Za-z0-9_.-]{1,63}@[\w.-]{1,63} \S{0,80}\][#$%]\s*$",
    r"[\w.-]{1,63}@[\w.-]{1,63} MINGW(?:32|64) \S",
    r"(?:[$%>]|/\S{0,80} [#$]|(?:ba)?sh-[0-9.]+[#$]|PS [^<>|]{1,120}>|[A-Za-z]:\\[^<>|]{0,120}>)\s*$",
)
_PRINTED = tuple(
    re.compile(shape) for shape in (*_HEADS, *_DOCKER, *_JSON, *_INTERFACES, *_REACHING, *_PROMPTS)
)  # each is matched at the line's begin, and has no part that could be read in two ways
_ECHOING = re.compile(r".{0,200}?\bdocker\s+(?:container\s+|network\s+)?(?:start|stop|restart|kill|rm|remove)\s")
_WORD = re.compile(r"[A-Za-z0-9][\w.-]{0,62}")
_LONGEST = 2000


class Outputs:
    """Knows a line that was printed. It is told every line in turn: docker says the names of what it has stopped."""

    def __init__(self) -> None:
        self._named: set[str] = set()

    def printed(self, line: str) -> bool:
        """Whether no command can be meant with the line. One that begins with a word of a command's never is one."""
        bare = line.strip(" \t")
        words = bare[:_LONGEST].split()
        if not words:
            return False
        if _ECHOING.match(bare[:_LONGEST]):
            self._named.update(words)
        if words[0] in KNOWN:
            return False
        if len(words) == 1 and words[0] in self._named and _WORD.fullmatch(words[0]):
            return True
        return any(shape.match(bare[:_LONGEST]) for shape in _PRINTED)
