"""Folds: every row in one of them, each class as even as can be."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inksift.curation.base.folds import stratified_folds


@given(st.lists(st.sampled_from("abc"), max_size=60), st.integers(2, 7))
def test_each_class_is_dealt_out_evenly(classes, number):
    folds = stratified_folds(np.array(classes), number)
    assert len(folds) == len(classes)
    for name in set(classes):
        own = folds[np.array(classes) == name]
        sizes = np.bincount(own, minlength=number)
        assert len(sizes) == number
        assert sizes.max() - sizes.min() <= 1


@given(st.lists(st.booleans(), max_size=40))
def test_the_fold_of_a_row_depends_on_the_rows_before_it_alone(classes):
    folds = stratified_folds(np.array(classes, np.bool_), 5)
    head = stratified_folds(np.array(classes[:-1], np.bool_), 5)
    assert folds[: len(head)].tolist() == head.tolist()
