"""What networks say of a picture: features, objects, clusters, and the models behind them."""
