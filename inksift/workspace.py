"""A folder of results that goes on from run to run."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inksift.copies import groups_of
from inksift.reviewing import Review
from inksift.running import (
    PathLike,
    Settings,
    location_given,
    run_in_python,
    what_is_given,
    workspace_given,
)

if TYPE_CHECKING:
    import pandas as pd

    from inksift.curation.publish.task import ExportSummary
    from inksift.curation.runs.comparison import RunComparison
    from inksift.curation.store.setup import Setup
    from inksift.curation.store.workspace import Workspace as Stored


class Workspace:
    """The folder of a workspace, the same that the command line writes to and Dagster runs in.

    `run` makes one where there is none yet. What reads a run raises ParamError where the folder is
    no workspace, StoreError before the first run and where a file of it is damaged; what runs
    raises as `inksift.judge` does. Frames are read anew each time.

    >>> import inksift, pathlib, tempfile
    >>> from PIL import Image
    >>> here = pathlib.Path(tempfile.mkdtemp())
    >>> (here / "crawl" / "cat").mkdir(parents=True)
    >>> drawn = Image.effect_mandelbrot((240, 240), (-2, -1, 1, 1), 90)
    >>> for name in ("cat.png", "twin.png"):
    ...     drawn.save(here / "crawl" / "cat" / name)
    >>> work = inksift.Workspace(here / "work")
    >>> told = work.run(
    ...     here / "crawl",
    ...     train=False,
    ...     settings={"object_counts": {"download": False}},
    ...     progress=False,
    ... )
    >>> work.decisions[["path", "duplicate_of"]].values.tolist()
    [['cat/cat.png', ''], ['cat/twin.png', 'cat/cat.png']]
    >>> work.setup.source.name, work.runs["files"].tolist(), work.summary["macro_f1"]
    ('crawl', [2], None)
    >>> work.export(here / "kept.csv", form="csv").pictures
    1
    """

    def __init__(self, path: PathLike) -> None:
        self._path = workspace_given(path)

    def __repr__(self) -> str:
        return f"Workspace({str(self._path)!r})"

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    def run(
        self,
        source: PathLike | None = None,
        *,
        test: PathLike | None = None,
        no_test: bool = False,
        train: bool = True,
        profile: str = "",
        settings: Settings | None = None,
        weights: PathLike | None = None,
        link_roots: Iterable[PathLike] = (),
        ledger: str = "",
        accept_removals: bool = False,
        accept_other_ledger: bool = False,
        remember: bool = False,
        progress: bool = True,
    ) -> dict[str, Any]:
        """The whole chain, as `inksift run` does it: curate, train, report F1; without `train` up
        to the decisions. The answer is `summary`, with what is to know of this run beside it.

        What is not given is taken from `setup`. `test` is a trusted folder of the same shape, for
        F1 only, and `no_test` leaves out that of the setup; `accept_removals` goes on whatever
        share is rejected, `accept_other_ledger` without decisions that only the last run heard, and
        `remember` makes what is given the setup."""
        from inksift.pipelines.summary import summary

        given = what_is_given(
            self._path,
            source,
            test=test,
            link_roots=link_roots,
            weights=weights,
            settings=settings,
            accepted={
                "verdicts.accept_removals": accept_removals,
                "human_decisions.accept_other_ledger": accept_other_ledger,
            },
            no_test=no_test,
            ledger_url=ledger,
            profile=profile,
        )
        job = "everything" if train else "curate"
        return summary(run_in_python(job, given, progress=progress, remember=remember), truth=None)

    def decide(
        self, *, weights: PathLike | None = None, ledger: str = "", progress: bool = True
    ) -> dict[str, Any]:
        """Take in what people decided since the last run, in the review app or by import, with the
        setup; nothing is decoded, embedded or trained. The answer is that of `run`.

        ParamError where the setup, or the last run, is not what was measured with."""
        from inksift.pipelines.decide import given_to_decide
        from inksift.pipelines.summary import summary

        chosen = what_is_given(self._stored.root, weights=weights, ledger_url=ledger)
        ended = run_in_python("decide", given_to_decide(chosen), progress=progress)
        return summary(ended, truth=None)

    @property
    def decisions(self) -> "pd.DataFrame":
        """The decision on every file of the last run, one row a file, as `inksift.judge` gives."""
        from inksift.curation.store.published import read_decisions

        return read_decisions(self._stored)

    @property
    def duplicates(self) -> "pd.DataFrame":
        """The files that were there more than once, as `inksift.find_duplicates` gives them."""
        return groups_of(self._stored)

    @property
    def summary(self) -> dict[str, Any]:
        """What became of the files of the last run: `files`, `outcomes` and `reasons` with a count
        each, `review_counts_as`, `decided_by_people`, `label_conflicts`; and `macro_f1`, `accuracy`
        (0 to 1) and `test_set`, None where nothing was trained on these decisions."""
        from inksift.curation.store.published import (
            F1,
            read_decisions,
            read_f1_report,
            read_review,
        )
        from inksift.pipelines.summary import counted

        here = self._stored
        told = counted(read_decisions(here), read_review(here))
        trained = (here.root / F1).exists()
        report = read_f1_report(here) if trained else {}
        return told | {name: report.get(name) for name in ("macro_f1", "accuracy", "test_set")}

    @property
    def f1(self) -> "pd.DataFrame":
        """How well each class is told by a network trained on what was kept, the worst first:
        `class`, `precision`, `recall`, `f1` (0 to 1, float64, missing where undefined), `support`
        (test pictures, int64) and `note`. StoreError where nothing was trained on the decisions."""
        from inksift.curation.store.published import read_f1_report
        from inksift.curation.training.evaluation import per_class_table

        return per_class_table(read_f1_report(self._stored))

    @property
    def runs(self) -> "pd.DataFrame":
        """Every finished run that is kept, the newest first, one row a run: `name`, `date`
        (datetime64, UTC), `latest` (bool), `profile`, `version`, `source`, `test`, the number of
        `files`, `kept`, `review` and `rejected` (int64), `macro_f1` and `accuracy` (float64,
        missing where nothing was trained) and the `folder` that holds its files."""
        from inksift.curation.runs.listed import listed_runs
        from inksift.run_table import run_table

        return run_table(listed_runs(self._stored))

    @property
    def setup(self) -> "Setup | None":
        """What runs on this workspace start from, `inksift.yaml`; None before the first run."""
        from inksift.curation.store.setup import read_setup

        return read_setup(self._path)

    def diff(self, before: str, after: str = "latest") -> "RunComparison":
        """What changed from one kept run to another, each told by its name, a part of it that no
        other has, or "latest".

        `.changes` has one row a file that is decided differently, `.moves` counts them by outcome
        and reason, `.classes` has counts and F1 of every class, the earlier run with `_before`;
        `.settings` and `.facts` list what was set differently. ParamError names the runs there
        are."""
        from inksift.curation.runs.comparison import compare_runs
        from inksift.curation.runs.kept import find_run

        here = self._stored
        return compare_runs(here, find_run(here, before), find_run(here, after))

    def review(self, *, port: int = 0, who: str = "", ledger: str = "") -> Review:
        """Serve the review app on 127.0.0.1 in the background, and give what has its `url` and
        `stop()`; it is a context manager too. Port 0 takes any free one, and `who` decides is your
        login name unless you say otherwise.

        What is decided there is in the ledger at once: `decide`, or the next `run`, takes it in."""
        from inksift.pipelines.who import login

        return Review(self._stored, port=port, who=who or login(), ledger_url=ledger)

    def export(
        self,
        target: PathLike,
        *,
        form: str = "folders",
        split: bool = False,
        source: PathLike | None = None,
        with_review: bool | None = None,
        link: bool = False,
        repeats: int = 1,
    ) -> "ExportSummary":
        """Write what was kept to `target`, in the form that the next tool takes as it is: one of
        those of `inksift export`. Not `complete` where a file changed or vanished since the run:
        `skipped` says why.

        With `split` it is divided as the run did it. The pictures are in `source` where they moved
        since; `with_review` says whether those under review belong to it, `link` makes hard links,
        and `repeats` is for kohya."""
        from inksift.pipelines.exporting import export_run

        return export_run(
            self._stored,
            Path(target),
            source=location_given(source),
            with_review=with_review,
            link=link,
            form=form,
            split=split,
            repeats=repeats,
        )

    @property
    def _stored(self) -> "Stored":
        from inksift.pipelines.existing import existing

        return existing(self._path)
