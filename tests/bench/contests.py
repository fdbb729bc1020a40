# SPDX-License-Identifier: Apache-2.0
"""Who runs against whom on which input. The first entry of a contest is ours, the second the one to beat."""
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass
class Entry:
    label: str
    command: list
    output: Path = None
    is_peer: bool = False


@dataclass
class Contest:
    name: str
    title: str
    input: Path
    entries: list
    wanted: float = 0.0          # how many times as fast as the one to beat; printed, never asserted
    cold: bool = False
    runs: int = 0                # fewer than asked for, where one run takes minutes
    compare: list = field(default_factory=list)  # labels whose outputs must hold the same
    peak_mb: float = 0.0         # our own peak memory on two threads must stay below


class Place:
    """Where things are: programs built, Python, cache folder."""

    def __init__(self, folder, build, python):
        self.folder, self.build, self.python = folder, build, python
        self.gemflow = build / "src/cli/gemflow"

    def peer(self, label, job, *words, output=None):
        return Entry(label, [self.python, HERE / "peers.py", job, *words], output, is_peer=True)

    def tool(self, name):
        return self.build / "tests/bench" / name

    def out(self, name):
        return self.folder / "out" / name


def reorder(place, source, name, title, by_cell=True, **more):
    genes = place.folder / "genes.txt"

    def ours(threads):
        out = place.out(f"{name}_gemflow_{threads}.h5ad")
        return Entry(f"gemflow -@ {threads}", [place.gemflow, "convert", source, "--gene-order", genes, "-o", out, "-q",
                                               "-@", threads], out)

    best, blocks = place.out(f"{name}_numba.h5ad"), place.out(f"{name}_blocks.h5ad")
    entries = [ours(2), place.peer("anndata, numba kernel", "reorder_in_memory", source, best, genes, output=best), ours(1)]
    if by_cell:
        entries.append(place.peer("anndata in blocks, numba", "reorder_in_blocks", source, blocks, genes, output=blocks))
    return Contest(name, title, source, entries, compare=[entry.label for entry in entries], **more)


def annotate(place, source, n_cells):
    def ours(threads):
        out = place.out(f"annotate_gemflow_{threads}.h5ad")
        return Entry(f"gemflow -@ {threads}", [place.tool("annotate_obsm"), source, out, threads], out)

    rewrite, append = place.out("annotate_rewrite.h5ad"), place.out("annotate_append.h5ad")
    entries = [ours(2), place.peer("read_h5ad + write_h5ad(gzip)", "annotate_rewrite", source, rewrite, n_cells, output=rewrite),
               place.peer("copy + write_elem, no sync", "annotate_append", source, append, n_cells, output=append),
               place.peer("copy + write_elem + fsync", "annotate_append_sync", source, append, n_cells, output=append), ours(1)]
    return Contest("annotate", f"{n_cells:,} x 1,024 float32 into obsm, ours fsync included", source, entries, wanted=15,
                   compare=[entries[0].label, entries[1].label, entries[4].label], peak_mb=200)


def read(place, name, title, source, jobs, **more):
    """Read and decode only: nothing is written, sum and number of the values must agree."""
    entries = [Entry("gemflow -@ 2", [place.tool("read_counts"), source, 2]),
               *(place.peer(label, job, source) for label, job in jobs),
               Entry("gemflow -@ 1", [place.tool("read_counts"), source, 1])]
    return Contest(name, title, source, entries, **more)


def ten_x_to_h5ad(place, source):
    ours, theirs = place.out("10x_gemflow.h5ad"), place.out("10x_scanpy.h5ad")
    entries = [Entry("gemflow -@ 2", [place.gemflow, "convert", source, "-o", ours, "-q", "-@", 2], ours),
               place.peer("scanpy read_10x_h5, write gzip", "10x_to_h5ad", source, theirs, output=theirs)]
    return Contest("10x", "10x HDF5 to gzip h5ad, genes as they are", source, entries, compare=["matrix only"])


def all_contests(place, n_cells, large):
    folder = place.folder
    gzip, anndata = folder / "counts.h5ad", [("anndata read_h5ad", "read")]
    found = [
        reorder(place, gzip, "reorder", "gzip h5ad to gzip h5ad in an order of 44,592 genes", wanted=8, peak_mb=200),
        reorder(place, folder / "counts_csc.h5ad", "csc", "the same from CSC, gene by gene", by_cell=False),
        annotate(place, gzip, n_cells),
        read(place, "read", "read + decode, gzip as anndata writes it", gzip, anndata),
        read(place, "read_shuffle", "read + decode, gzip behind shuffle", folder / "counts_shuffle.h5ad", anndata),
        read(place, "read_plain", "read, uncompressed: nothing to win here", folder / "counts_plain.h5ad",
             [*anndata, ("h5py into two arrays", "read_raw")]),
        read(place, "read_cold", "read + decode, gzip, the file not in the page cache", gzip, anndata, cold=True),
        ten_x_to_h5ad(place, folder / "counts_10x.h5"),
        read(place, "read_10x", "read + decode, 10x HDF5", folder / "counts_10x.h5", [("scanpy read_10x_h5", "read_10x")]),
        read(place, "read_mtx", "read + parse, 5,000 cells of MTX, gzip", folder / "mtx", [("scanpy read_10x_mtx", "read_mtx")]),
    ]
    if large:
        contest = reorder(place, folder / "counts_200k.h5ad", "large", "the first job on ten times the cells", runs=1, peak_mb=200)
        contest.entries.pop(1)  # 10 GB in memory: the block form alone stands for the peer
        contest.compare = []
        found.append(contest)
    return found
