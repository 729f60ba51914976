"""The figures of the house: rooms, floors, arrows between rooms, arrows back, circles.

    python benchmarks/house.py [--root DIR] [--json]

A room is what lies directly under `curation/`, a package or a module, and each of `assets`,
`pipelines` and `benchmarks`. An import counts wherever it is written: at the top, inside a
function, or for the type checker alone. What is counted:

- floors: the rooms on the longest chain of arrows, those back left out
- arrows between rooms: pairs of rooms of which one imports something of the other
- imports between rooms: the same, as pairs of files
- arrows back: arrows against the order of rooms (`ORDER`). A tree with other rooms is measured by
  the best order that a search finds for it, which flatters it
- circles: sets of two or more rooms, or files, that can all be reached from each other

`tests/test_architecture.py` fails on a circle and on an arrow back.
"""

from __future__ import annotations

import argparse
import ast
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

ORDER = (
    "base",
    "serving",
    "spread",
    "store",
    "drawing",
    "gather",
    "evidence",
    "people",
    "dedup",
    "verdict",
    "training",
    "ablation",
    "experiments",
    "runs",
    "publish",
    "report",
    "review",
    "sample",
    "project",
    "assets",
    "pipelines",
    "inksift",
    "benchmarks",
)
"""The order of rooms: each may import those before it."""

LIBRARY = "curation"
PROGRAMS = ("assets", "pipelines", "inksift", "benchmarks")
IMPORTED_THROUGH = "inksift."
"""The package that the library, `assets` and `pipelines` are imported through."""


class Arrow(NamedTuple):
    """That `start` imports `end`: two files, as dotted names, or two rooms."""

    start: str
    end: str


@dataclass(frozen=True)
class House:
    """The modules of a checkout, by dotted name."""

    root: Path
    files: dict[str, Path]

    @classmethod
    def at(cls, root: Path) -> House:
        """The house in a checkout; ValueError where there is none."""
        found = {
            _dotted(path.relative_to(root)): path
            for package in (LIBRARY, *PROGRAMS)
            for path in sorted((root / package).rglob("*.py"))
        }
        if not found:
            raise ValueError(f"{root} holds no {LIBRARY}/: give the root of a checkout")
        return cls(root, found)

    @cached_property
    def imports(self) -> set[Arrow]:
        """Which file imports which."""
        return {
            Arrow(name, target)
            for name, path in self.files.items()
            for target in self._imported(name, path)
            if target != name
        }

    @cached_property
    def rooms(self) -> set[str]:
        """The names of all rooms."""
        return {room for name in self.files if (room := room_of(name))}

    @cached_property
    def arrows(self) -> set[Arrow]:
        """Which room imports which."""
        return {Arrow(room_of(start), room_of(end)) for start, end in self.between_rooms}

    @cached_property
    def between_rooms(self) -> set[Arrow]:
        """The imports that leave a room."""
        return {
            arrow
            for arrow in self.imports
            if room_of(arrow.end) and room_of(arrow.start) != room_of(arrow.end)
        }

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The declared order, or the best one that was found for a house with other rooms."""
        return ORDER if self.rooms <= set(ORDER) else best_order(self.rooms, self.arrows)

    def _imported(self, name: str, path: Path) -> Iterator[str]:
        for asked in _asked_for(ast.parse(path.read_text(encoding="utf-8"))):
            owner = asked.rpartition(".")[0]
            meant = [asked, owner]
            if name.startswith("benchmarks."):  # scripts, which import those beside them by name
                meant += [f"benchmarks.{asked}", f"benchmarks.{owner}"]
            yield from [known for known in meant if known in self.files][:1]


def room_of(name: str) -> str:
    """The room of a module, "" for that of the library as a whole.

    >>> room_of("curation.dedup.pairs"), room_of("assets.dedup"), room_of("curation")
    ('dedup', 'assets', '')
    """
    package, _, rest = name.partition(".")
    return rest.partition(".")[0] if package == LIBRARY else package


def backwards(arrows: Collection[Arrow], order: tuple[str, ...]) -> set[Arrow]:
    """The arrows from a room to a later one."""
    place = {room: number for number, room in enumerate(order)}
    return {arrow for arrow in arrows if place[arrow.end] > place[arrow.start]}


def circles(arrows: Collection[Arrow]) -> list[set[str]]:
    """The sets of two or more names that can all be reached from each other, largest first.

    >>> [sorted(circle) for circle in circles({Arrow("a", "b"), Arrow("b", "a"), Arrow("b", "c")})]
    [['a', 'b']]
    """
    reach = _reach(arrows)
    together = {frozenset(there for there in reach[name] if name in reach[there]) for name in reach}
    found = [set(circle) for circle in together if len(circle) > 1]
    return sorted(found, key=lambda circle: (-len(circle), sorted(circle)))


def floors(arrows: Collection[Arrow], order: tuple[str, ...]) -> int:
    """How many rooms the longest chain passes that never runs back.

    >>> floors({Arrow("b", "a"), Arrow("c", "b"), Arrow("a", "c")}, ("a", "b", "c"))
    3
    """
    forwards = set(arrows) - backwards(arrows, order)
    heights: dict[str, int] = {}
    for room in order:
        below = [heights[end] for start, end in forwards if start == room]
        heights[room] = 1 + max(below, default=0)
    return max(heights.values())


def best_order(rooms: Collection[str], arrows: Collection[Arrow]) -> tuple[str, ...]:
    """An order with few arrows back: rooms are moved, one at a time, for as long as that helps."""
    reach = _reach(arrows)
    order = tuple(sorted(rooms, key=lambda room: (len(reach.get(room, ())), room)))
    while True:
        better = min(_with_one_moved(order), key=lambda tried: len(backwards(arrows, tried)))
        if len(backwards(arrows, better)) >= len(backwards(arrows, order)):
            return order
        order = better


def each_other(arrows: Collection[Arrow]) -> list[Arrow]:
    """The pairs that import each other."""
    return sorted(arrow for arrow in arrows if arrow.start < arrow.end and arrow[::-1] in arrows)


def figures(house: House) -> dict[str, object]:
    """Everything that is counted, by name."""
    back = backwards(house.arrows, house.order)
    return {
        "files": len(house.files),
        "rooms": len(house.rooms),
        "floors": floors(house.arrows, house.order),
        "arrows between rooms": len(house.arrows),
        "imports between rooms": len(house.between_rooms),
        "imports between files": len(house.imports),
        "arrows back": [f"{start} -> {end}" for start, end in sorted(back)],
        "circles of rooms": [sorted(circle) for circle in circles(house.arrows)],
        "circles of files": [sorted(circle) for circle in circles(house.imports)],
        "rooms that import each other": [f"{a} and {b}" for a, b in each_other(house.arrows)],
    }


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _asked_for(tree: ast.Module) -> Iterator[str]:
    """Every dotted name that the statements of a module import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.removeprefix(IMPORTED_THROUGH) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = f"{node.module}.".removeprefix(IMPORTED_THROUGH)
            yield from (f"{module}{alias.name}" for alias in node.names)


def _reach(arrows: Collection[Arrow]) -> dict[str, set[str]]:
    """What can be reached from each name, itself included."""
    ends: dict[str, set[str]] = {}
    for start, end in arrows:
        ends.setdefault(start, set()).add(end)
        ends.setdefault(end, set())
    return {name: _reached_from(name, ends) for name in ends}


def _reached_from(name: str, ends: dict[str, set[str]]) -> set[str]:
    reached, waiting = {name}, [name]
    while waiting:
        new = ends[waiting.pop()] - reached
        reached |= new
        waiting.extend(new)
    return reached


def _with_one_moved(order: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for room in order:
        others = [other for other in order if other != room]
        for place in range(len(order)):
            yield (*others[:place], room, *others[place:])


def _shown(value: object) -> str:
    return f"{len(value)}  {value or ''}" if isinstance(value, list) else str(value)


def main() -> None:
    """Print the figures of a checkout."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1], help="a checkout")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    told = figures(House.at(options.root))
    if options.json:
        print(json.dumps(told))
    else:
        print("\n".join(f"{name:<30}{_shown(value)}" for name, value in told.items()))


if __name__ == "__main__":
    main()
