"""How the steps of a run are executed: one after the other in one process, or beside each other."""

import os
from collections.abc import Iterator
from typing import Any

import dagster as dg

from inksift.assets.shared.stage import ALL_CORES, CORES_TAG
from inksift.curation.base.errors import ParamError
from inksift.curation.base.nearest import did_you_mean
from inksift.curation.project import Project
from inksift.pipelines.shared import held

EXECUTOR_VARIABLE = "INKSIFT_EXECUTOR"
IN_PROCESS, MULTIPROCESS = "in_process", "multiprocess"
_MOST_STEPS = 2
"""At once. Each is a process of about 1 GB, of which one may take all cores."""
_STEPS = {
    "max_concurrent": _MOST_STEPS,
    "tag_concurrency_limits": [{"key": CORES_TAG, "value": ALL_CORES, "limit": 1}],
    "retries": {"enabled": {}},
    # Libraries are imported once, not in every step.
    "start_method": {"forkserver": {"preload_modules": [f"{__package__}.definitions"]}},
}


def executor_from_environment(project: Project | None) -> dg.ExecutorDefinition:
    """The executor that INKSIFT_EXECUTOR names; ParamError where there is none of that name."""
    name = os.environ.get(EXECUTOR_VARIABLE) or IN_PROCESS
    if name not in (IN_PROCESS, MULTIPROCESS):
        known = (IN_PROCESS, MULTIPROCESS)
        raise ParamError(
            f"{EXECUTOR_VARIABLE}: expected {' or '.join(known)}, got {name}"
            f"{did_you_mean(name, known)}"
        )
    return dg.in_process_executor if name == IN_PROCESS or project is None else beside(project)


def beside(project: Project) -> dg.ExecutorDefinition:
    """An executor that runs two steps of a run at once, each in a process of its own, where they
    do not wait for one another and one of them is content with one core."""

    @dg.executor(
        name=MULTIPROCESS,
        config_schema={},
        requirements=dg.multiple_process_executor_requirements(),
    )
    def executor(context: dg.InitExecutorContext) -> dg.Executor:
        steps = dg.multiprocess_executor.executor_creation_fn
        if steps is None:
            raise dg.DagsterInvariantViolationError("Dagster's executor has no function")
        return _HoldingTheWorkspace(steps(context._replace(executor_config=_STEPS)), project)

    return executor


class _HoldingTheWorkspace(dg.Executor):
    """An executor during which the workspace is held for the processes of all steps, and what it
    is a copy of as well."""

    def __init__(self, steps: dg.Executor, project: Project) -> None:
        self._steps, self._project = steps, project

    @property
    def retries(self) -> Any:
        return self._steps.retries

    @property
    def step_dependency_config(self) -> Any:
        return self._steps.step_dependency_config

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[Any]:
        workspace, pictures = self._project.workspace, self._project.pictures
        with workspace.locked(plan_context.run_id, for_steps=True), held(workspace, *pictures):
            yield from self._steps.execute(plan_context, execution_plan)
