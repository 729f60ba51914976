"""Is a picture an illustration or a photograph? A learned, calibrated and explained answer.

style.py        what the network's feature maps say of a picture's style
head.py         the fitted numbers for one embedder, read from heads/
votes.py        every piece of evidence as a signed vote; votes sum to the log-odds
neighbours.py   near pictures of the same folder pull a verdict, within bounds
prior.py        the share of photographs in a folder, estimated without labels
thresholds.py   from promised errors to the two thresholds
quality.py      AUROC, calibration error and rates, with intervals
fit.py          small regularised logistic models
direction.py    the embedding's direction, turned by answers
strata.py       strata of log-odds, and what an answer is weighted by
refit.py        a head refitted on a person's answers
alike.py        an order in which pictures that look alike lie side by side
readings.py     one folder as one head after another reads it
recalibration.py  where held-out answers move numbers and thresholds
folder.py       one folder as a head and a person's answers judge it
queue.py        how answers shorten what is left to review
contexts.py     what a person can check in every picture
explain.py      a verdict in one sentence
fitting/        a head fitted on labelled pictures
"""
