"""Packages whose free pictures are photographs."""

from __future__ import annotations

from free_picture_package import Package, Pick

PHOTOGRAPHED = (
    Package(
        "debian",
        "endless-sky-data",
        "0.9.8-1.2",
        "endless-sky/landscapes",
        "CC BY-SA",
        (
            Pick(
                "photo",
                "landscape",
                "photo",
                ("*/images/land/*.jpg", "*/images/scene/loc*.jpg"),
                most=290,
            ),
        ),
    ),
    Package(
        "debian",
        "mate-backgrounds",
        "1.26.0-1",
        "mate/backgrounds",
        "GPL",
        (Pick("photo", "plant", "photo", ("*/nature/*.jpg",), ("*/Aqua.jpg", "*/Wood.jpg")),),
    ),
    Package(
        "debian",
        "lomiri-wallpapers-16.04",
        "20.04.0-2",
        "ubports/wallpapers",
        "CC BY-SA",
        (
            Pick(
                "photo",
                "scene",
                "photo",
                ("*/backgrounds/*.jpg",),
                ("*/Picture_*", "*/Wine_*", "*/free_*", "*/analogpattern*", "*/umang_*"),
            ),
        ),
    ),
    Package(
        "debian",
        "lxqt-themes",
        "1.2.0-1",
        "lxqt/wallpapers",
        "CC BY-SA",
        (
            Pick(
                "photo",
                "plant",
                "photo",
                (
                    "*/wallpapers/after-the-rain.jpg",
                    "*/wallpapers/appleflower.png",
                    "*/wallpapers/beam.png",
                    "*/wallpapers/butterfly.png",
                    "*/wallpapers/cloud.png",
                    "*/wallpapers/drop.png",
                    "*/wallpapers/flowers.png",
                    "*/wallpapers/fog.jpg",
                ),
            ),
        ),
    ),
    Package(
        "debian",
        "kphotoalbum",
        "5.9.1-1",
        "kphotoalbum/demo",
        "GPL",
        (
            Pick(
                "photo",
                "scene",
                "photo",
                ("*/demo/*.jpg",),
                ("*/CategoryImages/*", "*/qt-logo.jpg"),
            ),
        ),
    ),
    Package(
        "debian",
        "kalzium-data",
        "4:22.12.3-1",
        "kalzium/laboratory",
        "GPL",
        (Pick("photo", "object", "photo", ("*/toolpics/*.jpg",)),),
    ),
    Package(
        "debian",
        "gramps",
        "5.1.5-1",
        "gramps/family",
        "GPL",
        (
            Pick(
                "photo",
                "old_bw",
                "photo",
                ("*/example/gramps/*.jpg",),
                ("*/O0.jpg", "*/O4.jpg", "*/Gunnlaugur*"),
            ),
            Pick(
                "photo",
                "face",
                "photo",
                ("*/gramps/O0.jpg", "*/gramps/O4.jpg", "*/gramps/Gunnlaugur*.jpg"),
            ),
        ),
    ),
    Package(
        "debian",
        "palapeli-data",
        "4:22.12.3-1",
        "palapeli/collection",
        "GPL",
        (Pick("photo", "scene", "photo", ("*/collection/*.jpg",)),),
    ),
    Package(
        "debian",
        "tuxtype-data",
        "1.8.3-5.1",
        "tuxtype/backgrounds",
        "GPL",
        (Pick("photo", "landscape", "photo", ("*/images/kcas*.jpg",)),),
    ),
)
