"""The file that a new lab begins with: short, commented, and good as it stands."""

from __future__ import annotations

_SCAFFOLD = """\
# A lab for vethlab. Everything here works as it stands; change it piece by piece and look often:
#   vethlab lint NAME.yaml      is the file well made?
#   vethlab prove NAME.yaml     does each step fail before its answer, pass after it, and is each mistake caught?
#   vethlab start NAME.yaml     be your own first student
# How to go on, and all checks with their arguments: docs/authors.md

lab: NAME                         # the same as the file's name
title: A network of your own
summary: Make a network and put a container on it.
minutes: 10                       # how long a student takes
# servers: 2                      # for two servers on one LAN; then commands and checks may say `on: server2`

uses:                             # every name that the lab may make, and so all that a reset may remove
  networks: [WORD_net]
  containers: [WORD_box]

# setup:                          # commands before the first step, not the student's work
#   - docker network create WORD_net

steps:
  - id: network                   # small letters, digits, hyphens
    title: Make a network
    text: |                       # what to do and why, in markdown, short
      Make a bridge network with the name `WORD_net`. A network of your own has a
      subnet of its own, apart from that of the default bridge.
    matters: >-                   # told after a pass: why it matters in real life, in one sentence
      What is on another network cannot even knock: so a database keeps out of sight.
    do:                           # the model answer: docker commands, one an item, no shell
      - docker network create WORD_net
    check:                        # what must be so afterwards
      - network_exists: {network: WORD_net, driver: bridge}
      - subnets_differ: {networks: [bridge, WORD_net]}
    hints:                        # first a nudge, then the concept, then the shape of the command
      - A container can only join a network that exists.
      - '`docker network` has a command for making one; the driver bridge is what you get without asking.'
      - 'The shape: `docker network create NAME`'
    points: 1

  - id: run
    title: A container on it
    text: |
      Run a container with the name `WORD_box` from the image `IMG` on `WORD_net`,
      in the background.
    matters: Whoever forgets the option is on the default bridge, a neighbour of all others who forgot it.
    do:
      - docker run -i -t -d --name WORD_box --net WORD_net IMG
    check:
      - attached: {containers: [WORD_box], network: WORD_net}
    hints:
      - Without a word about networks a container lands on the default bridge.
      - '`docker run` takes the network with `--net` (or `--network`).'
      - 'The shape: `docker run -i -t -d --name NAME --net NETWORK IMG`'
    mistakes:                     # wrong ways worth naming; the finding must hold the word under `says`
      - do: docker run -i -t -d --name WORD_box IMG
        says: WORD_net
        text: Without `--net` the container is on the default bridge.

  - id: gateway
    title: Its way out
    text: |
      Look at the network with `docker network inspect WORD_net`.
    matters: When a container reaches nothing, its gateway is the first address to ping.
    ask:                          # a question; the truth is computed from the engine, so it is never out of date
      text: What is the address of the gateway of `WORD_net`?
      truth: {gateway: {network: WORD_net}}
      answer:                     # commands whose output holds the answer, for runs without a student
        - {run: docker network inspect WORD_net, find: '"Gateway": "([0-9.]+)"'}
    hints:
      - The gateway is the host's own end of the network.
      - It is under IPAM in the output.
"""


def scaffold(name: str) -> str:
    """The text of a lab called `name`, which is an identifier."""
    return (
        _SCAFFOLD.replace("WORD", name.replace("-", "_"))
        .replace("NAME.yaml", f"{name}.yaml")
        .replace("lab: NAME                         #", f"lab: {name}".ljust(34) + "#")
    )
