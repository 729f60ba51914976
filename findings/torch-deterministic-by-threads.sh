#!/usr/bin/env bash
# Find: torch's deterministic algorithms do not make one seed one network: another number of threads is another.
# Guess (80%): with use_deterministic_algorithms(True) a layer gives the same bits forward and backward on a CPU with
#   1 thread as with 2; what depends on threads would raise, as what depends on the order of a GPU does.
# Seen: a convolution and layer norm give the same bits forward, but the gradients of the weights of a convolution, of
#   layer norm and of a linear layer are others on 2 threads than on 1. Nothing raises or warns.
# With: torch 2.13.0, NumPy 2.4.6, x86_64, two cores.
# Source: torch.use_deterministic_algorithms speaks of operations, not of threads; ATen's TensorIterator splits a
#   reduction by at::get_num_threads(), oneDNN the gradient of weights by the threads it is given.
# For inksift: training asks for the same number of threads on every machine (decision 026).
# Output seen:
#   1 against 2 threads: gradients of weights of conv, layer norm, linear differ; forward of conv, layer norm equal
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check torch==2.13.0 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import torch
from torch import nn

torch.use_deterministic_algorithms(True)
pictures = torch.randn(32, 16, 24, 24, generator=torch.Generator().manual_seed(1))


def layers():
    torch.manual_seed(2)
    linear = nn.Sequential(nn.Flatten(), nn.Linear(16 * 24 * 24, 64))
    return {"conv": nn.Conv2d(16, 16, 3, padding=1), "layer norm": nn.LayerNorm([16, 24, 24]), "linear": linear}


def passed(threads):
    torch.set_num_threads(threads)
    found = {}
    for name, layer in layers().items():
        seen = layer(pictures)
        seen.square().sum().backward()
        found[name] = seen.detach(), [weight.grad for weight in layer.parameters()]
    return found


one, two = passed(1), passed(2)
forward = [name for name in one if torch.equal(one[name][0], two[name][0])]
backward = [
    name for name in one if not all(torch.equal(a, b) for a, b in zip(one[name][1], two[name][1], strict=True))
]
print(f"1 against 2 threads: gradients of weights of {', '.join(backward)} differ; forward of {', '.join(forward)} equal")
assert backward == ["conv", "layer norm", "linear"] and {"conv", "layer norm"} <= set(forward), "changed"
PY
