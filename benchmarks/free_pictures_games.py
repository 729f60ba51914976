"""Packages of games whose pictures are drawn or painted."""

from __future__ import annotations

from free_picture_package import Package, Pick

_EVENTS = (
    *("discovery", "landing", "meet_aztec", "meet_natives", "military", "political"),
    *("religious", "trade"),
)

GAMES = (
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
            Pick(
                "illustration",
                "scene",
                "engraving",
                tuple(f"*/images/ui/{name}.png" for name in _EVENTS),
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
                    "*Splash*",
                    "*Droplet*",
                    "*flake*",
                    "*Explo*",
                    "*SD*",
                ),
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
