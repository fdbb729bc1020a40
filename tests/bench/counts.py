# SPDX-License-Identifier: Apache-2.0
"""Made-up counts that look like 10x v3 data: eight cell types, log-normal gene means, gamma-Poisson noise.

Every cell has a generator of its own, seeded by the seed and the cell's number, so that the same seed gives the same
counts whatever the number of threads.
"""
import numba
import numpy as np

SHAPE = 4.0  # of the gamma noise: P(0) = (1 + mean / 4)^-4, two multiplications in place of a power
GENE_SIGMA = 2.35
DEPTH_SIGMA = 0.4
N_TYPES = 8


def profiles(n_genes, rng):
    """Expected share of each gene in each type: one common log-normal, and 4 % of the genes marked by a type."""
    common = rng.lognormal(0, GENE_SIGMA, n_genes)
    marked = np.where(rng.random((N_TYPES, n_genes)) < 0.04, rng.normal(0, 1.5, (N_TYPES, n_genes)), 0)
    means = common * np.exp(marked)
    return means / means.sum(axis=1, keepdims=True)


def depth_for(genes_per_cell, shares):
    """The mean depth at which a cell is expected to have that many genes that are not zero."""
    low, high = 1.0, 1e7
    for _ in range(60):
        middle = np.sqrt(low * high)
        found = np.mean([(1 - (1 + depth * shares / SHAPE) ** -SHAPE).sum(axis=1).mean()
                         for depth in middle * np.exp(DEPTH_SIGMA * np.linspace(-1.5, 1.5, 7))])
        low, high = (middle, high) if found < genes_per_cell else (low, middle)
    return low


@numba.njit(inline="always")
def next_uniform(state):
    """splitmix64: the new state, and a double in [0, 1)."""
    state += np.uint64(0x9E3779B97F4A7C15)
    z = state
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return state, (z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@numba.njit(inline="always")
def count_of(uniform, mean):
    """Inversion of the negative binomial; most genes are zero and leave at the first comparison."""
    base = 1.0 / (1.0 + mean / SHAPE)
    p = base * base * base * base
    total, k = p, 0
    step = mean / (mean + SHAPE)
    while uniform >= total:
        p *= step * (k + SHAPE) / (k + 1)
        k += 1
        total += p
        if p < 1e-17 and k > mean:
            break
    return k


@numba.njit(parallel=True, cache=True)
def count_genes(seeds, depths, types, shares, found):
    for cell in numba.prange(len(seeds)):
        state, n = seeds[cell], 0
        for gene in range(shares.shape[1]):
            state, uniform = next_uniform(state)
            n += count_of(uniform, depths[cell] * shares[types[cell], gene]) > 0
        found[cell] = n


@numba.njit(parallel=True, cache=True)
def fill(seeds, depths, types, shares, indptr, indices, data):
    for cell in numba.prange(len(seeds)):
        state, at = seeds[cell], indptr[cell]
        for gene in range(shares.shape[1]):
            state, uniform = next_uniform(state)
            count = count_of(uniform, depths[cell] * shares[types[cell], gene])
            if count > 0:
                indices[at] = gene
                data[at] = count
                at += 1


def draw(n_cells, n_genes, genes_per_cell, seed):
    """indptr, indices, data and the type of each cell."""
    rng = np.random.default_rng(seed)
    shares = profiles(n_genes, rng)
    types = rng.integers(0, N_TYPES, n_cells)
    depths = depth_for(genes_per_cell, shares) * rng.lognormal(0, DEPTH_SIGMA, n_cells)
    seeds = rng.integers(0, 2**64, n_cells, dtype=np.uint64)
    found = np.zeros(n_cells, np.int64)
    count_genes(seeds, depths, types, shares, found)
    indptr = np.concatenate([[0], np.cumsum(found)])
    indices, data = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.float32)
    fill(seeds, depths, types, shares, indptr, indices, data)
    return indptr, indices, data, types
