"""Games and drawing programs that hold photographs beside what is drawn."""

from __future__ import annotations

from free_picture_package import Package, Pick

_GOODS = (
    *("animal_meat", "animal_products", "base", "bonsai", "books", "bulk_seeds"),
    *("classical_instruments", "clothing", "coffee", "cotton", "engineered_seeds", "erotica"),
    *("experimental_drugs", "facing_stone", "fresh_water", "grains", "incense", "jewelry"),
    *("livestock", "livestock_equipment", "londegal_silks", "longevity_drugs", "luddite_tracts"),
    *("lumber", "luxury_mealpacks", "musical_instruments", "narcotics", "natural_gas"),
    *("natural_sculptures", "petrochems", "produce", "recycled_metals", "recycled_oil"),
    *("reinforced_rubber", "seafood", "spices", "welding_lasers", "wine", "wood_boards"),
)
"""Goods that were photographed; most others were rendered."""

_HEROES = (
    *("atl02.wmf/pics/princess", "atl02.wmf/pics/opol", "atl02.wmf/pics/loftomor"),
    *("atl02.wmf/pics/colionder", "atl02.wmf/pics/sidolus", "atl02.wmf/pics/ostur"),
    *("bar01.wmf/pics/boldreth", "bar01.wmf/pics/chieftain", "bar01.wmf/pics/khantrukh"),
    *("emp01.wmf/pics/Amalea", "emp01.wmf/pics/Lutius", "emp01.wmf/pics/Saledus"),
    *("emp04.wmf/pics/Julia", "emp04.wmf/pics/Markus"),
)

WORLDS = (
    Package(
        "debian",
        "naev-data",
        "0.8.2-1",
        "naev/naev",
        "GPL",
        (
            Pick(
                "photo",
                "object",
                "photo",
                tuple(f"*/gfx/commodity/{name}.png" for name in _GOODS),
            ),
            Pick(
                "illustration",
                "face",
                "digital_painting",
                ("*/portraits/neutral/*.png", "*/portraits/pirate/*.png"),
                ("*/male11.png",),
                most=30,
            ),
        ),
    ),
    Package(
        "debian",
        "widelands-data",
        "2:1.1-3",
        "widelands/widelands",
        "GPL",
        (
            Pick("photo", "landscape", "photo", ("*/loadscreens/gameloading/*.png",)),
            Pick(
                "illustration",
                "face",
                "digital_painting",
                tuple(f"*/campaigns/{name}.png" for name in _HEROES),
            ),
        ),
    ),
    Package(
        "debian",
        "tuxpaint-data",
        "1:0.9.28-sdl2-1",
        "tuxpaint/templates",
        "GPL",
        (
            Pick("photo", "plant", "photo", ("*/tuxpaint/templates/*.jpg",)),
            Pick(
                "illustration",
                "object",
                "line_art",
                tuple(
                    f"*/starters/{name}.png"
                    for name in ("carcasone", "frog", "pansy", "street", "worldmap")
                ),
            ),
        ),
    ),
)
