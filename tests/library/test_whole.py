"""Copies of transparent drawings and of animations: found on any ground, and told apart by what is
not shown."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.unseen import BLACK, WHITE, Unseen, film_of
from inksift.curation.dedup.aligned.ground import ground_of
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.whole import ON_OTHER_GROUND, relate_files
from inksift.curation.sample.scenes import draw_scene
from inksift.curation.sample.styles import paint


def _cut_out(seed: int, ink: tuple[int, int, int] | None = None) -> Image.Image:
    """Coloured shapes with outlines on transparent ground, or shapes of one `ink`."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGBA", (300, 300))
    pen = ImageDraw.Draw(image)
    for _ in range(7):
        left, top, width, height = (int(value) for value in rng.integers(20, 140, 4))
        colour = ink or tuple(int(value) for value in rng.integers(30, 230, 3))
        box = (left, top, left + width, top + height)
        pen.rectangle(box, fill=(*colour, 255), outline=(*(ink or (20, 20, 20)), 255), width=5)
    return image


def _flat(image: Image.Image, colour: tuple[int, int, int]) -> Rgb:
    ground = Image.new("RGBA", image.size, (*colour, 255))
    ground.alpha_composite(image)
    return np.asarray(ground.convert("RGB"))


def _view(rgb: Rgb, unseen: Unseen | None = None) -> View:
    return View(rgb, width=rgb.shape[1], height=rgb.shape[0], unseen=unseen or Unseen())


def _through(image: Image.Image, level: int = WHITE) -> View:
    """The view of a transparent picture, shown on a grey level."""
    alpha = np.asarray(image.getchannel("A"))
    return _view(_flat(image, (level,) * 3), Unseen(alpha, level))


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (60, 140, 220), (200, 30, 60)])
@pytest.mark.parametrize("shown_on", [WHITE, BLACK])
def test_a_copy_flattened_on_any_colour_is_found(colour, shown_on):
    drawn = _cut_out(1)
    through, opaque = _through(drawn, shown_on), _view(_flat(drawn, colour))
    for one, other in ((through, opaque), (opaque, through)):
        found = relate_files(one, other)
        assert found.kind == "duplicate"
        assert found.transform.endswith(ON_OTHER_GROUND) or max(colour) - min(colour) == 0


def test_another_drawing_on_another_ground_is_no_copy():
    assert relate_files(_through(_cut_out(1)), _view(_flat(_cut_out(2), (0, 0, 0)))).kind != (
        "duplicate"
    )


def _framed(seed: int) -> Image.Image:
    """White shapes in a coloured frame: on white only the frame is seen."""
    image = _cut_out(seed, (255, 255, 255))
    frame = ImageDraw.Draw(image)
    frame.rectangle((0, 0, 299, 299), outline=(150, 20, 40, 255), width=16)
    frame.ellipse((230, 230, 290, 290), fill=(20, 90, 50, 255))
    return image


def test_what_white_hides_tells_transparent_drawings_apart():
    one, other = _through(_framed(1)), _through(_framed(2))
    assert relate_files(one, _through(_framed(1))).kind == "duplicate"
    assert relate_files(one, other).kind != "duplicate"


def test_transparent_twins_shown_on_different_grounds_are_copies():
    assert relate_files(_through(_cut_out(3), WHITE), _through(_cut_out(3), BLACK)).kind == (
        "duplicate"
    )


def _scene(subject: str, seed: int) -> Rgb:
    rng = np.random.default_rng(seed)
    return paint(draw_scene(subject, 1.0, 0.8, rng), "cartoon", 240, rng)


def _animation(*frames: Rgb) -> View:
    return _view(frames[0], Unseen(film=film_of(list(frames))))


def test_animations_with_one_shown_frame_are_copies_only_if_the_others_agree():
    shown, cat, tree = _scene("cat", 1), _scene("cat", 2), _scene("tree", 3)
    blank = np.full_like(shown, 255)
    one = _animation(shown, blank, cat)
    assert relate_files(one, _animation(shown, blank, cat)).kind == "duplicate"
    assert relate_files(one, _animation(shown, blank, tree)).kind == "variant"
    assert relate_files(one, _animation(shown, tree, cat)).kind == "variant"
    assert relate_files(one, _view(shown)).kind == "duplicate"


def test_a_ground_is_what_most_of_the_edge_has():
    blue = np.full((50, 60, 3), (60, 140, 220), np.uint8)
    blue[20:, 10:20] = 0
    assert ground_of(blue) == (60, 140, 220)
    noise = np.random.default_rng(1).integers(0, 256, (50, 60, 3), dtype=np.uint8)
    assert ground_of(noise) is None
