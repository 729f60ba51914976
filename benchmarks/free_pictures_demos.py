"""Toys, galleries and libraries whose demonstrations are photographs, and paintings among them."""

from __future__ import annotations

from free_picture_package import Package, Pick

DEMOS = (
    Package(
        "debian",
        "xteddy",
        "2.2-5",
        "xteddy/toys",
        "GPL",
        (
            Pick(
                "photo",
                "cut_out",
                "photo_cut_out",
                ("*/share/xteddy/x*.png",),
                ("*/xpenguin.png", "*/xtuxxy.png"),
            ),
        ),
    ),
    Package(
        "debian",
        "libelementary-data",
        "1.26.3-1",
        "enlightenment/elementary",
        "BSD",
        (
            Pick(
                "photo",
                "scene",
                "photo",
                tuple(
                    f"*/elementary/images/{name}.jpg"
                    for name in (
                        *("insanely_huge_test_image", "mystrale", "mystrale_2"),
                        *("plant_01", "rock_0[12]", "sky_0[1-4]"),
                    )
                ),
            ),
        ),
    ),
    Package(
        "debian",
        "libjs-jquery-colorbox",
        "1.6.4-1.1",
        "jackmoore/colorbox",
        "MIT",
        (
            Pick("photo", "bw", "photo", ("*/content/marylou.jpg", "*/content/ohoopee[12].jpg")),
            Pick("photo", "dog", "photo", ("*/content/daisy.jpg", "*/content/ohoopee3.jpg")),
        ),
    ),
    Package(
        "debian",
        "visp-images-data",
        "3.5.0-1",
        "visp/images",
        "GPL",
        (
            Pick("photo", "old_bw", "photo", ("*/Solvay_conference_1927_Version2_1280x881.jpg",)),
            Pick("illustration", "person", "painting_trad", ("*/Klimt/Klimt.jpeg",)),
        ),
    ),
    Package(
        "debian",
        "darknet",
        "0.0.0+git20180914.61c9d02e-2+b4",
        "pjreddie/darknet",
        "MIT",
        (
            Pick(
                "photo",
                "animal",
                "photo",
                ("*/darknet/data/*.jpg",),
                ("*/scream.jpg",),
            ),
            Pick("illustration", "person", "painting_trad", ("*/darknet/data/scream.jpg",)),
        ),
    ),
    Package(
        "pypi",
        "psychopy",
        "2026.2.5",
        "psychopy/demos",
        "GPL",
        (
            Pick(
                "photo",
                "building",
                "photo",
                (
                    "*/randomisedBlocks/stims/*.jpg",
                    "*/BART/assets/background.jpg",
                    "*/panorama/panImg.jpg",
                    "*/coder/stimuli/*.jpg",
                    "*/gcCursor/images/*.jpg",
                ),
            ),
        ),
    ),
    Package(
        "npm",
        "opencv",
        "7.0.0",
        "peterbraden/opencv",
        "MIT",
        (
            Pick(
                "photo",
                "vehicle",
                "photo",
                ("*/files/car[12].jpg", "*/files/quads.jpg", "*/files/stuff.png"),
            ),
            Pick("illustration", "person", "painting_trad", ("*/files/mona.png",)),
        ),
    ),
    Package(
        "npm",
        "flexslider",
        "2.7.2",
        "woocommerce/flexslider",
        "GPL",
        (Pick("photo", "food", "photo", ("*/demo/images/kitchen_*.jpg",)),),
    ),
    Package(
        "npm",
        "jquery-backstretch",
        "2.1.18",
        "jquery-backstretch/examples",
        "MIT",
        (
            Pick(
                "photo",
                "object",
                "photo",
                tuple(
                    f"*/examples/{name}.jpg"
                    for name in ("coffee", "dome", "pot-holder", "sample[12]_1280")
                ),
            ),
        ),
    ),
)
