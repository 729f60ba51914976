"""What is given to a run of the job `decide`, whoever starts it."""

from inksift.curation.base.errors import ParamError
from inksift.curation.store.setup import setup_file
from inksift.pipelines.given import Given, project_given
from inksift.pipelines.remembering import measured_otherwise


def given_to_decide(given: Given) -> Given:
    """The same; ParamError where the setup is not what the last run measured with, as then its
    measurements do not fit what would be decided."""
    project = project_given(given)
    if project is None:
        raise ParamError(
            f"no source in {setup_file(given.workspace)}, which the first run writes: run `inksift "
            "run SOURCE` or `inksift judge SOURCE` first; what people decided stays"
        )
    otherwise = measured_otherwise(project)
    if otherwise:
        raise ParamError(otherwise)
    return given
