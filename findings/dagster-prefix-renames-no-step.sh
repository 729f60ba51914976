#!/usr/bin/env bash
# Find: a key prefix of `load_assets_from_modules` renames keys and not steps, that of `@asset` renames both.
# Guess (85%): assets loaded behind a prefix stand beside an asset of the same name without one: their keys differ, and
#   `@asset(key_prefix=...)` shows that a prefix is all it takes.
# Seen: "conflicting node definitions with the same name" when the job is built. Both ways give the same key, one the step
#   `cats__splits`, the other `splits`; only the loaded one cannot be merged into a project that has a `splits`.
# With: dagster 1.13.27.
# Source: dagster/_core/definitions/module_loaders/, which gives what is made already another key;
#   decorators/asset_decorator.py, where the name of the step is made of the key (`to_python_identifier`).
# For inksift: pipelines/named.py gives every step a name of its own, and docs/decisions/016 says why.
# Output seen:
#   decorated: key cats/splits, step cats__splits, beside another splits: loads
#   loaded: key cats/splits, step splits, beside another splits: DagsterInvalidDefinitionError
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check dagster==1.13.27
cd "$dir"
venv/bin/python - <<'PY'
import types
import warnings

import dagster as dg

warnings.simplefilter("ignore")


def asset_called_splits(**options):
    @dg.asset(name="splits", **options)
    def splits() -> int:
        return 1

    return splits


module = types.ModuleType("theirs")
module.splits = asset_called_splits()
behind = {
    "decorated": asset_called_splits(key_prefix="cats"),
    "loaded": dg.load_assets_from_modules([module], key_prefix="cats")[0],
}
outcomes = {}
for name, asset in behind.items():
    try:
        dg.Definitions.validate_loadable(dg.Definitions(assets=[asset, asset_called_splits()]))
        outcomes[name] = "loads"
    except dg.DagsterInvalidDefinitionError as error:
        assert 'same name "splits"' in str(error), error
        outcomes[name] = type(error).__name__
    print(f"{name}: key {asset.key.to_user_string()}, step {asset.op.name}, beside another splits: {outcomes[name]}")
assert outcomes == {"decorated": "loads", "loaded": "DagsterInvalidDefinitionError"}, "changed"
PY
