"""Packages that teach: photographs and drawings of what is to be learnt."""

from __future__ import annotations

from free_picture_package import Package, Pick

_PIECES = (
    *("AlbrechtDurer_c1", "AlbrechtDurer_c4", "Arcimboldo_Librarian_b1"),
    *("Arcimboldo_Librarian_b3", "Arcimboldo_Spring_a3", "Arcimboldo_Spring_b1"),
    *("Michelangelo_Pieta_a3", "Michelangelo_Pieta_b3", "MonaLisa_a1", "MonaLisa_b1"),
    *("PalaDiPesaro_a2", "PalaDiPesaro_b2", "PieterBruegel_c1", "PieterBruegel_d2"),
    *("bazille_rampart_4", "bazille_rampart_6", "cassat_summertime_2", "cassat_summertime_4"),
    *("degas_class-dance_1", "degas_class-dance_4", "gogh_auvert_3", "gogh_auvert_6"),
    *("renoir-filles_piano-3", "renoir-filles_piano-7"),
    *("renoir-moulin_de_la_galette-1", "renoir-moulin_de_la_galette-3"),
)
"""Pieces of jigsaws that show something, of each painting few."""

_PRINT_PIECES = (
    *("EjiriSuruga_a2", "EjiriSuruga_c3", "GreatWave_a3", "GreatWave_b3"),
    *("HiroshigeHorsePrawns_a2", "HiroshigeHorsePrawns_b4"),
    *("HiroshigeInokashiraSnow_b2", "HiroshigeInokashiraSnow_c3"),
    *("HokusaiBridge_b4", "HokusaiBridge_d3", "HokusaiOiranKamuro_a2", "HokusaiOiranKamuro_b2"),
    *("HokusaiPoppies_b2", "HokusaiPoppies_d5", "HokusaiWomanHoldingFan_a2"),
    *("HokusaiWomanHoldingFan_b3", "KazusaSeaRoute_b4", "KazusaSeaRoute_d4"),
)

TEACHING = (
    Package(
        "debian",
        "gcompris-qt-data",
        "3.1-2",
        "gcompris/activities",
        "CC BY-SA",
        (
            Pick(
                "photo",
                "animal",
                "photo",
                (
                    "*/erase/resource/*.webp",
                    "*/explore_farm_animals/resource/animals/*.webp",
                    "*/explore_world_animals/resource/animals/*.webp",
                    "*/explore_world_music/resource/music/*.webp",
                ),
                most=80,
            ),
            Pick(
                "photo",
                "building",
                "photo",
                ("*/explore_monuments/resource/*.webp", "*/details/resource/image/*.webp"),
                ("*Gogh*", "*/Eglise_*", "*/PortraitOf*", "*/NDP_*"),
                80,
            ),
            Pick(
                "photo",
                "object",
                "photo",
                (
                    "*/categorization/resource/images/fishes/*.webp",
                    "*/categorization/resource/images/monuments/*.webp",
                    "*/categorization/resource/images/renewable/*.webp",
                    "*/categorization/resource/images/tools/*.webp",
                ),
                # plates of fish by Duane Raver
                ("*/fish2.webp", "*/fish5.webp", "*/fish23.webp", "*/fish24.webp"),
                140,
            ),
            Pick(
                "illustration",
                "object",
                "cartoon",
                (
                    "*/babymatch/resource/images/*.svg",
                    "*/babyshapes/resource/food/*.svg",
                    "*/family/resource/*.svg",
                    "*/memory/resource/[0-9]*.svg",
                ),
                ("*/T_*", "*/rings.svg", "*/background*", "*/sound.svg"),
                100,
            ),
            Pick(
                "illustration",
                "scene",
                "painting_trad",
                (
                    "*/details/resource/image/*Gogh*_background.webp",
                    "*/details/resource/image/Eglise_*_background.webp",
                    "*/details/resource/image/PortraitOf*_background.webp",
                ),
                most=10,
            ),
            Pick(
                "illustration",
                "animal",
                "cartoon",
                ("*/lang/resource/words_sample/*.webp",),
                most=45,
            ),
            Pick(
                "illustration",
                "piece of a painting",
                "painting_trad",
                tuple(f"*/paintings/resource/image/{name}.webp" for name in _PIECES),
                most=30,
            ),
            Pick(
                "illustration",
                "piece of a print",
                "ukiyo_e",
                tuple(f"*/paintings/resource/image/{name}.webp" for name in _PRINT_PIECES),
                most=20,
            ),
        ),
    ),
    Package(
        "debian",
        "stellarium-data",
        "0.22.2-1",
        "stellarium/landscapes",
        "GPL",
        (
            Pick(
                "photo",
                "landscape",
                "photo",
                (
                    "*/guereins/guereins[1-8].png",
                    "*/hurricane/hurricane[1-8].png",
                    "*/garching/garching-gl[1-4].png",
                ),
            ),
            Pick(
                "illustration",
                "constellation",
                "digital_painting",
                ("*/skycultures/western/*.png",),
                most=40,
                licence="Free Art",
            ),
            Pick(
                "illustration",
                "constellation",
                "cartoon",
                ("*/skycultures/belarusian/*.png",),
                licence="Free Art",
            ),
            Pick(
                "illustration",
                "constellation",
                "digital_painting",
                ("*/skycultures/boorong/*.png",),
                most=20,
            ),
        ),
    ),
)
