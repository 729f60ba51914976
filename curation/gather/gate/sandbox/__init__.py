"""What a decode worker gives up before the first stranger's bytes, layer by layer: each holds by
itself where another is missing."""
