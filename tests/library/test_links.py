"""Links are followed into allowed folders and nowhere else, and no folder is read twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inksift.curation.base.errors import SourceError
from inksift.curation.gather.folder.identity import identify_all
from inksift.curation.gather.folder.reach import reach_of
from inksift.curation.gather.folder.safe_open import RefusedError
from inksift.curation.gather.folder.walk import Found, list_files
from inksift.curation.gather.images import ImageParams, find_images
from inksift.curation.store.workspace import Workspace


def found(source: Path, *roots: Path) -> list[Found]:
    with reach_of(source, roots) as reach:
        choice = ImageParams().choice
        return list_files(reach, source, max_file_bytes=100, choice=choice).files


def errors(source: Path, *roots: Path) -> dict[str, str]:
    return {file.path: file.error for file in found(source, *roots)}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A class folder of links to a store beside it, and a secret that nothing may reach."""
    (tmp_path / "store" / "deep").mkdir(parents=True)
    (tmp_path / "store" / "a.png").write_bytes(b"a")
    (tmp_path / "store" / "deep" / "b.png").write_bytes(b"b")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_bytes(b"key")
    (tmp_path / "store" / "out.png").symlink_to("../secret/key")
    (tmp_path / "source" / "fox").mkdir(parents=True)
    (tmp_path / "source" / "fox" / "a.png").symlink_to("../../store/a.png")
    (tmp_path / "source" / "fox" / "key.png").symlink_to("../../secret/key")
    (tmp_path / "source" / "fox" / "real.png").write_bytes(b"real")
    return tmp_path / "source"


def test_no_link_is_followed_unless_a_folder_is_allowed(source: Path) -> None:
    assert errors(source) == {
        "fox/a.png": "link_outside",
        "fox/key.png": "link_outside",
        "fox/real.png": "",
    }


def test_links_into_an_allowed_folder_are_read_and_others_are_not(source: Path) -> None:
    store = source.parent / "store"
    files = found(source, source, store)
    assert {file.path: file.error for file in files} == {
        "fox/a.png": "",
        "fox/key.png": "link_outside",
        "fox/real.png": "",
    }
    with reach_of(source, (source, store)) as reach:
        identities = identify_all(reach, files, 100)
    assert [identity.entry.size_bytes for identity in identities if identity.image_id] == [1, 4]


def test_a_folder_behind_a_link_gives_its_files_once(source: Path) -> None:
    store = source.parent / "store"
    for name in ("elk", "owl"):
        (source / name).symlink_to("../store")
    (store / "deep" / "up").symlink_to("..")
    assert errors(source, source, store) == {
        "elk/a.png": "link_again",  # fox/a.png leads to it one by one
        "elk/deep/b.png": "",
        "elk/deep/up": "link_again",  # a loop
        "elk/out.png": "link_outside",
        "fox/a.png": "",
        "fox/key.png": "link_outside",
        "fox/real.png": "",
        "owl": "link_again",
    }


def test_an_allowed_folder_around_the_source_does_not_repeat_it(source: Path) -> None:
    (source / "all").symlink_to("..")
    seen = errors(source, source, source.parent)
    assert seen["all/source"] == "link_again"
    assert not any(path.startswith("all/source/") for path in seen)


def test_what_is_left_out_of_the_source_is_read_where_a_link_leads_to_it(tmp_path: Path) -> None:
    """As git-annex lays a data set out."""
    store = tmp_path / ".git" / "annex"
    store.mkdir(parents=True)
    (store / "a").write_bytes(b"a")
    (tmp_path / "fox").mkdir()
    (tmp_path / "fox" / "1.png").symlink_to("../.git/annex/a")
    (tmp_path / "fox" / "2.png").symlink_to("1.png")
    (tmp_path / "fox" / "3.png").write_bytes(b"3")
    (tmp_path / "fox" / "4.png").symlink_to("3.png")
    assert errors(tmp_path, tmp_path) == {
        "fox/1.png": "",
        "fox/2.png": "",
        "fox/3.png": "",
        "fox/4.png": "link_inside",
    }


def test_a_link_swapped_after_the_listing_leads_nowhere(source: Path) -> None:
    store = source.parent / "store"
    files = found(source, source, store)
    (source / "fox" / "a.png").unlink()
    (source / "fox" / "a.png").symlink_to("../../secret/key")
    with reach_of(source, (source, store)) as reach:
        (first, *_) = identify_all(reach, files, 100)
        assert (files[0].path, first.error) == ("fox/a.png", "not_a_regular_file")
        (store / "a.png").unlink()
        os.symlink("../secret/key", store / "a.png")
        with pytest.raises(RefusedError), reach.open(b"fox/a.png", max_bytes=100):
            pass


def test_a_source_of_links_alone_says_what_to_do(source: Path, tmp_path: Path) -> None:
    (source / "fox" / "real.png").unlink()
    with pytest.raises(
        SourceError, match=r"2 of 2 files are links out of this folder.*--link-root"
    ):
        find_images(source, Workspace(tmp_path / "w"), ImageParams())


def test_an_allowed_folder_must_be_there(source: Path) -> None:
    with pytest.raises(SourceError, match=r"no such folder: .*none"):
        found(source, source.parent / "none")
