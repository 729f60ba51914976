"""Groups of copies: the same whatever the order, no chain joins what differs, and the best copy
stays for a reason."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inksift.curation.base.errors import SchemaError
from inksift.curation.base.tables import HASHES
from inksift.curation.dedup.groups import DedupParams, find_duplicates
from inksift.curation.dedup.linkage import link
from inksift.curation.dedup.related_groups import related_groups
from inksift.curation.dedup.reverse import reverse
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from tests.frames import HEIGHT, WIDTH, hashes_of, images_of, pair, pairs_of

PARAMS = DedupParams()
FIRST = DedupParams(keep="first")
LARGEST = DedupParams(keep="largest")


def pictures(*names: str, **labels: str) -> pd.DataFrame:
    """One file per name, larger ones first, so that the order of the names is the order of
    keeping."""
    rows = [{"path": name, "image_id": name, "label": labels.get(name, "cat")} for name in names]
    return images_of(*({**row, "width": 1000 - n} for n, row in enumerate(rows)))


def hashes(*names: str, **pixels: str) -> pd.DataFrame:
    shared = {name: {"pixels": digest} for name, digest in pixels.items()}
    return hashes_of(*({"image_id": name, **shared.get(name, {})} for name in names))


def said(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """HUMAN_DECISIONS of (image_id, action, value, at), by ana on odd days and by bob on even
    ones."""
    return HUMAN_DECISIONS.frame(
        [
            {"image_id": i, "action": action, "value": value, "who": "bob", "at": at, "note": ""}
            | ({"who": "ana"} if int(at[-1]) % 2 else {})
            for i, action, value, at in rows
        ]
    )


def found(images, known, pairs=None, params=PARAMS, human=None) -> dict[str, tuple[str, str]]:
    """The file kept instead of each one ("" for itself), and their relation."""
    table = find_duplicates(images, known, pairs_of() if pairs is None else pairs, params, human)
    return {row.path: (row.duplicate_of, row.relation) for row in table.itertuples()}


HASHED = {*HASHES.columns} - {"image_id"}


def kept(
    *copies: dict[str, object], params: DedupParams = PARAMS, human=None, **marks: str
) -> tuple[str, str]:
    """Which of some copies of one picture stays, and why; `marks` are of pairs, such as
    ab="first"."""
    names = "abc"[: len(copies)]
    usual = [
        {"path": f"{name}.png", "image_id": name} | copy
        for name, copy in zip(names, copies, strict=True)
    ]
    images = images_of(
        *({key: value for key, value in row.items() if key not in HASHED} for row in usual)
    )
    known = hashes_of(
        *(
            {key: value for key, value in row.items() if key in {*HASHED, "image_id"}}
            for row in usual
        )
    )
    ids = sorted(row["image_id"] for row in usual)
    pairs = [
        pair(i, j, marked=marks.get(i + j, "")) for n, i in enumerate(ids) for j in ids[n + 1 :]
    ]
    table = find_duplicates(images, known, pairs_of(*pairs), params, human).query("keep")
    assert len(table) == 1
    return tuple(table.iloc[0][["image_id", "kept_because"]])


def sized(width: int, height: int, **changes: object) -> dict[str, object]:
    """A copy without a border, as sharp as its pixels allow."""
    return {
        "width": width,
        "height": height,
        "content_width": width,
        "content_height": height,
        "resolved_width": width,
        "resolved_height": height,
    } | changes


JPEG = {"format": "JPEG", "lossless": False, "quality": 90.0}


def test_same_bytes_are_exact_copies_and_the_first_path_stays():
    images = images_of(*({"path": path, "image_id": "x"} for path in ("c", "a", "b")))
    assert found(images, hashes("x")) == {
        "a": ("", "none"),
        "b": ("a", "exact"),
        "c": ("a", "exact"),
    }
    table = find_duplicates(images, hashes("x"), pairs_of(), PARAMS)
    assert table["kept_because"].tolist() == ["first path of 3 copies", "", ""]


def test_same_pixels_in_other_bytes_are_copies():
    table = find_duplicates(pictures("a", "b"), hashes("a", "b", a="p", b="p"), pairs_of(), PARAMS)
    copy = table.iloc[1]
    assert (copy["duplicate_of"], copy["relation"], copy["distance"], copy["similarity"]) == (
        "a",
        "pixels",
        0,
        1.0,
    )


def test_a_verified_duplicate_is_a_copy_and_a_variant_is_not():
    pairs = pairs_of(
        pair("a", "b", distance=3, similarity=0.97, transform="mirrored"),
        pair("a", "c", relation="variant"),
    )
    table = find_duplicates(
        pictures("a", "b", "c"), hashes("a", "b", "c"), pairs, PARAMS
    ).set_index("path")
    assert table["duplicate_of"].to_dict() == {"a": "", "b": "a", "c": ""}
    assert table.loc["b", ["relation", "distance", "similarity", "transform"]].tolist() == [
        "duplicate",
        3,
        0.97,
        "mirrored",
    ]
    assert table.loc["c", ["relation", "distance", "similarity", "transform"]].tolist() == [
        "none",
        0,
        1.0,
        "",
    ]


def test_the_transform_is_told_from_the_kept_copy():
    for names, told in (
        ("ab", "resized to 50 %, border added"),
        ("ba", "resized to 200 %, border removed"),
    ):
        pairs = pairs_of(pair("a", "b", transform="resized to 50 %, border added"))
        table = find_duplicates(pictures(*names), hashes("a", "b"), pairs, LARGEST)
        table = table.query("not keep")
        assert table[["duplicate_of", "transform"]].to_numpy().tolist() == [[names[0], told]]


@pytest.mark.parametrize(
    ("words", "other_way"),
    [
        ("mirrored", "mirrored"),
        ("mirrored, turned 90 degrees", "mirrored, turned 90 degrees"),
        ("mirrored upside down, cropped 4 %", "mirrored upside down, extended 4 %"),
        ("turned 5 degrees", "turned 355 degrees"),
        ("brightness x 0.8", "brightness x 1.25"),
        ("border removed, watermark added", "border added, watermark removed"),
        ("re-encoded", "re-encoded"),
        ("resized to 0 %", "resized to 0 %"),
        ("", ""),
    ],
)
def test_a_transform_can_be_told_the_other_way_round(words, other_way):
    assert reverse(words) == other_way
    assert reverse(other_way) == words


def test_all_files_of_a_copy_are_copies_of_its_keeper():
    images = images_of(
        {"path": "a", "image_id": "x", "size_bytes": 9000},
        {"path": "b", "image_id": "y"},
        {"path": "c", "image_id": "y"},
        {"path": "d", "image_id": "z"},
    )
    known = hashes("x", "y", "z", y="p", z="p")
    assert set(list(found(images, known, pairs_of(pair("x", "y"))).values())[1:]) == {
        ("a", "duplicate")
    }


def test_a_chain_does_not_swallow_what_is_no_copy_of_the_keeper():
    pairs = pairs_of(pair("a", "b"), pair("b", "c"), pair("c", "d"))
    table = found(pictures("a", "b", "c", "d"), hashes("a", "b", "c", "d"), pairs)
    assert table == {
        "a": ("", "none"),
        "b": ("a", "duplicate"),
        "c": ("", "none"),
        "d": ("c", "duplicate"),
    }


def test_a_picture_between_two_that_are_no_copies_joins_the_better():
    names, ties = (
        ("a", "b", "c"),
        pairs_of(pair("a", "c", similarity=0.97), pair("b", "c", similarity=0.98)),
    )
    table = found(pictures(*names), hashes(*names), ties)
    assert table == {"a": ("", "none"), "b": ("", "none"), "c": ("a", "duplicate")}


def test_a_copy_of_most_of_a_group_belongs_to_it_by_way_of_its_centre():
    """A crop and a watermarked copy may fail to match each other, though both match all the
    others."""
    names = ("a", "b", "c", "d")
    ties = pairs_of(*(pair(*both) for both in combinations(names, 2) if both != ("a", "d")))
    table = find_duplicates(pictures(*names), hashes(*names), ties, PARAMS).set_index("path")
    assert table["duplicate_of"].tolist() == ["", "a", "a", "a"]
    assert table["transform"].tolist() == ["", "", "", "by way of b"]


def test_pairs_that_name_a_picture_of_another_folder_with_the_same_pixels_count():
    """Of pictures with the same pixels PAIRS names one only, and that one may lie in the trusted
    test folder."""
    known = hashes("0", "a", "b", **{"0": "p", "b": "p"})
    assert found(pictures("a", "b"), known, pairs_of(pair("0", "a")))["b"] == ("a", "duplicate")
    assert found(pictures("a"), known, pairs_of(pair("0", "a"))) == {"a": ("", "none")}


@pytest.mark.parametrize(
    ("better", "worse", "reason"),
    [
        (sized(1200, 800), sized(600, 400, size_bytes=9000), "largest of 2 copies (1200 x 800)"),
        (
            sized(100, 80),
            {"width": 200, "height": 160, "content_width": 90},
            "largest of 2 copies (100 x 80)",
        ),
        ({}, {**JPEG, "size_bytes": 9000}, "stored without loss (PNG)"),
        ({"size_bytes": 2000}, {"size_bytes": 1000}, "least compressed of 2 copies"),
        ({}, {"width": 110, "height": 90, "size_bytes": 1900}, "no border"),
        (
            sized(1002, 800),
            sized(1000, 800, size_bytes=1500),
            "most pixels of 2 copies (1002 x 800)",
        ),
        ({"size_bytes": 1001}, {}, "most bytes of 2 copies (1001)"),
        ({"image_id": "0"}, {"image_id": "1"}, "smallest digest of 2 copies, equal in all else"),
    ],
)
def test_the_largest_cleanest_and_least_compressed_copy_stays(better, worse, reason):
    for copies in ((better, worse), (worse, better)):
        image_id, why = kept(*copies, params=LARGEST)
        assert why == reason
        assert image_id in (better.get("image_id"), "ab"[copies.index(better)])


@pytest.mark.parametrize(
    ("clean", "marked", "stays"),
    [
        (sized(800, 600), sized(800, 600, size_bytes=9000), "clean"),
        (JPEG, {}, "clean"),
        (
            {"width": 800, "height": 600, "content_width": 500, "content_height": 400},
            {"width": 800, "height": 600, "content_width": 780, "content_height": 590},
            "clean",
        ),
        (sized(200, 150), sized(800, 600), "marked"),
    ],
    ids=["more bytes", "without loss", "the mark lies outside the content", "much larger"],
)
def test_a_watermark_wins_by_size_only(clean, marked, stays):
    image_id, why = kept(clean, marked, params=LARGEST, ab="second")
    assert (image_id, why.split(" of ")[0]) == (
        ("a", "no watermark") if stays == "clean" else ("b", "largest")
    )


def test_the_reason_is_told_against_the_best_file_with_other_bytes():
    images = images_of(
        {"path": "b", "image_id": "x", "size_bytes": 9000},
        {"path": "c", "image_id": "x", "size_bytes": 9000},
        {"path": "a", "image_id": "y"},
    )
    table = find_duplicates(images, hashes("x", "y"), pairs_of(pair("x", "y")), PARAMS).set_index(
        "path"
    )
    assert table["kept_because"].to_dict() == {
        "a": "",
        "b": "most bytes of 3 copies (9000)",
        "c": "",
    }


def test_a_little_trimming_or_encoding_noise_decides_nothing():
    noisy = {"content_width": WIDTH - 1, "content_height": HEIGHT - 1, "size_bytes": 1400}
    for params in (PARAMS, LARGEST):
        assert kept(noisy, JPEG, params=params) == ("a", "stored without loss (PNG)")


def test_renaming_files_keeps_the_same_pictures():
    names = ("a", "b", "c")
    renamed = pictures(*names).assign(path=pd.Series(["9", "8", "7"], dtype="str"))
    tables = [
        find_duplicates(table, hashes(*names), pairs_of(pair("a", "b")), PARAMS)
        for table in (pictures(*names), renamed)
    ]
    assert [set(table.query("keep")["image_id"]) for table in tables] == [{"a", "c"}, {"a", "c"}]


def test_the_first_path_stays_where_that_is_asked_for():
    assert kept({"path": "b.png", "width": 900}, {"path": "a.png"}, params=FIRST) == (
        "b",
        "first path of 2 copies",
    )


@pytest.mark.parametrize("keep", ["best", "largest", "first"])
def test_a_path_that_matches_the_glob_stays_rather(keep):
    params = DedupParams(keep=keep, prefer="masters/*")
    copies = ({"path": "a.png", "width": 900}, {"path": "masters/deep/z.png"}, {"path": "b.png"})
    assert kept(*copies, params=params) == ("b", "matches prefer=masters/*")
    assert (
        kept(sized(20, 10, path="a"), sized(40, 10, path="b"), params=DedupParams(prefer="[{"))[0]
        == "b"
    )


def test_of_files_with_the_same_bytes_the_matching_path_stays():
    images = images_of(*({"path": path, "image_id": "x"} for path in ("a", "masters/b")))
    table = find_duplicates(images, hashes("x"), pairs_of(), DedupParams(prefer="masters/*"))
    assert table.query("keep")["path"].tolist() == ["masters/b"]


@pytest.mark.parametrize("params", [PARAMS, FIRST, DedupParams(prefer="a*")])
def test_a_copy_that_a_person_chose_stays_whatever_the_policy(params):
    chosen = said(("b", "copy", "keep", "2026-05-01"))
    assert kept({"width": 900}, {}, params=params, human=chosen) == ("b", "chosen by ana")


def test_of_two_chosen_copies_the_latest_choice_holds():
    choices = [("b", "copy", "keep", "2026-05-01"), ("c", "copy", "keep", "2026-05-02")]
    assert kept({}, {}, {}, human=said(*choices)) == ("c", "chosen by bob")


def test_a_chosen_copy_stays_beside_a_better_one_that_is_no_copy_of_it():
    pairs, chosen = (
        pairs_of(pair("a", "b"), pair("b", "c")),
        said(("c", "copy", "keep", "2026-05-01")),
    )
    assert found(pictures("a", "b", "c"), hashes("a", "b", "c"), pairs, human=chosen) == {
        "a": ("", "none"),
        "b": ("c", "duplicate"),
        "c": ("", "none"),
    }


def test_pictures_that_a_person_called_different_are_no_copies_of_a_third_together():
    names, word = ("a", "b", "c", "d"), said(("c", "different", "d", "2026-05-01"))
    pairs = pairs_of(*(pair(*both) for both in combinations(names, 2)))
    table = find_duplicates(pictures(*names), hashes(*names), pairs, PARAMS, word).set_index("path")
    assert table["group"].nunique() == 2
    assert table.loc["c", "group"] != table.loc["d", "group"]


def test_a_picture_is_told_apart_from_several_others_at_once():
    names, ties = ("a", "b", "c"), pairs_of(pair("a", "b"), pair("a", "c"))
    word = said(("a", "different", "b", "2026-05-01"), ("a", "different", "c", "2026-05-02"))
    assert set(found(pictures(*names), hashes(*names), ties, human=word).values()) == {("", "none")}
    one = found(pictures(*names), hashes(*names), ties, human=word.iloc[:1])
    assert one == {"a": ("", "none"), "b": ("", "none"), "c": ("a", "duplicate")}


@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("b", "a"), ("twin", "a"), ("a", "twin")])
def test_pictures_that_a_person_called_different_are_no_copies_but_stay_relatives(one, other):
    known, word = (
        hashes("a", "b", "twin", b="p", twin="p"),
        said((one, "different", other, "2026-05-01")),
    )
    table = find_duplicates(pictures("a", "b"), known, pairs_of(pair("a", "b")), PARAMS, word)
    assert table["keep"].tolist() == [True, True]


def test_a_person_outranks_same_pixels():
    word = said(("a", "different", "b", "2026-05-01"))
    known = hashes("a", "b", "c", a="p", b="p", c="p")
    assert found(pictures("a", "b"), known, human=word)["b"] == ("", "none")
    assert found(pictures("a", "b", "c"), known, human=word) == {
        "a": ("", "none"),
        "b": ("", "none"),
        "c": ("a", "pixels"),
    }


def test_a_person_outranks_same_pixels_and_other_copies_stay_tied_to_both():
    word, ties = said(("c", "different", "b", "2026-05-01")), pairs_of(pair("b", "d"))
    known = hashes("b", "c", "d", b="p", c="p")
    told = found(pictures("c", "b", "d"), known, ties, human=word)
    assert told == {"c": ("", "none"), "b": ("", "none"), "d": ("c", "duplicate")}
    assert found(pictures("c", "d"), known, ties, human=word)["d"] == ("c", "duplicate")
    assert found(pictures("b", "d"), known, ties, human=word)["d"] == ("b", "duplicate")


def test_nobody_tells_same_bytes_apart():
    images = images_of({"path": "x", "image_id": "a"}, {"path": "y", "image_id": "a"})
    word = said(("a", "different", "a", "2026-05-01"))
    assert found(images, hashes("a"), human=word)["y"] == ("x", "exact")


def test_other_human_decisions_say_nothing_of_copies():
    word = said(("b", "outcome", "kept", "2026-05-01"), ("elsewhere", "copy", "keep", "2026-05-01"))
    assert found(pictures("a", "b"), hashes("a", "b"), pairs_of(pair("a", "b")), human=word)[
        "b"
    ] == ("a", "duplicate")


def test_an_unreadable_twin_never_stays_instead_of_the_good_one():
    broken = {"readable": False, "width": 0, "height": 0, "error": "truncated"}
    images = images_of(
        {"path": "broken", "image_id": "x", **broken}, {"path": "good", "image_id": "y"}
    )
    assert found(images, hashes("y")) == {"good": ("", "none")}


def test_groups_are_numbered_by_their_first_path():
    images = images_of(
        {"path": "d", "image_id": "x", "size_bytes": 9000},
        {"path": "a", "image_id": "y"},
        {"path": "b", "image_id": "z"},
        {"path": "c", "image_id": "y"},
    )
    table = find_duplicates(
        images, hashes("x", "y", "z"), pairs_of(pair("x", "y")), PARAMS
    ).set_index("path")
    assert table["group"].to_dict() == {"a": 0, "b": 1, "c": 0, "d": 0}
    assert table["keep"].to_dict() == {"a": False, "b": True, "c": False, "d": True}


def test_files_of_one_group_in_several_classes_name_each_others():
    images = pictures("a", "b", "c", "d", a="fox", b="wolf", c="elk", d="wolf")
    pairs = pairs_of(pair("a", "b"), pair("a", "c"), pair("c", "d", relation="variant"))
    table = find_duplicates(images, hashes("a", "b", "c", "d"), pairs, PARAMS)
    assert table["conflict"].tolist() == ["elk, wolf", "elk, fox", "fox, wolf", ""]


def test_no_files_and_one_file():
    assert find_duplicates(images_of(), hashes_of(), pairs_of(), PARAMS).empty
    assert found(pictures("a"), hashes("a")) == {"a": ("", "none")}


def test_a_picture_without_a_hash_is_an_error():
    with pytest.raises(SchemaError, match="1 readable"):
        find_duplicates(pictures("a", "b"), hashes("a"), pairs_of(), PARAMS)


IDS = "abcdef"
FILES = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(["cat", "dog"])), max_size=10)
PAIRS = st.dictionaries(
    st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)).filter(lambda ends: ends[0] < ends[1]),
    st.tuples(
        st.sampled_from(["duplicate", "variant"]),
        st.sampled_from([0.9, 0.95]),
        st.sampled_from(["", "first"]),
    ),
)
PEOPLE = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(["copy", "different"]), st.sampled_from(IDS)),
    max_size=3,
    unique_by=lambda row: row[:2],
)


@given(
    FILES, PAIRS, PEOPLE, st.dictionaries(st.sampled_from(IDS), st.sampled_from("pq")), st.data()
)
def test_groups_hold_verified_copies_in_any_order(files, related, people, pixels, data):
    rows = [
        {"path": f"p{n}", "image_id": i, "label": label, "width": 100 + ord(i) % 3}
        for n, (i, label) in enumerate(files)
    ]
    ties = [pair(*ends, relation=r, similarity=s, marked=m) for ends, (r, s, m) in related.items()]
    ties = [
        tie
        for tie in ties
        if pixels.get(tie["first"], tie["first"]) != pixels.get(tie["second"], tie["second"])
    ]
    human = said(
        *(
            (i, action, other if action == "different" else "keep", "2026-05-01")
            for i, action, other in people
        )
    )
    known = hashes(*IDS, **pixels)
    table = find_duplicates(images_of(*rows), known, pairs_of(*ties), PARAMS, human)
    shuffled = [data.draw(st.permutations(some)) for some in (rows, ties)]
    again = find_duplicates(
        images_of(*shuffled[0]), known.iloc[::-1], pairs_of(*shuffled[1]), PARAMS, human.iloc[::-1]
    )
    pd.testing.assert_frame_equal(again, table)
    assert table.groupby("group")["keep"].sum().eq(1).all()
    by_path, picture = table.set_index("path"), {i: pixels.get(i, i) for i in IDS}
    duplicates = {
        frozenset((picture[tie["first"]], picture[tie["second"]]))
        for tie in ties
        if tie["relation"] == "duplicate"
    }
    for row in table.query("not keep").itertuples():
        keeper = by_path.loc[row.duplicate_of]
        ends = frozenset((picture[row.image_id], picture[keeper["image_id"]]))
        assert keeper["keep"]
        assert keeper["group"] == row.group
        assert keeper["kept_because"]
        if row.transform.startswith("by way of "):
            centre = picture[by_path.loc[row.transform.removeprefix("by way of "), "image_id"]]
            assert frozenset((picture[row.image_id], centre)) in duplicates
            assert frozenset((picture[keeper["image_id"]], centre)) in duplicates
        else:
            assert len(ends) == 1 or ends in duplicates
        assert (row.relation == "duplicate") == (len(ends) == 2)
    assert (table["kept_because"] != "").sum() == table.query("not keep")["group"].nunique()


def test_families_are_chains_of_any_relation_and_of_same_pixels():
    known = hashes("a", "b", "c", "d", "e", b="p", c="p")
    pairs = pairs_of(pair("a", "b", relation="variant"), pair("c", "d"))
    assert related_groups(["e", "d", "a", "new", "e"], known, pairs).tolist() == [1, 0, 0, 2, 1]
    assert related_groups([], known, pairs).tolist() == []


def test_relatives_in_between_need_not_be_asked_for():
    pairs = pairs_of(pair("a", "m"), pair("m", "z"), pair("a", "unknown"), pair("unknown", "y"))
    assert related_groups(["a", "y", "z"], hashes("a", "m", "y", "z"), pairs).tolist() == [0, 0, 0]


def test_ten_thousand_copies_of_one_picture_stay_calm():
    rows = [{"path": f"{n:05}", "image_id": f"{n:05}"} for n in range(10_000)]
    known = hashes_of(*({"image_id": row["image_id"], "pixels": "p"} for row in rows))
    table = find_duplicates(images_of(*rows), known, pairs_of(), PARAMS)
    assert (table["duplicate_of"][1:] == "00000").all()
    assert table["kept_because"][0] == "smallest digest of 10000 copies, equal in all else"


def test_all_exact_copies_of_a_real_crawl_are_found(shared):
    """243 surplus files in 207 groups, by the digests that came with the crawl."""
    truth = pd.read_csv(shared / "data" / "crawl" / "truth.csv")
    images = images_of(*({"path": row.path, "image_id": row.sha256} for row in truth.itertuples()))
    copies = find_duplicates(images, hashes(*truth["sha256"].unique()), pairs_of(), PARAMS).query(
        "not keep"
    )
    assert len(copies) == 243
    assert copies["group"].nunique() == 207


def test_what_was_told_of_torn_files_holds_in_any_order():
    known = hashes(*"acef", a="q", e="q", f="q")
    human = said(("a", "different", "e", "2026-05-01"))
    ties = [
        pair("c", "e", relation="duplicate", similarity=0.9, marked=""),
        pair("c", "f", relation="duplicate", similarity=0.9, marked="first"),
    ]
    rows = [{"path": f"p{i}", "image_id": i, "width": 100} for i in "aaac"]
    rows = [{**row, "path": f"{row['path']}{n}"} for n, row in enumerate(rows)]
    one, other = (
        find_duplicates(images_of(*rows), known, pairs_of(*some), PARAMS, human)
        for some in (ties, ties[::-1])
    )
    pd.testing.assert_frame_equal(one, other)
    assert set(one["kept_because"]) == {"no watermark", ""}


def test_what_differs_from_the_picture_that_stays_joins_it_by_no_others_ties():
    """A small change is too small to tell from some of the copies."""
    ties = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]
    assert [place.keeper for place in link(4, ties)] == [0, 0, 0, 0]
    assert [place.keeper for place in link(4, ties, varied=[(3, 0)])][0:3] == [0, 0, 0]
    assert link(4, ties, varied=[(3, 0)])[3].keeper == 3


def test_a_variant_of_the_picture_that_stays_is_no_copy_of_it_by_way_of_another():
    names = ("a", "b", "c", "d")
    ties = [pair(*both) for both in combinations(names, 2) if both != ("a", "d")]
    seen = pairs_of(*ties, pair("a", "d", relation="variant"))
    table = found(pictures(*names), hashes(*names), seen)
    assert table == {
        "a": ("", "none"),
        "b": ("a", "duplicate"),
        "c": ("a", "duplicate"),
        "d": ("", "none"),
    }
