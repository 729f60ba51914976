"""What a network sees in an epoch: large classes thinned, small ones repeated with changes, classes
weighed."""
