"""How the last layer of a network was balanced, in a sentence or two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_Figures = Mapping[str, Any]


def balancing_in_words(rebalancing: _Figures) -> list[str]:
    """What the `rebalancing` of a CLASSIFIER row says, as sentences; none where nothing was
    balanced.

    >>> balancing_in_words({"method": "crt", "views": 1432.0})[0][:54]
    'Its last layer was learned anew on 1,432 changed views'
    """
    method = rebalancing.get("method", "none")
    return [] if method == "none" else _METHODS[method](rebalancing)


def _crt(figures: _Figures) -> list[str]:
    views = f"{figures['views']:,.0f} changed views of the training pictures"
    return [f"Its last layer was learned anew on {views}, all classes weighing the same."]


def _tau_norm(figures: _Figures) -> list[str]:
    power = f"its length to the power {figures['tau']:g}"
    return [
        f"In its last layer, the weights of every class were divided by {power}.",
        *_chosen("power", figures),
    ]


def _logit_adjustment(figures: _Figures) -> list[str]:
    share = f"{figures['strength']:g} times the logarithm of its share of the training"
    return [f"From its score for every class, {share} was taken away.", *_chosen("factor", figures)]


def _feature_gan(figures: _Figures) -> list[str]:
    views = f"{figures['views']:,.0f} changed views of the training pictures"
    generated = f"{figures['generated']:,.0f} that a GAN generated for the smaller classes"
    least, largest = f"{figures['least_spread']:.2f}", f"{figures['largest_spread']:.2f}"
    return [
        f"Its last layer was learned anew on the features of {views} and on {generated}.",
        f"Those generated of a class are spread {least} to {largest} times as widely as its real "
        "ones.",
    ]


def _chosen(name: str, figures: _Figures) -> list[str]:
    """By what the value was chosen, where it was not set."""
    if "validation_macro_f1" not in figures:
        return []
    return [
        f"Of the values tried, this {name} gave the best macro F1 on the validation pictures: "
        f"{figures['validation_macro_f1']:.3f}."
    ]


_METHODS: dict[str, Callable[[_Figures], list[str]]] = {
    "crt": _crt,
    "tau_norm": _tau_norm,
    "logit_adjustment": _logit_adjustment,
    "feature_gan": _feature_gan,
}
