#!/usr/bin/env bash
# Find: while one thread exports a network to ONNX, no other thread can: the second raises AssertionError.
# Guess (75%): exports are slow and hold what they need in the module that is exported; inference is safe in threads,
#   so two threads export two networks at once, or the second waits for a lock.
# Seen: "GLOBALS.in_onnx_export must be False" at once, from a flag that the whole process shares; the first export ends well.
# With: torch 2.13.0 (dynamo=False), onnx 1.23.2, NumPy 2.4.6.
# Source: torch/onnx/_internal/torchscript_exporter/utils.py, which checks and sets the flag without a lock.
# For inksift: one export at a time in a process (curation/evidence/models/inference.py): two folders judged in two threads met it.
# Output seen:
#   second: AssertionError: GLOBALS.in_onnx_export must be False; first: exported; one after the other: exported, exported
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check torch==2.13.0 onnx==1.23.2 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import io
import threading
import warnings

import torch

warnings.simplefilter("ignore")
inside, may_go_on = threading.Event(), threading.Event()

class Slow(torch.nn.Module):
    def forward(self, x):
        inside.set()
        may_go_on.wait(60)
        return x * 2


class Quick(torch.nn.Module):
    def forward(self, x):
        return x + 1


def export(name, network, told):
    try:
        torch.onnx.export(network, (torch.zeros(1, 3),), io.BytesIO(), dynamo=False)
        told[name] = "exported"
    except AssertionError as error:
        told[name] = f"AssertionError: {error}"


beside, after = {}, {}
thread = threading.Thread(target=export, args=("first", Slow().eval(), beside))
thread.start()
assert inside.wait(60)
export("second", Quick().eval(), beside)
may_go_on.set()
thread.join()
for name, network in (("first", Slow().eval()), ("second", Quick().eval())):
    export(name, network, after)
print(f"second: {beside['second']}; first: {beside['first']}; one after the other:", ", ".join(after.values()))
assert "in_onnx_export" in beside["second"] and beside["first"] == "exported", "changed"
assert set(after.values()) == {"exported"}, "changed"
PY
