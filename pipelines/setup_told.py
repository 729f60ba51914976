"""What the setup of a workspace says of the assets themselves: whose they are, and when the source
is overdue."""

from datetime import timedelta

import dagster as dg

from inksift.assets.gather.source import SOURCE
from inksift.assets.registry import Assets
from inksift.curation.store.setup import Setup


def as_the_setup_tells(assets: Assets, setup: Setup) -> Assets:
    """The same assets with the owners of the setup, and the source with its policy of freshness,
    where people chose some."""

    def told(spec: dg.AssetSpec) -> dg.AssetSpec:
        owned = spec.replace_attributes(owners=setup.owners)
        if spec.key != SOURCE.key or setup.overdue_days is None:
            return owned
        window = timedelta(days=setup.overdue_days)
        return owned.replace_attributes(freshness_policy=dg.FreshnessPolicy.time_window(window))

    return list(dg.map_asset_specs(told, assets))
