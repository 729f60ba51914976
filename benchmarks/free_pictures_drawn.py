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
        "public domain",
        (Pick("illustration", "object", "cartoon", ("*/art4apps/*.jpg",)),),
    ),
    Package(
        "debian",
        "wesnoth-1.16-data",
        "1:1.16.9-1",
        "wesnoth/wesnoth",
        "GPL",
        (
            Pick("illustration", "person", "digital_painting", ("*/portraits/*.png",), most=130),
            Pick("illustration", "landscape", "digital_painting", ("*/story/*.jpg",), most=20),
        ),
    ),
    Package(
        "debian",
        "crawl-tiles-data",
        "2:0.28.0-1.1",
        "crawl/crawl",
        "CC0",
        (Pick("illustration", "creature", "game_title_art", ("*/tiles/title_*.png",)),),
    ),
    Package(
        "debian",
        "flare-game",
        "1.14-1",
        "flare/portraits",
        "CC BY-SA",
        (Pick("illustration", "face", "digital_painting", ("*/portraits/*.png",)),),
    ),
    Package(
        "debian",
        "freecol",
        "1.0.0-1",
        "freecol/portraits",
        "GPL",
        (
            Pick(
                "illustration",
                "face",
                "painting_trad",
                ("*/foundingFathers/*.jpg", "*/monarch/*.png"),
                (
                    "*size*",
                    "*/bismarck*",
                    "*/atahualpa*",
                    "*/moctezuma*",
                    "*/frederik*",
                    "*/tao*",
                    "*/jeanDeBrebeuf*",
                ),
            ),
        ),
    ),
    Package(
        "debian",
        "hedgewars-data",
        "1.0.2-6",
        "hedgewars/themes",
        "GPL",
        (
            Pick(
                "illustration",
                "object",
                "game_cartoon",
                ("*/Themes/*.png",),
                (
                    "*Tex.png",
                    "*/Sky*",
                    "*Clouds*",
                    "*/horizon*",
                    "*Border*",
                    "*Girder*",
                    "*mask*",
                    "*Dudes*",
                    "*Chunk*",
                    "*Flake*",
                    "*/Snow*",
                    "*Back*",
                ),
            ),
        ),
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
        "lordsawar-data",
        "0.3.2+frogknows-1",
        "lordsawar/scenes",
        "GPL",
        (
            Pick(
                "illustration",
                "scene",
                "digital_painting",
                tuple(
                    f"*/various/{name}*.png"
                    for name in (
                        "city_occ",
                        "parley",
                        "recruit",
                        "ruin_",
                        "ship",
                        "win",
                        "commentator",
                    )
                ),
            ),
        ),
    ),
    Package(
        "debian",
        "freeorion-data",
        "0.4.10.2-1",
        "freeorion/species",
        "CC BY-SA",
        (Pick("illustration", "creature", "digital_painting", ("*/art/species/*.png",)),),
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
        "renpy-thequestion",
        "8.0.3+dfsg-1",
        "renpy/sylvie",
        "MIT",
        (Pick("illustration", "person", "anime", ("*/game/images/sylvie*.png",)),),
    ),
    Package(
        "debian",
        "renpy-demo",
        "8.0.3+dfsg-1",
        "renpy/demo",
        "MIT",
        (
            Pick(
                "illustration",
                "person",
                "anime",
                ("*/images/eileen*.png", "*/images/lucy*.png", "*/images/concert*.png"),
            ),
        ),
    ),
    Package(
        "debian",
        "ardentryst",
        "1.71-9",
        "ardentryst/items",
        "CC BY-SA",
        (
            Pick(
                "illustration",
                "object",
                "game_cartoon",
                (
                    "*_Mentor*.png",
                    "*/*Potion*.png",
                    "*/*Sword*.png",
                    "*/*Axe*.png",
                    "*/*Staff*.png",
                    "*/*bow*.png",
                    "*/*robe*.png",
                    "*/*ring[0-9]*.png",
                ),
                most=60,
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
            Pick("illustration", "object", "line_art", ("*_bw*.svg",), most=80),
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
    Package(
        "pypi",
        "arcade",
        "3.3.3",
        "kenney/arcade",
        "MIT",
        (
            Pick(
                "illustration",
                "person",
                "game_flat",
                (
                    "*/animated_characters/*_idle.png",
                    "*/animated_characters/*_jump.png",
                    "*/animated_characters/*_walk0.png",
                    "*/animated_characters/*_climb0.png",
                    "*/images/alien/*.png",
                    "*/images/enemies/*.png",
                    "*/images/items/*.png",
                ),
            ),
        ),
    ),
)
