# SPDX-License-Identifier: Apache-2.0
"""The cells of tests/support/many_cells.hpp, worked out anew: what a reader must find."""

import numpy as np


def values(n_cells, n_genes):
    cell, gene = np.ogrid[:n_cells, :n_genes]
    matrix = np.maximum((cell * 31 + gene * 17) % 11 - 6, 0)
    matrix[3:4] = 0
    return matrix


def obs(n_cells):
    """Column name to a list; None where a label is missing."""
    cell = range(n_cells)
    label = ["T cell", "B cell", None, "\u03b3\u03b4 T"]
    return {
        "type": [label[c % 4] for c in cell],
        "score": [c / 8 for c in cell],
        "depth": [c / 3 for c in cell],
        "number": [c * c for c in cell],
        "flag": [c % 3 == 0 for c in cell],
        "note": ["x" * (c % 5) for c in cell],
    }


def latent(n_cells):
    return (np.arange(n_cells * 3).reshape(-1, 3) / 4).astype("f4")


def var(n_genes):
    label = [None, "coding", "other"]
    return {
        "biotype": [label[g % 3] for g in range(n_genes)],
        "gemflow_in_model": [g % 2 == 0 for g in range(n_genes)],
        "symbol": [f"S{g}" for g in range(n_genes)],
    }


def plain(column):
    """A column of a pandas frame as a list, None where it is missing."""
    return [None if value != value else value for value in column.tolist()]


def check_frame(frame, expected, types):
    assert list(frame.columns) == list(expected), list(frame.columns)
    for name, values_ in expected.items():
        assert plain(frame[name]) == values_, name
    for name, kind in types.items():
        assert str(frame[name].dtype) in kind.split("|"), (name, frame[name].dtype)
