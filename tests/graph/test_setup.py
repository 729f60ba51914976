"""One setup per workspace, the same through every door."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from inksift.curation.base.errors import ParamError, StoreError
from inksift.curation.project import Project
from inksift.curation.spread.params import EngineParams
from inksift.curation.store.published import read_differs
from inksift.curation.store.setup import ScheduleParams, Setup, read_setup, setup_file, write_setup
from inksift.curation.store.workspace import Workspace
from inksift.pipelines.definitions import build
from inksift.pipelines.given import Given, from_environment, project_given, settings_given
from inksift.pipelines.instance import HOME_VARIABLE
from inksift.pipelines.remembering import REMEMBER_TAG, differences, remember
from inksift.pipelines.resources import settings_of_run
from inksift.pipelines.setup_sensor import first_setup
from tests.graph.conftest import QUICK, Command, Ended, settings

ROOT = Path(__file__).parents[2]
STRICT = "curated_dataset: {review: held}\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Folders that nothing was run on yet."""
    for name in ("crawl", "trusted"):
        (tmp_path / name).mkdir()
    return Project(tmp_path / "crawl", tmp_path / "w", tmp_path / "trusted")


def given(project: Project, *assignments: str, profile: str = "") -> Given:
    return Given(project.workspace_folder, profile=profile, assignments=assignments)


def remembered(project: Project) -> Setup:
    setup = read_setup(project.workspace_folder)
    assert setup
    return setup


# What is written


def test_the_first_run_that_succeeds_writes_what_it_was_given(
    finished: tuple[Path, Ended], sample: Path
) -> None:
    setup = read_setup(finished[0])
    assert setup
    assert (setup.source, setup.test) == (sample / "images", sample / "test")
    assert setup.settings == {
        "classifier": {"image_side_px": 32, "max_epochs": 2, "threads": 1},
        "explanations": {"tsne_layers": ["features"]},
    }
    told = json.loads(finished[1].stdout)
    assert told["setup"] == [
        f"the setup of later runs is in {setup_file(finished[0])}: edit it there"
    ]
    assert told["differs_from_setup"] == read_differs(Workspace(finished[0])) == []


def test_a_run_that_fails_writes_none(tmp_path: Path, inksift: Command) -> None:
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "a.png").write_bytes(b"1")
    result = inksift("run", tmp_path / "flat", "--workspace", tmp_path / "w", *settings(*QUICK))
    assert result.exit_code == 2
    assert "no class folders in" in result.stderr
    assert not setup_file(tmp_path / "w").exists()


def test_what_was_accepted_once_is_not_remembered(project: Project) -> None:
    found = settings_given(given(project, "verdicts.accept_removals=true"), project)
    remember(project, found)
    assert remembered(project).settings == {}
    assert differences(project, found) == []


def test_a_setup_is_written_once_unless_it_is_wanted_anew(project: Project) -> None:
    file = setup_file(project.workspace_folder)
    remember(project, settings_given(given(project), project))
    file.write_text(f"{file.read_text()}# ann was here\n")
    first = settings_given(given(project, "duplicates.keep=first"), project)
    assert remember(project, first) == []
    assert "# ann was here" in file.read_text()
    line, kept = remember(project, first, anew=True)
    assert str(file) in line
    assert "# ann was here" in Path(kept.removeprefix("the setup before it is in ")).read_text()
    assert remembered(project).settings == {"duplicates": {"keep": "first"}}


def test_a_profile_of_ones_own_is_remembered_by_its_place(project: Project, tmp_path: Path) -> None:
    profile = tmp_path / "strict.yaml"
    profile.write_text(STRICT)
    chosen = given(project, "duplicates.keep=first", profile=str(profile))
    remember(project, settings_given(chosen, project), profile=str(profile))
    assert remembered(project).profile == str(profile)
    assert remembered(project).settings == {"duplicates": {"keep": "first"}}
    later = settings_given(given(project), project)
    assert later["curated_dataset"].model_dump() == {"review": "held"}
    assert later == settings_given(chosen, project)


def test_a_schedule_that_people_wrote_outlives_a_setup_anew(project: Project) -> None:
    weekly = ScheduleParams(cron="0 5 * * 1", timezone="Europe/Zurich")
    write_setup(project.workspace.root, Setup(schedule=weekly))
    remember(project, settings_given(given(project), project), anew=True)
    assert remembered(project).schedule == weekly


# What a run is given


def test_what_is_not_given_is_remembered(project: Project, tmp_path: Path) -> None:
    remember(project, settings_given(given(project, "duplicates.keep=first"), project))
    assert project_given(Given(project.workspace_folder)) == project
    assert settings_given(given(project), project)["duplicates"].model_dump()["keep"] == "first"
    other = project_given(Given(project.workspace_folder, source=tmp_path / "other", no_test=True))
    assert other
    assert (other.source, other.test) == (tmp_path / "other", None)


def test_another_profile_stands_in_place_of_the_remembered_settings(project: Project) -> None:
    remember(project, settings_given(given(project, "duplicates.keep=first"), project))
    chosen = settings_given(given(project, "pairs.max_distance=4", profile="default"), project)
    assert chosen["duplicates"].model_dump()["keep"] == "best"
    laid_over = settings_given(given(project, "pairs.max_distance=4"), project)
    assert laid_over["duplicates"].model_dump()["keep"] == "first"


def test_folders_that_links_may_lead_into_are_followed(project: Project, tmp_path: Path) -> None:
    linked = Project(project.source, project.workspace_folder, link_roots=(tmp_path,))
    remember(linked, settings_given(given(linked), linked))
    again = project_given(Given(project.workspace_folder))
    assert again
    assert again.link_roots == (tmp_path,)
    assert settings_given(given(again), again)["images"].model_dump()["follow_links"] is True
    assert remembered(linked).settings == {}


def test_the_environment_outranks_the_setup(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(project, settings_given(given(project), project))
    monkeypatch.setenv("INKSIFT_WORKSPACE", str(project.workspace_folder))
    outranking = ("SOURCE", "TEST", "WEIGHTS", "LEDGER", "ENGINE", "RAY_ADDRESS", "LINK_ROOTS")
    for name in outranking:
        monkeypatch.delenv(f"INKSIFT_{name}", raising=False)
    assert project_given(from_environment()) == project
    monkeypatch.setenv("INKSIFT_TEST", str(tmp_path / "other"))
    found = project_given(from_environment())
    assert found
    assert found.test == tmp_path / "other"


def test_the_engine_is_that_of_the_setup_unless_another_is_named(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = EngineParams(kind="ray", address="head:6379", batch_mb=64)
    write_setup(project.workspace.root, Setup(source=project.source, engine=cluster))
    found = project_given(Given(project.workspace_folder))
    assert found
    assert found.engine == remembered(found).engine == cluster
    named = {"INKSIFT_ENGINE": "local", "INKSIFT_RAY_ADDRESS": "other:6379"}
    for name, value in {"INKSIFT_WORKSPACE": str(project.workspace_folder), **named}.items():
        monkeypatch.setenv(name, value)
    here = project_given(from_environment())
    assert here
    assert here.engine == EngineParams(address="other:6379", batch_mb=64)
    with pytest.raises(ParamError, match=r"engine\.kind: .*'local' or 'ray', got 'dask'"):
        project_given(Given(project.workspace_folder, engine={"kind": "dask"}))


def test_weights_that_are_gone_are_told(project: Project, tmp_path: Path) -> None:
    write_setup(project.workspace.root, Setup(source=project.source, weights=tmp_path / "gone"))
    with pytest.raises(
        ParamError, match=r"no such folder of weights: .*gone; correct weights in .*inksift"
    ):
        project_given(Given(project.workspace_folder))


# What differs


def test_every_difference_is_told(project: Project, tmp_path: Path) -> None:
    chosen = settings_given(given(project), project)
    assert differences(project, chosen) == []  # nothing is remembered yet
    remember(project, chosen)
    assert differences(project, chosen) == []
    (tmp_path / "o").mkdir()
    team = f"sqlite:///{tmp_path / 'team.sqlite'}"
    other = Project(tmp_path / "o", project.workspace_folder, None, tmp_path, team)
    told = differences(other, settings_given(given(project, "duplicates.keep=first"), other))
    assert told == [
        f"source: {tmp_path / 'o'} instead of {project.source}",
        f"test: none instead of {project.test}",
        f"weights: {tmp_path} instead of none",
        f"ledger: {team} instead of the workspace's own",
        "duplicates.keep: `first` instead of `best`",
    ]


def test_a_run_that_differs_says_so_and_marks_its_decisions(
    judged: Path, tmp_path: Path, inksift: Command
) -> None:
    before = setup_file(judged).read_bytes()
    out = ("--out", tmp_path / "o.csv", "--workspace", judged)
    result = inksift("judge", *out, "--set", "duplicates.keep=first")
    assert result.exit_code == 0, result.output
    line = "duplicates.keep: `first` instead of `best`"
    assert "note: this run differs from the setup of the workspace:\n  " + line in result.stdout
    assert setup_file(judged).read_bytes() == before
    assert read_differs(Workspace(judged)) == [line]
    page = (judged / "report.html").read_text()
    assert "this run differs from the setup in inksift.yaml: duplicates.keep" in page
    shown = inksift("setup", "--workspace", judged)
    assert f"the decisions of the last run were made otherwise:\n  {line}" in shown.stdout


def test_setup_shows_what_runs_start_from(finished: tuple[Path, Ended], inksift: Command) -> None:
    told = json.loads(inksift("setup", "--workspace", finished[0], "--json").stdout)
    assert told["file"] == str(setup_file(finished[0]))
    assert told["settings_with_profile"]["classifier"]["max_epochs"] == 2
    assert told["schedule"] == {"cron": "0 2 * * *", "timezone": "UTC"}
    shown = inksift("setup", "--workspace", finished[0]).stdout
    assert "  classifier.max_epochs = 2\n" in shown
    assert '  verdicts.recipe = "learned"  (of the profile)\n' in shown


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("profile: defalt", "did you mean default?"),
        ("schedule: {cron: 61 * * * *}", "setup.schedule.cron: expected minute, hour"),
    ],
)
def test_setup_tells_what_no_run_could_start_from(
    project: Project, inksift: Command, content: str, told: str
) -> None:
    setup_file(project.workspace.root).write_text(f"source: ../crawl\n{content}\n")
    shown = inksift("setup", "--workspace", project.workspace_folder)
    assert (shown.exit_code, told in shown.stderr) == (2, True), shown.output


def test_setup_shows_values_as_a_run_reads_them(project: Project, inksift: Command) -> None:
    odd = "source: ../crawl\nsettings: {images: {exclude: !!set {a}}, pairs: {max_distance: '4'}}"
    setup_file(project.workspace.root).write_text(odd)
    shown = inksift("setup", "--workspace", project.workspace_folder).stdout
    assert '  images.exclude = ["a"]\n' in shown
    assert "  pairs.max_distance = 4" in shown


@pytest.mark.parametrize("name", ["source", "test"])
def test_a_folder_of_the_setup_that_is_gone_is_told_with_its_file(
    project: Project, inksift: Command, name: str
) -> None:
    file = setup_file(project.workspace.root)
    file.write_text(yaml.safe_dump({"source": str(project.source), name: "../gone"}))
    result = inksift("run", "--workspace", project.workspace_folder)
    assert (result.exit_code, f"{file}: {name}: no such folder" in result.stderr) == (2, True)


def test_a_setup_that_is_spoilt_while_a_run_goes_on_spoils_no_run(
    judged: Path, tmp_path: Path, inksift: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inksift.pipelines import runner

    execute = runner.execute

    def spoil(*run: Any, **options: Any) -> Any:
        heard = execute(*run, **options)
        setup_file(judged).write_text("sorce: x")
        return heard

    monkeypatch.setattr(runner, "execute", spoil)
    result = inksift("judge", "--out", tmp_path / "o.csv", "--workspace", judged)
    assert result.exit_code == 0, result.output
    told = f"note: the setup was not written: {setup_file(judged)}: no setting called setup.sorce"
    assert told in result.stdout


def test_before_the_first_run_there_is_nothing_to_show(project: Project, inksift: Command) -> None:
    result = inksift("setup", "--workspace", project.workspace.root)
    assert result.exit_code == 2
    assert "the first run that succeeds writes it" in result.stderr
    result = inksift("setup", "--workspace", project.source)
    assert (result.exit_code, f"no {project.source}/inksift.yaml yet" in result.stderr) == (2, True)
    result = inksift("run", "--workspace", project.workspace.root)
    assert (result.exit_code, "no SOURCE given, and none in" in result.stderr) == (2, True)


# In Dagster


def test_settings_of_a_run_lie_over_the_setup(project: Project) -> None:
    remember(project, settings_given(given(project, "pairs.max_distance=4"), project))
    config = {"ops": {"trusted_test": {"config": {"max_file_mb": 9}}, "duplicates": None}}
    found = settings_of_run(project, config)
    assert found["pairs"].model_dump()["max_distance"] == 4
    assert found["images"].model_dump()["max_file_mb"] == 9
    assert differences(project, found) == ["images.max_file_mb: `9` instead of `64`"]


def test_config_in_dagster_starts_from_the_setup_and_tells_its_bounds(project: Project) -> None:
    remember(project, settings_given(given(project, "pairs.max_distance=4"), project))
    job = build(project).resolve_job_def("everything")
    launched = dg.validate_run_config(job, {"ops": {"pairs": {"config": {"neighbours": 3}}}})
    assert launched["ops"]["pairs"]["config"]["max_distance"] == 4
    assert launched["ops"]["pairs"]["config"]["neighbours"] == 3
    field = job.node_def_named("pairs").config_field.config_type.fields["max_distance"]
    assert field.description.endswith("(whole number, from 0 to 16)")
    assert field.default_value == 4


@pytest.mark.parametrize(
    ("stage", "config", "told"),
    [
        ("pairs", {"max_distance": 17}, "pairs.max_distance: .*equal to 16, got 17"),
        ("trusted_test", {"max_file_mb": 0}, "images.max_file_mb: .*equal to 1, got 0"),
    ],
)
def test_a_value_out_of_bounds_is_refused_when_a_run_is_launched(
    stage: str, config: dict[str, int], told: str
) -> None:
    job = build(None).resolve_job_def("curate")
    with pytest.raises(dg.DagsterError) as refused:
        dg.validate_run_config(job, {"ops": {stage: {"config": config}}})
    with pytest.raises(ParamError, match=told):
        raise refused.value.__cause__ or AssertionError


def test_the_schedule_is_that_of_the_setup(project: Project) -> None:
    weekly = ScheduleParams(cron="0 5 * * 1", timezone="Europe/Zurich")
    setup = Setup(source=project.source, settings={"duplicates": {"keep": "first"}})
    write_setup(project.workspace.root, setup.model_copy(update={"schedule": weekly}))
    defs = build(project)
    schedule = defs.resolve_schedule_def("nightly")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 5 * * 1", "Europe/Zurich")
    context = dg.build_schedule_context(repository_def=defs.get_repository_def())
    (request,) = schedule.evaluate_tick(context).run_requests or []
    assert request.run_config["ops"]["duplicates"]["config"]["keep"] == "first"
    write_setup(project.workspace.root, Setup(schedule=ScheduleParams(cron="0 99 * * *")))
    with pytest.raises(ParamError, match=r"inksift\.yaml: setup\.schedule\.cron: .*'0 99"):
        build(project)


@pytest.fixture
def ran(finished: tuple[Path, Ended], sample: Path, tmp_path: Path) -> Project:
    """A copy of the whole run, which a test may change."""
    workspace = Path(shutil.copytree(finished[0], tmp_path / "w"))
    return Project(sample / "images", workspace, sample / "test")


def tell_of_success(project: Project, **tags: str) -> None:
    """What the daemon does once the run of a workspace has succeeded."""
    from inksift.pipelines.instance import dagster_home

    with dg.DagsterInstance.from_config(str(dagster_home(project))) as instance:
        (run,) = instance.get_runs()
        (event,) = instance.get_records_for_run(run.run_id, of_type=SUCCESS).records
        context = dg.build_run_status_sensor_context(
            sensor_name="first_setup",
            dagster_event=event.event_log_entry.get_dagster_event(),
            dagster_instance=instance,
            dagster_run=run.with_tags({**run.tags, **tags}),
        )
        first_setup(project)(context)


def test_a_first_run_in_dagster_is_remembered_too(ran: Project) -> None:
    by_command_line = remembered(ran)
    setup_file(ran.workspace_folder).unlink()
    tell_of_success(ran)
    assert remembered(ran) == by_command_line


def test_a_run_that_is_to_be_remembered_replaces_no_later_edit(ran: Project) -> None:
    file, strict = setup_file(ran.workspace_folder), Setup(source=ran.source, profile="camp2022")
    write_setup(ran.workspace_folder, strict)
    tell_of_success(ran, **{REMEMBER_TAG: "yes"})
    assert remembered(ran) == strict
    os.utime(file, (0, 0))
    tell_of_success(ran, **{REMEMBER_TAG: "yes"})
    assert remembered(ran).test == ran.test
    newest = max(ran.workspace_folder.glob("inksift-*.yaml"))
    assert "profile: camp2022" in newest.read_text()


SUCCESS = dg.DagsterEventType.PIPELINE_SUCCESS


Started = list[tuple[list[str], dict[str, str]]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """The services that a UI would have started, of which the first is refused."""
    programs: Started = []

    def popen(program: list[str], *, env: dict[str, str], **_: object) -> None:
        programs.append((program, env))
        raise StoreError("enough")

    monkeypatch.setattr("inksift.pipelines.dagster_ui.services.subprocess.Popen", popen)
    return programs


def test_the_ui_imports_nothing_from_the_current_folder(
    project: Project, inksift: Command, started: Started
) -> None:
    remember(project, settings_given(given(project), project))
    assert inksift("ui", "--workspace", project.workspace_folder, "--port", 0).exit_code != 0
    ((program, environment),) = started
    assert "-P" in program
    assert environment["PYTHONSAFEPATH"] == "1"
    assert environment["INKSIFT_WORKSPACE"] == str(project.workspace_folder)
    assert Path(_after(program, "--working-directory")) == ROOT  # not the current one
    (theirs,) = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"]
    assert theirs["python_module"] == {
        "module_name": _after(program, "--module-name"),
        "location_name": _after(program, "--location-name"),
    }


def _after(words: list[str], option: str) -> str:
    return words[words.index(option) + 1]


def damaged_history(project: Project) -> None:
    history = project.workspace_folder / "dagster" / "history"
    history.mkdir(parents=True)
    (history / "runs.db").write_bytes(b"no database" * 1_000)


def test_the_ui_says_in_a_sentence_that_its_history_is_damaged(
    project: Project, inksift: Command, started: Started
) -> None:
    remember(project, settings_given(given(project), project))
    damaged_history(project)
    refused = inksift("ui", "--workspace", project.workspace_folder, "--port", 0)
    assert refused.exit_code == 2
    assert "Dagster's history is damaged (dagster/history/runs.db: " in refused.stderr
    assert started == []


def test_the_ui_does_not_mind_a_history_that_it_does_not_use(
    project: Project,
    inksift: Command,
    started: Started,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    remember(project, settings_given(given(project), project))
    damaged_history(project)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    assert "enough" in inksift("ui", "--workspace", project.workspace_folder, "--port", 0).stderr
    assert len(started) == 1
