# SPDX-License-Identifier: Apache-2.0
"""Do h5ad files hold the same? same.py [--matrix-only] A B… prints 'identical' or what differs first; exit code 1 if so."""
import sys

import anndata as ad
import numpy as np


def first_difference(one, other, matrix_only):
    """Matrix and names and, unless told, obs and obsm. var is left out: what an absent gene's columns hold is taste."""
    for part in ("indptr", "indices", "data"):
        if not np.array_equal(getattr(one.X, part), getattr(other.X, part)):
            return f"X/{part}"
    if one.X.dtype != other.X.dtype:
        return f"type of X, {one.X.dtype} and {other.X.dtype}"
    if list(one.obs_names) != list(other.obs_names):
        return "obs_names"
    if matrix_only:
        return None
    if list(one.var_names) != list(other.var_names):
        return "var_names"
    for name in other.obs:
        if name not in one.obs or list(one.obs[name]) != list(other.obs[name]):
            return f"obs['{name}']"
    for name in other.obsm:
        if name not in one.obsm or not np.array_equal(one.obsm[name], other.obsm[name]):
            return f"obsm['{name}']"
    return None


def main():
    words = sys.argv[1:]
    matrix_only = "--matrix-only" in words
    paths = [word for word in words if word != "--matrix-only"]
    # Ours comes first: 10x files are int32 with us, as they were stored, and float32 with scanpy.
    first = ad.read_h5ad(paths[0])
    for path in paths[1:]:
        second = ad.read_h5ad(path)
        if matrix_only:
            second.X = second.X.astype(first.X.dtype)
        found = first_difference(first, second, matrix_only)
        if found:
            print(f"DIFFERENT in {found}: {paths[0]} and {path}")
            sys.exit(1)
    print("identical")


if __name__ == "__main__":
    main()
