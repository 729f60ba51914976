"""Packages of games and libraries whose pictures are painted or drawn as scenes."""

from __future__ import annotations

from free_picture_package import Package, Pick

_CAMPAIGNS = ("did", "dw", "httt", "l", "low", "nr", "sof", "sotbe", "thot", "trow", "tsg", "utbs")

_AGAIN = (
    *("*-glad*", "*-mad*", "*-sad*", "*_moody*", "*_rage*", "*-annoyed*", "*-surprise*"),
    *("*-concerned*", "*-sceptre*", "*-mentoring*", "*-defeat*", "*-angry*", "*-insane*"),
    *("*-second*", "*-mask*", "*maskeddwarf[234]*", "*-overlay*", "*uncloaked*", "*-older*"),
    *("*-epilogue*", "*-elvish*", "*-decay*", "*-ancient*", "*tauroch_[spv]*", "*krellis2*"),
    *("*/lisar.png", "*/haldricII.png", "*_Of_Wesnoth/*/dionli.png"),
)
"""The same people with another face or dress, or once more."""


def _campaign(name: str) -> Package:
    """What is painted for a campaign of Wesnoth."""
    style = "digital_painting"
    people = Pick("illustration", "person", style, ("*/images/portraits/*.png",), _AGAIN, most=12)
    story = Pick("illustration", "scene", style, ("*/images/story/*.jpg",), most=12)
    package = f"wesnoth-1.16-{name}"
    return Package("debian", package, "1:1.16.9-1", "wesnoth/campaigns", "GPL", (people, story))


PAINTED = (
    *(_campaign(name) for name in _CAMPAIGNS),
    Package(
        "debian",
        "unknown-horizons",
        "2019.1-6",
        "unknown-horizons/paintings",
        "CC BY-SA",
        (Pick("illustration", "ship", "painting_trad", ("*/background/mainmenu/bg_[1-4].png",)),),
    ),
    Package(
        "debian",
        "supertux-data",
        "0.6.3-2",
        "supertux/backgrounds",
        "GPL",
        (
            Pick(
                "illustration",
                "landscape",
                "digital_painting",
                tuple(
                    f"*/images/background/{name}"
                    for name in (
                        "BlueRock_Forest/blue-middle.jpg",
                        "antarctic/semi_arctic.jpg",
                        "castle/snowcastle.png",
                        "christmas/intro.jpg",
                        "halloween/intro.jpg",
                        "icecliffs/icecliffs-middle.png",
                        "misc/oiltux.jpg",
                        "snowmountains/snowmountains.png",
                    )
                ),
            ),
        ),
    ),
    Package(
        "pypi",
        "procgen2",
        "0.10.7",
        "openai/procgen",
        "MIT",
        (
            Pick(
                "illustration",
                "landscape",
                "digital_painting",
                ("*/platform_backgrounds/battleback*.png",),
                ("*/battleback7.png",),
            ),
            Pick(
                "illustration",
                "landscape",
                "digital_flat",
                (
                    "*/platform_backgrounds/airadventure*.png",
                    "*/platform_backgrounds/another_world*.png",
                    "*/platform_backgrounds/landscape*.png",
                    "*/platform_backgrounds/parallax_forest.png",
                    "*/platform_backgrounds/sunrise.png",
                    "*/platform_backgrounds_2/*.png",
                    "*/water_backgrounds/underwater*.png",
                ),
            ),
        ),
    ),
    Package(
        "npm",
        "@streetmix/illustrations",
        "2.1.1",
        "streetmix/illustrations",
        "CC BY-SA",
        (
            Pick(
                "illustration",
                "person",
                "clip_art",
                tuple(
                    f"*/images/{name}/*.svg"
                    for name in (
                        *("bikes", "buildings", "people", "plants", "scooters"),
                        *("transit", "trees", "vehicles", "vendors"),
                    )
                ),
                (
                    *("*-piec*", "*lane-*", "*flowers-*", "*fenced*", "*parking*", "*brt-*"),
                    *("*waterfront*", "*car-*-*", "*_retired*", "*magic*", "*tracks*", "*grass*"),
                    *("*biker-02-outbound*", "*-alt.svg"),
                    "*-right.svg",  # mirrored
                ),
                most=60,
            ),
        ),
    ),
)
