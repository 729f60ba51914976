"""Fitting a medium head on labelled pictures: what `inksift head fit` does.

manifest.py     the labelled pictures, from folders with a manifest.csv
families.py     kinds of illustrations and photographs that a folder may be made of
views.py        a picture as a crawler may meet it: squashed, tiny, cropped, grey, cut out
measured.py     every picture in every view, by the embedder and the signals
sources.py      what shares no source: folds, and weights that balance sources and classes
directions.py   the embedding's direction, and scores by one that never saw a picture's source
voters.py       which measures earn a vote, and with what weight
simulated.py    folders of one family of illustrations among photographs of every kind
calibration.py  log-odds and thresholds that hold in such folders
fit.py          all of it: from measured pictures to a head
card.py         what a head was fitted on and how good it is, for people

Everything is chosen by leaving sources out: the direction that scores a picture never saw a picture
of the same source, and voters, calibration and thresholds are fitted to those scores."""
