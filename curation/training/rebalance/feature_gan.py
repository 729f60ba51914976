"""A conditional generative adversarial network on the features that the last layer sees (Goodfellow
et al. 2014).

It makes the pooled vectors, not the maps before them: pooling averages the places away before the
head sees anything, so a generated map could teach the head nothing that a generated vector does
not; every network has such a vector, whatever its maps look like; and a hundred real examples can
be matched in a few dozen directions, not in thousands.

What is learned are deviations from the class means. The generator starts as a normal distribution
with the spread of its class and learns what to add; its layers are shared by the classes, so small
ones borrow from large ones how features deviate. The discriminator is a projection discriminator
(Miyato & Koyama 2018) under spectral normalisation (Miyato et al. 2018) and the hinge loss, and
sees every class equally often; the generator that is kept is the moving average over its steps. All
of this is for calm: no step has to be watched, and the last one is as good as any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn.functional import one_hot, relu
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from inksift.curation.base.arrays import Floats32, Integers
from inksift.curation.training.rebalance.deviations import Deviations
from inksift.curation.training.rebalance.gan_networks import Discriminator, Generator


@dataclass(frozen=True)
class GanSettings:
    """How the two networks learn. Chosen by eye; `benchmarks/imbalance_fashion.py` measures what
    they come to."""

    batch: int = 256
    """Features in a step."""

    rate: float = 3e-3
    """Learning rate of both networks, by Adam."""

    momenta: tuple[float, float] = (0.0, 0.9)
    """Adam's betas: no momentum of the gradient, as is usual under spectral normalisation (Miyato
    et al. 2018)."""

    judgements: int = 2
    """Steps of the discriminator for each of the generator."""

    memory: float = 0.99
    """Share of the moving average that a step leaves: some hundred steps are remembered."""

    sampled: int = 500
    """Features generated of every class to measure how widely they are spread."""


_SETTINGS = GanSettings()


class FeatureGan(NamedTuple):
    """A generator that has learned."""

    deviations: Deviations
    """Between features and the coordinates that the generator makes."""

    generator: nn.Module
    """The moving average over the generator's steps."""

    gaps: dict[int, float]
    """By step, by how much real features were scored above made ones."""

    def sample(self, targets: Integers, seed: int) -> Floats32:
        """n x dimension: a generated feature vector for each of n classes, given as numbers."""
        kinds = _kinds(torch.from_numpy(targets), len(self.deviations.means))
        with torch.inference_mode():
            made = self.generator(kinds, torch.Generator().manual_seed(seed)).numpy()
        return self.deviations.features(made, targets)

    def spread_ratios(
        self, features: Floats32, targets: Integers, seed: int
    ) -> npt.NDArray[np.float64]:
        """How widely the generated features of every class are spread, in the spread of these real
        ones along the same directions: near 0 where the generator makes the same again and again. 1
        where nothing deviates."""
        classes = np.arange(len(self.deviations.means))
        kinds = np.repeat(classes, _SETTINGS.sampled)
        made = _spreads(self.deviations.coordinates(self.sample(kinds, seed), kinds), kinds)
        real = _spreads(self.deviations.coordinates(features, targets), targets)
        return np.divide(made, real, out=np.ones_like(real), where=real > 0)


def learn_gan(
    features: Floats32, targets: Integers, *, steps: int, directions: int, seed: int
) -> FeatureGan:
    """A GAN that has learned n x dimension features of classes 0, 1, ..., none of which is missing.

    With 0 steps it makes normal deviates. Sets the global generator of torch, from which the first
    weights are drawn: callers set it apart with `fork_rng`."""
    torch.manual_seed(seed)
    deviations = Deviations.of(features, targets, directions, seed)
    examples = _Examples.of(deviations.coordinates(features, targets), targets, seed)
    match = _Match.between(
        Generator(torch.from_numpy(deviations.spreads(features, targets))), examples
    )
    gaps = [match.step(examples) for _ in range(steps)]
    return FeatureGan(deviations, match.average.module.eval(), dict(enumerate(gaps)))


def filling(gan: FeatureGan, targets: Integers, seed: int) -> tuple[Floats32, Integers]:
    """Generated features, and their classes, that bring every class to the size of the largest."""
    sizes = np.bincount(targets)
    wanted = np.repeat(np.arange(len(sizes)), sizes.max() - sizes)
    return gan.sample(wanted, seed), wanted


class _Examples(NamedTuple):
    """What the discriminator takes for real."""

    coordinates: torch.Tensor
    """n x directions: the real features."""

    kinds: torch.Tensor
    """n x classes: their classes, one-hot."""

    chances: torch.Tensor
    """Weights under which every class is drawn equally often."""

    draws: torch.Generator
    """What all that is drawn at random is drawn from."""

    @classmethod
    def of(cls, coordinates: Floats32, targets: Integers, seed: int) -> Self:
        numbers = torch.from_numpy(targets)
        sizes = torch.bincount(numbers)
        draws = torch.Generator().manual_seed(seed)
        return cls(
            torch.from_numpy(coordinates),
            _kinds(numbers, len(sizes)),
            1 / sizes[numbers].float(),
            draws,
        )

    def batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Coordinates and kinds of examples drawn with repetition."""
        chosen = torch.multinomial(
            self.chances, _SETTINGS.batch, replacement=True, generator=self.draws
        )
        return self.coordinates[chosen], self.kinds[chosen]


class _Match(NamedTuple):
    """Generator against discriminator."""

    generator: Generator
    """The one that learns."""

    average: AveragedModel
    """The generator over its steps."""

    discriminator: Discriminator
    """Scores coordinates, higher for real ones."""

    makes: torch.optim.Optimizer
    """That of the generator."""

    judges: torch.optim.Optimizer
    """That of the discriminator."""

    @classmethod
    def between(cls, generator: Generator, examples: _Examples) -> Self:
        discriminator = Discriminator(examples.coordinates.shape[1], examples.kinds.shape[1])
        averaging = get_ema_multi_avg_fn(_SETTINGS.memory)  # type: ignore[no-untyped-call]
        average = AveragedModel(generator, multi_avg_fn=averaging)
        makes, judges = (
            torch.optim.Adam(side.parameters(), _SETTINGS.rate, _SETTINGS.momenta)
            for side in (generator, discriminator)
        )
        return cls(generator, average, discriminator, makes, judges)

    def step(self, examples: _Examples) -> float:
        """Two steps of the discriminator and one of the generator: how much higher it scored real
        than made ones."""
        rounds = range(_SETTINGS.judgements)
        gaps = [self._judge(*examples.batch(), examples.draws) for _ in rounds]
        _, kinds = examples.batch()
        scores = self.discriminator(self.generator(kinds, examples.draws), kinds)
        _descend(self.makes, -scores.mean())
        self.average.update_parameters(self.generator)
        return gaps[-1]

    def _judge(self, real: torch.Tensor, kinds: torch.Tensor, draws: torch.Generator) -> float:
        with torch.no_grad():
            made = self.generator(kinds, draws)
        scores = self.discriminator(torch.cat([real, made]), torch.cat([kinds, kinds]))
        of_real, of_made = scores.chunk(2)
        _descend(self.judges, relu(1 - of_real).mean() + relu(1 + of_made).mean())
        return float((of_real.mean() - of_made.mean()).detach())


def _spreads(coordinates: Floats32, targets: Integers) -> npt.NDArray[np.float64]:
    """Per class, the root of the sum of variances."""
    members = [coordinates[targets == target] for target in np.unique(targets)]
    return np.sqrt([float(own.var(axis=0, dtype=np.float64).sum()) for own in members])


def _kinds(targets: torch.Tensor, classes: int) -> torch.Tensor:
    return one_hot(targets, classes).float()


def _descend(optimiser: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    optimiser.zero_grad()
    torch.autograd.backward(loss)
    optimiser.step()
