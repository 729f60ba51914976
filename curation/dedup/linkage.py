"""Which copies form a group: those tied to one picture, and to the one that stays or to most of the
others.

Copies of copies drift: a crop of a picture and its watermarked, bordered copy may fail to be
recognised as one picture, though both are recognised as copies of a third. A chain of such steps
could join what is far apart; so whoever is in a group is tied to the picture that stays, or to the
group's centre and most of its best-tied members."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

CORE = 16
"""The best-tied members of a group, whose ties decide on others: without a limit, ten thousand
copies of one picture would ask for a hundred million ties. Chosen by eye."""


class Place(NamedTuple):
    """Where a picture belongs."""

    keeper: int
    """The picture that stays for it; its own number where it stays itself."""

    centre: int
    """The picture of its group that both are tied to."""


def link(
    size: int,
    ties: Iterable[tuple[int, int]],
    apart: Iterable[tuple[int, int]] = (),
    varied: Iterable[tuple[int, int]] = (),
) -> list[Place]:
    """The place of each of `size` pictures, numbered in keep order, by the pairs that are copies of
    one another.

    The picture with the most ties is the centre of the first group, of equals the better one. Of
    the centre and what is tied to it the best stays, with all that are tied to that one or to more
    than half of the group's core. The rest are placed in the same way; at last, who is left alone
    joins the best kept picture that it is tied to. Pictures that are `apart` are never in one
    group; one that `varied` from the picture that stays is in its group by no others' ties.

    >>> [place.keeper for place in link(4, [(0, 1), (1, 2), (2, 3)])]
    [0, 0, 2, 2]
    """
    tied, foes, variants = _both_ways(ties), _both_ways(apart), _both_ways(varied)
    places = {picture: Place(picture, picture) for picture in range(size)}
    free = set(tied)
    # The most tied first: it is most likely the plain picture that the others were made of.
    for centre in sorted(tied, key=lambda picture: (-len(tied[picture]), picture)):
        if centre in free:
            group = sorted({centre} | (tied[centre] & free))
            members = _members(tied, foes, variants, group)
            places |= {member: Place(members[0], centre) for member in members}
            free -= set(members)
    return _with_the_lonely(list(places.values()), tied, foes)


def _both_ways(pairs: Iterable[tuple[int, int]]) -> defaultdict[int, set[int]]:
    partners: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        partners[one].add(other)
        partners[other].add(one)
    return partners


def _members(
    tied: dict[int, set[int]],
    foes: dict[int, set[int]],
    variants: dict[int, set[int]],
    group: Sequence[int],
) -> list[int]:
    """Who of `group` (in keep order) stays in it; the first always does."""
    everyone, keeper = set(group), group[0]
    best_tied = sorted(group, key=lambda member: (-len(tied[member] & everyone), member))
    core = set(best_tied[:CORE])
    members: dict[int, None] = {}  # a set that keeps its order
    for one in group:
        # Most of the core, not one of it: a chain of single ties could join what is far apart. And
        # what was seen to differ from the picture that stays is no copy of it, whoever it is near.
        by_most = 2 * len(tied[one] & core) > len(core - {one}) and one not in variants[keeper]
        belongs = one == keeper or keeper in tied[one] or by_most
        if belongs and members.keys().isdisjoint(foes[one]):
            members[one] = None
    return [*members]


def _with_the_lonely(
    places: list[Place], tied: dict[int, set[int]], foes: dict[int, set[int]]
) -> list[Place]:
    """`places`, but who was left alone joins the best of the kept pictures before it that it is
    tied to."""
    sizes = Counter(place.keeper for place in places)
    joined = list(places)
    # In keep order, so that whoever is joined to has been placed for good.
    for picture in sorted(tied):
        barred = {joined[foe].keeper for foe in foes[picture]}
        kept = [k for k in tied[picture] - barred if k < picture and joined[k].keeper == k]
        if kept and sizes[picture] == 1:
            joined[picture] = Place(min(kept), picture)
    return joined
