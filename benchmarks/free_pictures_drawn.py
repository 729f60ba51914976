"""Packages whose free pictures are drawn or painted."""

from __future__ import annotations

from free_picture_package import Package, Pick

_THINGS = ("1F3[2-7]?", "1F3[ACDE]?", "1F4[0-3]?", "1F6[89]?", "1F95?", "1F98?")
"""Code points of emoji that show plants, food, sports, buildings, animals and vehicles."""

DRAWN = (
    Package(
        "debian",
        "pysiogame",
        "4.20.01-1",
        "art4apps/words",
        "CC BY-SA",
        (Pick("illustration", "object", "cartoon", ("*/art4apps/*.jpg",)),),
    ),
    Package(
        "debian",
        "wordpress-theme-twentytwentyone",
        "6.1.9+dfsg1-0+deb12u1",
        "wordpress/morisot",
        "GPL",
        (
            Pick(
                "illustration",
                "person",
                "painting_trad",
                ("*/assets/images/*.jpg",),
            ),
        ),
    ),
    Package(
        "debian",
        "wordpress-theme-twentytwentytwo",
        "6.1.9+dfsg1-0+deb12u1",
        "wordpress/birds",
        "GPL",
        (
            Pick(
                "illustration",
                "animal",
                "botanical_plate",
                ("*/images/bird-on-*.jpg", "*/images/ducks.jpg", "*/images/icon-bird.jpg"),
            ),
        ),
    ),
    Package(
        "debian",
        "krita-data",
        "1:5.1.5+dfsg-2+deb12u1",
        "krita/tools",
        "GPL",
        (
            Pick(
                "illustration",
                "object",
                "digital_painting",
                ("*/preset_icons/tool_icons/0[0-9]_*.png",),
            ),
        ),
    ),
    Package(
        "debian",
        "openclipart-svg",
        "1:0.18+dfsg-19",
        "openclipart/library",
        "public domain",
        (
            Pick(
                "illustration",
                "object",
                "clip_art",
                tuple(
                    f"*/svg/{name}/*.svg"
                    for name in (
                        "animals",
                        "buildings",
                        "food",
                        "people",
                        "plants",
                        "recreation",
                        "tools",
                        "transportation",
                    )
                ),
                ("*_bw*", "*/cards/*", "*/roadsigns/*", "*aiga*", "*flag*", "*/smilies/*"),
            ),
            Pick(
                "illustration",
                "object",
                "line_art",
                tuple(
                    f"*/svg/{name}/*_bw*.svg"
                    for name in ("animals", "food", "people", "recreation", "transportation")
                ),
                most=80,
            ),
        ),
    ),
    Package(
        "npm",
        "openmoji",
        "17.0.0",
        "openmoji/openmoji",
        "CC BY-SA",
        (
            Pick(
                "illustration",
                "object",
                "emoji_openmoji",
                tuple(f"package/color/svg/{block}.svg" for block in _THINGS),
            ),
            Pick(
                "illustration",
                "object",
                "line_art",
                tuple(f"package/black/svg/{block}.svg" for block in _THINGS),
            ),
        ),
    ),
    Package(
        "npm",
        "@twemoji/svg",
        "15.0.0",
        "twitter/twemoji",
        "CC BY",
        (
            Pick(
                "illustration",
                "object",
                "emoji_twemoji",
                tuple(f"package/{block.lower()}.svg" for block in _THINGS),
            ),
        ),
    ),
)
