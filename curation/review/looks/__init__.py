"""What is prepared of a run, once, to look at it by: a map, neighbours, an order, light."""
