"""A stage is registered by one file in the package of its group; everything else follows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from inksift.assets import evidence
from inksift.assets.registry import registry
from inksift.curation.base.errors import ParamError, StoreError
from inksift.curation.project import Project
from inksift.curation.store.parquet import to_parquet
from inksift.pipelines.definitions import build
from inksift.pipelines.io_managers import ParquetTables
from inksift.pipelines.settings import checked, run_config

TOY = """
import dagster as dg
import pandas as pd
from pydantic import Field

from inksift.assets.shared.results import table
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.base.params import Params
from inksift.curation.base.tables import Table

LUCK = Table("luck", {"image_id": "str", "points": "int64"}, key=("image_id",))


class LuckParams(Params):
    points: int = Field(1, ge=0, le=9)


class LuckConfig(LuckParams, dg.Config):
    pass


STAGE = Stage("luck", settings=LuckParams, tables={"luck": Made(LUCK)}, version=7, kinds={"toy"})


@STAGE.asset(reads=["images"])
def luck(config: LuckConfig, **tables: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    \"\"\"Points for every picture.\"\"\"
    images = tables["images"]
    return table(images[["image_id"]].assign(points=config.points))
"""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The toy, as a file of the group `evidence`."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "luck.py").write_text(TOY)
    monkeypatch.setattr(evidence, "__path__", [*evidence.__path__, str(folder)], raising=True)
    yield
    sys.modules.pop("inksift.assets.evidence.luck", None)
    monkeypatch.delattr(evidence, "luck", raising=False)


@pytest.mark.usefixtures("toy")
def test_its_group_its_version_and_its_columns_follow() -> None:
    (spec,) = [spec for spec in build(None).resolve_all_asset_specs() if spec.key.path == ["luck"]]
    assert (spec.group_name, spec.code_version, spec.kinds) == ("evidence", "7", {"toy"})
    assert spec.description == "Points for every picture."
    (columns,) = [value for name, value in spec.metadata.items() if "column_schema" in name]
    assert [column.name for column in columns.columns] == ["image_id", "points"]


@pytest.mark.usefixtures("toy")
def test_its_settings_follow() -> None:
    settings = checked({"luck": {"points": 3}})
    assert run_config(settings, {"luck"}) == {"ops": {"luck": {"config": {"points": 3}}}}
    with pytest.raises(ParamError, match=r"luck\.points: .*less than or equal to 9, got 10"):
        checked({"luck": {"points": 10}})


@pytest.mark.usefixtures("toy")
def test_its_contract_is_checked_where_its_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    project = Project(tmp_path / "images", tmp_path / "w")

    @dg.asset
    def total(luck: pd.DataFrame) -> pd.DataFrame:
        return luck

    tables = ParquetTables(project, registry().contracts)
    place = project.workspace.tables / "luck.parquet"
    place.parent.mkdir()
    place.write_bytes(to_parquet(pd.DataFrame({"image_id": ["a"]})))
    with pytest.raises(StoreError, match=r"luck: missing column\(s\) points.*materialise luck"):
        dg.materialize([dg.AssetSpec("luck"), total], resources={"io_manager": tables})
    place.write_bytes(to_parquet(pd.DataFrame({"image_id": ["a"], "points": [3]})))
    assert dg.materialize([dg.AssetSpec("luck"), total], resources={"io_manager": tables}).success


def steps_of(job: str) -> set[str]:
    return {node.name for node in build(None).resolve_job_def(job).nodes}


@pytest.mark.usefixtures("toy")
def test_runs_take_it_in() -> None:
    assert "luck" in steps_of("curate")


def test_without_its_file_it_is_gone() -> None:
    assert "luck" not in steps_of("curate")
    assert "luck" not in registry().contracts
    assert "luck" not in registry().settings
