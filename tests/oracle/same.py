# SPDX-License-Identifier: Apache-2.0
"""Are two values that anndata read equal, with their types? Are two HDF5 objects, bit for bit?"""

import subprocess

import h5py
import numpy as np
import pandas as pd
import scipy.sparse


def same(a, b):
    """Raises AssertionError where they differ. Awkward arrays and what else is exotic are compared by ==."""
    if isinstance(a, dict) or hasattr(a, "keys") and not isinstance(a, (pd.DataFrame, np.ndarray)):
        assert list(a.keys()) == list(b.keys()), (list(a.keys()), list(b.keys()))
        for key in a.keys():
            same(a[key], b[key])
    elif isinstance(a, pd.DataFrame):
        pd.testing.assert_frame_equal(a, b, check_exact=True)
    elif scipy.sparse.issparse(a):
        assert a.format == b.format and a.dtype == b.dtype and a.shape == b.shape
        assert (a.indptr == b.indptr).all() and (a.indices == b.indices).all()
        np.testing.assert_array_equal(a.data, b.data)
    elif isinstance(a, np.ndarray) and a.dtype.names:
        assert a.dtype == b.dtype
        for name in a.dtype.names:
            np.testing.assert_array_equal(a[name], b[name])
    elif isinstance(a, np.ndarray):
        assert a.dtype == b.dtype and a.shape == b.shape
        np.testing.assert_array_equal(a, b)
    elif isinstance(a, pd.api.extensions.ExtensionArray):
        pd.testing.assert_extension_array_equal(a, b)
    elif a is None or b is None:
        assert a is b
    else:
        assert type(a) is type(b)
        assert np.all(a == b) or a != a


def parts(data):
    """Everything of an AnnData but what belongs to no slot."""
    found = {name: getattr(data, name) for name in ("X", "obs", "var", "uns")}
    for name in ("layers", "obsm", "varm", "obsp", "varp"):
        if hasattr(data, name):
            found[name] = {key: value for key, value in getattr(data, name).items() if key is not None}
    if data.raw is not None:
        found["raw"] = {"X": data.raw.X, "var": data.raw.var, "varm": dict(data.raw.varm)}
    return found


def same_object(a, b, path="/", ignored=()):
    """Every object of `a` is in `b`: type, attributes, values. `ignored`: attributes as 'path@name'."""
    for name, value in a.attrs.items():
        if f"{path}@{name}" in ignored:
            continue
        other = b.attrs[name]
        if isinstance(value, h5py.Reference):
            assert a.file[value].name == b.file[other].name, path
            value, other = a.file[value][()], b.file[other][()]
        if isinstance(value, h5py.Empty):
            assert isinstance(other, h5py.Empty)
            continue
        np.testing.assert_array_equal(value, other)
        assert a.attrs.get_id(name).dtype == b.attrs.get_id(name).dtype, (path, name)
    if isinstance(a, h5py.Group):
        for name in a:
            same_object(a[name], b[name], f"{path.rstrip('/')}/{name}", ignored)
        return
    assert a.dtype == b.dtype and a.shape == b.shape and a.chunks == b.chunks and a.compression == b.compression, path
    if a.shape is None:
        assert b.shape is None
        return
    mine, theirs = a[()], b[()]
    if a.dtype.names:
        for name in a.dtype.names:
            np.testing.assert_array_equal(mine[name], theirs[name])
    else:
        np.testing.assert_array_equal(mine, theirs)


def named_by_h5diff(a, b):
    """The objects and attributes that h5diff -c names."""
    output = subprocess.run(["h5diff", "-c", a, b], capture_output=True, text=True).stdout
    lines = [line for line in output.splitlines() if line.strip()]
    return {word.strip("<>") for line in lines for word in line.split() if word.startswith("<")}, output
