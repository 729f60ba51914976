"""Families of variants: who belongs together, who is the best, and what of them stays."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from inksift.curation.base.tables import DECISIONS, DUPLICATES, FAMILIES
from inksift.curation.dedup.apart import kept_apart
from inksift.curation.dedup.families import find_families
from inksift.curation.dedup.groups import DedupParams, find_duplicates
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.verdict.conflicts import hold
from inksift.curation.verdict.conservation import conservation_problems
from inksift.curation.verdict.human import apply
from inksift.curation.verdict.variants import thin
from tests.frames import hashes_of, images_of, pair, pairs_of

CHAIN = pairs_of(
    pair("a", "b", relation="variant"),
    pair("b", "c", relation="variant"),
    pair("c", "d"),
    pair("e", "f", relation="variant"),
)
"""a, b and c are one family, d is a copy of c, e and f are another family, g is alone."""
WIDTHS = {"a": 100, "b": 300, "c": 200, "d": 90, "e": 100, "f": 100, "g": 100}
PHOTO = {"outcome": "rejected", "stage": "verdicts", "reason": "photo"}
UNSURE = {"outcome": "review", "stage": "verdicts", "reason": "unsure"}


def said(image_id: str, value: str, action: str = "outcome", at: str = "1") -> dict[str, str]:
    """One word of a person."""
    word = {"image_id": image_id, "action": action, "value": value}
    return word | {"who": "ana", "at": at, "note": ""}


def found(
    *words: dict[str, str], pairs: pd.DataFrame = CHAIN, rule: str = "best"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """DUPLICATES and FAMILIES of pictures as wide as WIDTHS says."""
    known = {name: {"content_width": width} for name, width in WIDTHS.items()}
    images = images_of(
        *({"path": f"{n}.png", "image_id": n, "width": width} for n, width in WIDTHS.items())
    )
    hashes = hashes_of(*({"image_id": name, **content} for name, content in known.items()))
    params, human = DedupParams(variants=rule), HUMAN_DECISIONS.frame(list(words))
    copies = find_duplicates(images, hashes, pairs, params, human)
    tables = (images, copies, hashes, pairs)
    families = find_families(*tables, params, human)
    backwards = find_families(*(table[::-1] for table in tables), params, human[::-1])
    assert FAMILIES.check(families).equals(backwards)
    return copies, families


def decided(
    *words: dict[str, str], rule: str = "best", **changes: dict[str, str]
) -> dict[str, tuple[str, str]]:
    """Outcome and reason of every picture, the machine having decided as `changes` say."""
    return after(found(*words, rule=rule), *words, **changes)


def after(
    tables: tuple[pd.DataFrame, pd.DataFrame], *words: dict[str, str], **changes: dict[str, str]
) -> dict[str, tuple[str, str]]:
    """The same of DUPLICATES and FAMILIES."""
    copies, families = tables
    machine = DECISIONS.frame([_row(place, changes) for place in copies.to_dict("records")])
    human = HUMAN_DECISIONS.frame(list(words))
    held = hold(apply(machine, copies, human), copies, human)
    thinned = thin(held, families, copies, human)
    images = machine[["path", "image_id"]].assign(readable=True)
    assert conservation_problems(images, thinned) == []
    rows = thinned.to_dict("records")
    return {row["image_id"]: (row["outcome"], row["reason"]) for row in rows}


def _row(place: dict[str, object], changes: dict[str, dict[str, str]]) -> dict[str, object]:
    usual = {"outcome": "kept", "stage": "", "reason": "", "medium": "unsure", "p_photo": 0.5}
    usual |= {"label": "cat", "explanation": "seen", "decided_by": "machine"}
    copy = {"outcome": "rejected", "stage": "duplicates", "reason": "duplicate"}
    own = {name: place[name] for name in ("path", "image_id", "duplicate_of")}
    change = changes.get(str(place["image_id"]), {})
    return usual | own | (change if place["keep"] else copy)


def ranks(families: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Family and rank by the name of the picture."""
    rows = families.to_dict("records")
    return {row["path"].removesuffix(".png"): (row["family"], row["rank"]) for row in rows}


def test_a_chain_is_one_family_ranked_in_the_order_of_keeping() -> None:
    assert ranks(found()[1]) == {"a": (0, 2), "b": (0, 0), "c": (0, 1), "e": (1, 0), "f": (1, 1)}


def test_of_two_as_large_the_one_with_a_watermark_comes_after() -> None:
    for marked, best in (("", "e"), ("first", "f"), ("second", "e")):
        pairs = pairs_of(pair("e", "f", relation="variant", marked=marked))
        assert ranks(found(pairs=pairs)[1])[best] == (0, 0)


def test_who_is_told_apart_is_of_no_family() -> None:
    assert ranks(found(said("b", "d", "different"))[1]).keys() == {"a", "b", "e", "f"}


def test_who_is_told_apart_from_the_best_stays_beside_it_though_a_chain_ties_them() -> None:
    pairs = pairs_of(*(pair(*two, relation="variant") for two in ("ab", "bc", "ac")))
    word = said("b", "c", "different")
    tables = found(word, pairs=pairs)
    assert ranks(tables[1]).keys() == set("abc")
    outcomes = after(tables, word)
    assert (outcomes["a"], outcomes["c"]) == (("rejected", "variant"), ("kept", ""))


def test_all_variants_stay_unless_fewer_are_asked_for() -> None:
    assert DedupParams().variants == "keep"
    assert {name for name, (outcome, _) in decided(rule="keep").items() if outcome == "kept"} == {
        *"abcefg"
    }


@pytest.mark.parametrize(("rule", "outcome"), [("review", "review"), ("best", "rejected")])
def test_all_but_the_best_go_or_wait(rule: str, outcome: str) -> None:
    assert decided(rule=rule) == {
        "a": (outcome, "variant"),
        "b": ("kept", ""),
        "c": (outcome, "variant"),
        "d": ("rejected", "duplicate"),
        "e": ("kept", ""),
        "f": (outcome, "variant"),
        "g": ("kept", ""),
    }


def test_what_is_rejected_says_for_whom() -> None:
    copies, families = found()
    machine = DECISIONS.frame([_row(place, {}) for place in copies.to_dict("records")])
    row = thin(machine, families, copies, HUMAN_DECISIONS.frame([])).set_index("path").loc["a.png"]
    assert row["duplicate_of"] == "b.png"
    assert row["explanation"] == (
        "one of 3 variants, of which b.png is the best (duplicates.variants=best); seen"
    )


def test_the_next_best_stays_where_the_best_goes_for_something_else() -> None:
    assert decided(b=PHOTO)["c"] == ("kept", "")
    assert decided(said("b", "rejected"))["c"] == ("kept", "")
    assert decided(a=PHOTO, b=PHOTO, c=PHOTO)["a"] == ("rejected", "photo")


def test_what_waits_gives_way_to_what_is_kept() -> None:
    best = decided(b=UNSURE)
    assert (best["b"], best["c"]) == (("rejected", "variant"), ("kept", ""))
    review = decided(b=UNSURE, rule="review")
    assert (review["b"], review["c"]) == (("review", "unsure"), ("kept", ""))


def test_what_people_keep_stays_and_the_others_give_way_to_it() -> None:
    one = decided(said("a", "kept"))
    assert (one["a"], one["b"], one["c"]) == (
        ("kept", ""),
        ("rejected", "variant"),
        ("rejected", "variant"),
    )
    every = decided(*(said(name, "kept") for name in "abc"))
    assert {every[name] for name in "abc"} == {("kept", "")}


def test_a_word_on_the_medium_keeps_no_variant() -> None:
    assert decided(said("a", "illustration", "medium"))["a"] == ("rejected", "variant")


@pytest.mark.parametrize("word", ["kept", "rejected"])
def test_no_family_ever_loses_its_last_picture(word: str) -> None:
    """Whatever the machine says of b and c, and people of a."""
    tables, each = found(), [{}, UNSURE, PHOTO]
    for b, c in itertools.product(each, repeat=2):
        outcomes = after(tables, said("a", word), b=b, c=c)
        could_stay = word == "kept" or [b, c] != [PHOTO, PHOTO]
        assert any(outcomes[name][0] != "rejected" for name in "abc") == could_stay


def changed(pairs: pd.DataFrame, **pixels: str) -> list[str]:
    """`places` and `other_places` of the only two groups kept apart."""
    names = sorted({*pairs["first"], *pairs["second"]})
    images = images_of(*({"path": f"{n}.png", "image_id": n, "width": WIDTHS[n]} for n in names))
    told = ({"image_id": n, "pixels": pixels.get(n, n), "content_width": WIDTHS[n]} for n in names)
    known = hashes_of(*told)
    copies: pd.DataFrame = DUPLICATES.check(find_duplicates(images, known, pairs, DedupParams()))
    [row] = kept_apart(copies, known, pairs).to_dict("records")
    return [row["path"], row["places"], row["other_places"]]


PLACES = {"relation": "variant", "places": "1 2 3 4", "other_places": "5 6 7 8; 9 9 10 10"}


def test_changed_places_are_told_of_the_pictures_that_were_compared() -> None:
    assert changed(pairs_of(pair("a", "b", **PLACES))) == ["a.png", *list(PLACES.values())[1:]]


def test_changed_places_hold_for_files_of_the_same_pixels() -> None:
    pairs = pairs_of(pair("a", "e", **PLACES))
    larger = pairs_of(pair("b", "c"), pair("a", "c", **PLACES))
    assert changed(pairs, e="p") == ["a.png", "1 2 3 4", "5 6 7 8; 9 9 10 10"]
    assert changed(larger) == ["a.png", "", ""], "a was compared with c, but b is shown"


def test_the_row_of_the_shown_pictures_comes_before_a_more_similar_one() -> None:
    pairs = pairs_of(
        pair("b", "c"),
        pair("a", "b", **PLACES, similarity=0.7),
        pair("a", "c", relation="variant", similarity=0.9),
    )
    assert changed(pairs) == ["a.png", "1 2 3 4", "5 6 7 8; 9 9 10 10"]
