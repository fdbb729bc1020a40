#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a large run takes: tasks, wall time, bytes and cost, from figures that were measured (scale_figures.json, made by
tests/bench/scale.py). Without options it prints the tables of scale.md; a test compares them.

  scale.py                                         the tables of scale.md
  scale.py --samples 500 --cells-per-sample 8000 --cores 64 --seconds-per-task 600
"""
import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass
class Site:
    """What is assumed of a cluster and a cloud. A container's start and a busy queue come on top."""
    task_overhead: float = 9.0      # seconds: 3.5 from submission to end of an empty task (tests/nextflow/slurm.py), 5 until its end is seen
    submissions: float = 20.0       # a second: the limit of conf/slurm.config; a single sbatch took 24 ms (the same test), arrays take 100 tasks
    core_hour: float = 0.04         # dollars
    gigabyte_month: float = 0.023   # dollars
    wire_seconds: float = 0.0003    # of a core, a cell to JSON and its answer back (tests/bench/wire.py: 22 to 70 ms for 100 cells), with margin
    line_mb: float = 125            # a second: one gigabit
    seconds_per_task: float = 600.0


@dataclass
class Run:
    samples: int
    cells: int  # of each sample
    cores: int


def chunks_of(run, figures, site):
    """A sample's cells are cut so that a task takes about the time that is wanted."""
    fit = max(int((site.seconds_per_task - figures["start_seconds"]) / figures["predict_seconds_a_cell"]), 1)
    return math.ceil(run.cells / fit)


def tasks_of(run, figures, site):
    """Tasks by step."""
    chunks = chunks_of(run, figures, site)
    return {"inspect": run.samples, "plan": run.samples, "predict-metadata": run.samples * chunks, "merge": run.samples,
            "table": run.samples}


def core_seconds(run, figures, site):
    """Of work alone, by step."""
    cells = run.samples * run.cells
    tasks = tasks_of(run, figures, site)
    return {"inspect": run.samples * figures["inspect_seconds"], "plan": run.samples * figures["plan_seconds"],
            "predict-metadata": cells * figures["predict_seconds_a_cell"] + tasks["predict-metadata"] * figures["start_seconds"],
            "merge": cells * figures["merge_seconds_a_cell"] + run.samples * figures["start_seconds"],
            "table": cells * figures["table_seconds_a_cell"] + run.samples * figures["start_seconds"]}


def seconds_of_one_sample(run, figures, site):
    """Its steps one after the other, its chunks beside each other: no run is shorter."""
    chunk = math.ceil(run.cells / chunks_of(run, figures, site))
    work = {step: seconds / run.samples for step, seconds in core_seconds(run, figures, site).items()}
    work["predict-metadata"] = chunk * figures["predict_seconds_a_cell"] + figures["start_seconds"]
    return sum(work.values()) + len(work) * site.task_overhead


def estimate(run, figures, site):
    tasks = tasks_of(run, figures, site)
    n_tasks = sum(tasks.values())
    work = sum(core_seconds(run, figures, site).values())
    overhead = n_tasks * site.task_overhead
    wall = max((work + overhead) / run.cores, n_tasks / site.submissions, seconds_of_one_sample(run, figures, site))
    cells = run.samples * run.cells
    kept = cells * figures["output_bytes_a_cell"] / 1e9
    return {"tasks": n_tasks, "work_hours": work / 3600, "overhead_hours": overhead / 3600, "wall_hours": wall / 3600,
            "read_gb": cells * figures["input_bytes_a_cell"] / 1e9, "parts_gb": cells * figures["part_bytes_a_cell"] / 1e9, "kept_gb": kept,
            "dollars": (work + overhead) / 3600 * site.core_hour, "dollars_a_month": kept * site.gigabyte_month}


def wire_bytes_a_cell(figures, n_genes=44_592):
    """JSON of one cell: a digit and a comma a gene, about a digit more where the count is not zero."""
    return 2 * n_genes + figures["nonzeros_a_cell"] + 200


def rows(header, lines):
    yield "| " + " | ".join(header) + " |"
    yield "|" + "|".join(["---"] + ["---:"] * (len(header) - 1)) + "|"
    for line in lines:
        yield "| " + " | ".join(line) + " |"


def number(value):
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def table_of_shapes(figures, site):
    """The same cells as many small files, and joined into fewer."""
    lines = []
    for samples, cells in ((10_000, 10_000), (1_000, 100_000), (100, 1_000_000)):
        for cores in (64, 512):
            one = estimate(Run(samples, cells, cores), figures, site)
            lines.append([f"{samples:,} x {cells:,}", f"{cores}", f"{one['tasks']:,}", number(one["work_hours"]), number(one["overhead_hours"]),
                          number(one["wall_hours"]), number(one["dollars"])])
    return rows(["samples x cells", "cores", "tasks", "work, core hours", "overhead, core hours", "wall, hours", "dollars"], lines)


def table_of_bytes(figures, site):
    one = estimate(Run(10_000, 10_000, 512), figures, site)
    sent = 1e8 * wire_bytes_a_cell(figures) / 1e9
    return rows(["100 million cells", "GB"], [["read (each task reads its rows)", number(one["read_gb"])], ["parts in the work folder", number(one["parts_gb"])],
                                              ["annotated files, kept", number(one["kept_gb"])],
                                              ["kept, dollars a month", number(one["dollars_a_month"])],
                                              ["sent to a hosted model instead, as JSON", number(sent)]])


def cores_that_keep_up(rate, figures):
    """Cores whose local answers come as fast as an API's of `rate` cells a second."""
    return rate * figures["predict_seconds_a_cell"]


def table_of_rates(figures, site):
    lines = []
    for rate in (10, 100, 1_000, 10_000):
        sent = rate * wire_bytes_a_cell(figures) / 1e6
        lines.append([f"{rate:,}", number(1e8 / rate / 3600), number(sent), f"{100 * sent / site.line_mb:.1f} %", number(rate * site.wire_seconds),
                      number(cores_that_keep_up(rate, figures))])
    return rows(["API: cells a second", "100 million cells, hours", "sent, MB a second", "of a gigabit line", "cores that feed it", "local cores as fast"], lines)


def limits(figures, site):
    """Up to which rate of the API it alone is the limit: below one core's JSON, and below one line."""
    core, line = 1 / site.wire_seconds, site.line_mb * 1e6 / wire_bytes_a_cell(figures)
    yield f"One core writes and reads {core:,.0f} cells a second, a gigabit line carries {line:,.0f}: up to {min(core, line):,.0f} cells a second the API's own"
    yield "rate is the limit, and neither more cores nor more tasks make a run shorter."


def tables(figures, site):
    yield from table_of_shapes(figures, site)
    yield ""
    yield from table_of_bytes(figures, site)
    yield ""
    yield from table_of_rates(figures, site)
    yield ""
    yield from limits(figures, site)


def merged_hours(run, figures):
    """One task that puts all samples into one file."""
    return run.samples * run.cells * figures["convert_seconds_a_cell"] / 3600


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--samples", type=int)
    options.add_argument("--cells-per-sample", type=int, default=10_000)
    options.add_argument("--cores", type=int, default=64)
    options.add_argument("--seconds-per-task", type=float, default=Site.seconds_per_task)
    options.add_argument("--task-overhead", type=float, default=Site.task_overhead)
    options.add_argument("--core-hour", type=float, default=Site.core_hour)
    asked = options.parse_args()
    figures = json.loads((HERE / "scale_figures.json").read_text())
    site = Site(task_overhead=asked.task_overhead, core_hour=asked.core_hour, seconds_per_task=asked.seconds_per_task)
    if asked.samples is None:
        print("\n".join(tables(figures, site)))
        return
    run = Run(asked.samples, asked.cells_per_sample, asked.cores)
    for step, n in tasks_of(run, figures, site).items():
        print(f"{step:<18}{n:>12,} tasks")
    for name, value in {**estimate(run, figures, site), "merged_file_hours": merged_hours(run, figures)}.items():
        print(f"{name:<18}{number(value):>12}")


if __name__ == "__main__":
    main()
