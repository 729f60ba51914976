"""`inksift head`: the numbers that tell photographs from illustrations, fitted anew."""

from pathlib import Path

import click

from inksift.curation.base.errors import ParamError
from inksift.pipelines.commands.options import FOLDER, json_option, weights_option, workspace_option


@click.group()
def head() -> None:
    """The medium head: what tells photographs from illustrations in an embedder's features."""


@head.command()
@click.argument("labelled", type=FOLDER, nargs=-1, required=True)
@click.option(
    "--embedder",
    default="",
    help="The network whose features are read.  [default: that of embeddings.embedder]",
)
@click.option("--out", type=FOLDER, required=True, help="The folder for the head and its card.")
@weights_option
@workspace_option
@json_option
def fit(
    labelled: tuple[Path, ...],
    embedder: str,
    out: Path,
    weights_dir: Path | None,
    workspace: Path,
    as_json: bool,
) -> None:
    """Fit a head on LABELLED folders, and write medium-EMBEDDER.json and its card.

    Each folder holds pictures and a manifest.csv with the columns path, kind (illustration or
    photo), class, style, source and, if you like, licence. Whatever was measured is kept in the
    workspace. Give the folder of --out as --weights-dir to use the head; to count objects and to
    embed by other networks their weights must lie there too.

    \b
    Example:
      inksift head fit mine others --embedder efficientnet-b4 --out heads
    """
    import json
    from datetime import date

    from inksift.curation.evidence.features import FeatureParams, load_embedder
    from inksift.curation.evidence.objects import ObjectParams, load_detector
    from inksift.curation.store.files import write_atomically
    from inksift.curation.store.workspace import Workspace
    from inksift.curation.verdict.medium.fitting.card import card
    from inksift.curation.verdict.medium.fitting.fit import fit_head
    from inksift.curation.verdict.medium.fitting.manifest import read_labelled
    from inksift.curation.verdict.medium.fitting.measured import measure_pictures
    from inksift.curation.verdict.medium.head import own_head

    if out.exists() and not out.is_dir():
        raise ParamError(f"--out {out} is a file: give a folder")
    features = FeatureParams.of("embeddings", {"embedder": embedder} if embedder else {})
    here = Workspace(workspace)
    with here.locked():
        pictures = read_labelled(labelled, here)
        network = load_embedder(here, weights_dir, features)
        detector = load_detector(here, weights_dir, ObjectParams.of("object_counts", {}))
        measured = measure_pictures(pictures, here, embedder=network, detector=detector)
    fitted = fit_head(measured, embedder=features.embedder)
    head_file = own_head(out, features.embedder)
    card_file = head_file.with_suffix(".md")
    write_atomically(head_file, fitted.head.to_json())
    write_atomically(card_file, card(fitted, measured.table, made_on=date.today()))
    told = {
        "head": str(head_file),
        "card": str(card_file),
        "illustrations": fitted.head.illustrations,
        "photographs": fitted.head.photos,
        "sources": int(measured.table["source"].nunique()),
    }
    if as_json:
        click.echo(json.dumps(told))
    else:
        click.echo(
            f"fitted on {told['illustrations']} illustrations and {told['photographs']} "
            f"photographs of {told['sources']} sources; use it with --weights-dir {out}\n"
            f"{head_file}\n{card_file}"
        )
