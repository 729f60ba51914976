"""Which contract the table of each asset keeps, by the name under which a workspace stores it."""

from __future__ import annotations

from curation.ablation.costs import ABLATION
from curation.ablation.effects import SCORES
from curation.base import tables
from curation.base.tables import DECISIONS, Table
from curation.experiments.grid import GRID
from curation.experiments.results import EXPERIMENTS, LEADERBOARD
from curation.gather import profile
from curation.gather.signals.table import TABLE as SIGNALS
from curation.people.ledger.entries import HUMAN_DECISIONS
from curation.store.thumbnails import THUMBNAILS
from curation.training.explain.figures import FIGURES
from curation.training.fit.classifiers import CLASSIFIER
from curation.verdict.curated import CURATED
from curation.verdict.medium.votes import MEASURES, VOTE_QUALITY, VOTES
from curation.verdict.removal_rates import REMOVAL_RATES
from curation.verdict.signal_limits import SIGNAL_LIMITS

_CONTRACTS = {table.name: table for table in vars(tables).values() if isinstance(table, Table)} | {
    "balanced_classifier": CLASSIFIER,
    "verdicts": DECISIONS,
    "machine_verdicts": DECISIONS,
    "profile_after": profile.BEFORE_AFTER,
    **{
        table.name: table
        for table in (
            profile.PROFILE,
            ABLATION,
            SCORES,
            GRID,
            EXPERIMENTS,
            LEADERBOARD,
            CLASSIFIER,
            CURATED,
            SIGNALS,
            THUMBNAILS,
        )
    },
    **{
        table.name: table
        for table in (
            FIGURES,
            HUMAN_DECISIONS,
            REMOVAL_RATES,
            MEASURES,
            SIGNAL_LIMITS,
            VOTE_QUALITY,
            VOTES,
        )
    },
}


def contract_of(name: str) -> Table | None:
    """The contract of the table of that name; None for one that no other stage relies on."""
    return _CONTRACTS.get(name.removeprefix("test_"))
