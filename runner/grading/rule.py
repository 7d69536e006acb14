"""When a step has its points: a table of colours, moment by moment, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Colour(Enum):
    """How a step looked at one moment. `BLIND` says nothing about it, neither way."""

    RED = "red"
    GREEN = "green"
    BLIND = "blind"


@dataclass
class Grants:
    """Which steps have their points, told as the moments come.

    `does` says of each step, in the lab's order, whether it is to change something: it has no question and does not
    only look. Such a step has its points when it is green and was seen red since the latest earlier one got its own;
    where all earlier ones have theirs, one command may bring two steps, so that the moment before is enough. A step
    that looks or asks has its points at the first moment at which it is green.
    """

    does: Sequence[bool]
    granted: dict[int, int] = field(default_factory=dict)  # step → moment
    _moment: int = -1
    _red: dict[int, int] = field(default_factory=dict)  # step → the latest moment at which it was seen red
    _last: dict[int, Colour] = field(default_factory=dict)  # step → its colour when it was seen last

    def see(self, colours: Mapping[int, Colour]) -> tuple[int, ...]:
        """The next moment: the steps that get their points at it. The colours are those of steps without points."""
        self._moment += 1
        new = []
        for step in sorted(colours):
            if step not in self.granted and colours[step] is Colour.GREEN and self._earned(step):
                self.granted[step] = self._moment
                new.append(step)
        for step, colour in colours.items():
            if colour is Colour.RED:
                self._red[step] = self._moment
            if colour is not Colour.BLIND:
                self._last[step] = colour
        return tuple(new)

    def waits_for(self, step: int) -> tuple[int, ...]:
        """The earlier steps that are to change something and have no points."""
        return tuple(each for each in range(step) if self.does[each] and each not in self.granted)

    def _earned(self, step: int) -> bool:
        if not self.does[step]:
            return True
        if step not in self._red:
            return False
        since = max((self.granted[each] for each in range(step) if self.does[each] and each in self.granted), default=0)
        if since == self._moment and not self.waits_for(step):
            return self._last[step] is Colour.RED
        return self._red[step] >= since
