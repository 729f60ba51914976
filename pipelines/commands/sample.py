"""`inksift sample`: a drawn data set to try everything on."""

import json
from pathlib import Path

import click

from inksift.pipelines.commands.options import FOLDER, json_option


@click.command()
@click.argument("folder", type=FOLDER)
@click.option(
    "--images",
    type=int,
    default=120,
    show_default=True,
    help="Drawings in the largest of the 8 classes.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Another seed draws another data set."
)
@json_option
def sample(folder: Path, images: int, seed: int, as_json: bool) -> None:
    """Draw a small noisy data set with known truth: FOLDER/images, FOLDER/test and
    FOLDER/truth.csv.

    \b
    Example:
      inksift sample demo && inksift run demo/images --test demo/test --truth demo/truth.csv
    """
    from inksift.curation.sample import SampleParams, draw_sample

    truth = draw_sample(folder, SampleParams.of("sample", {"images": images, "seed": seed}))
    kinds = truth["kind"].value_counts().to_dict()
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "files": len(truth), "kinds": kinds}))
    else:
        listed = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        click.echo(
            f"{len(truth)} files in {folder / 'images'}: {listed}; the truth is in "
            f"{folder / 'truth.csv'}"
        )
