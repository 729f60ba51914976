"""Connected components: the partition that scipy and a walk from node to node find, labelled in
order of first appearance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array, csgraph

from inksift.curation.base.components import connected_components

Ties = list[tuple[int, int]]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Ties]:
    size = draw(st.integers(1, 30))
    node = st.integers(0, size - 1)
    return size, draw(st.lists(st.tuples(node, node), max_size=40))


def labels(size: int, ties: Ties) -> list[int]:
    starts, ends = np.array(ties, np.int64).reshape(-1, 2).T
    found = connected_components(size, starts, ends)
    assert found.dtype == np.int64
    return found.tolist()


def reached(start: int, ties: Ties) -> set[int]:
    """All nodes that a walk along the ties reaches."""
    seen, before = {start}, set[int]()
    while seen != before:
        before = set(seen)
        touched = [tie for tie in ties if not seen.isdisjoint(tie)]
        seen = seen.union(*touched)
    return seen


@given(graphs())
def test_two_nodes_share_a_label_where_a_walk_joins_them(graph):
    size, ties = graph
    found = labels(size, ties)
    for node in range(size):
        assert {n for n in range(size) if found[n] == found[node]} == reached(node, ties)


@given(graphs())
def test_the_partition_is_that_of_scipy(graph):
    size, ties = graph
    matrix = np.zeros((size, size))
    for one, other in ties:
        matrix[one, other] = 1
    count, scipy_labels = csgraph.connected_components(coo_array(matrix), directed=False)
    found = labels(size, ties)
    assert len(set(found)) == count
    assert len(set(zip(found, scipy_labels.tolist(), strict=True))) == count


@given(graphs(), st.randoms(use_true_random=False))
def test_labels_come_in_order_of_first_appearance_whatever_the_ties_look_like(graph, random):
    size, ties = graph
    found = labels(size, ties)
    assert list(dict.fromkeys(found)) == list(range(max(found) + 1))
    turned = [(other, one) for one, other in ties] + ties
    random.shuffle(turned)
    assert labels(size, turned) == found


def test_many_equal_ties_are_one():
    assert labels(3, [(2, 0)] * 256) == [0, 1, 0]


def test_of_nothing_there_is_nothing():
    assert labels(0, []) == []
    assert labels(2, []) == [0, 1]


@pytest.mark.parametrize("node", [2, -1])
def test_a_node_that_is_not_there_is_an_error(node):
    with pytest.raises(ValueError, match="index"):
        labels(2, [(0, node)])
