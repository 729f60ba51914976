"""A small, noisy set of drawn illustrations in which the truth about every file is known."""

from inksift.curation.sample.draw import SampleParams, draw_sample
from inksift.curation.sample.score import SCORE, score_against_truth
from inksift.curation.sample.truth import TRUTH, read_truth

__all__ = ["SCORE", "TRUTH", "SampleParams", "draw_sample", "read_truth", "score_against_truth"]
