#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a large run of the pipeline takes: tasks, wall time, bytes and cost, from figures that were measured (scale_figures.json, made by
tests/bench/scale.py; the figures of Site, by tests/nextflow/slurm.py). Without options it prints the tables of scale.md; a test compares them.

  scale.py                                         the tables of scale.md
  scale.py --write                                 puts them there: all that changes when figures were measured again
  scale.py --samples 500 --cells-per-sample 8000 --cores 64 --queue-size 500
"""
import argparse
import json
import math
import re
from dataclasses import dataclass, replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
CELLS = 100_000_000


@dataclass
class Site:
    """A cluster. The first two were measured by tests/nextflow/slurm.py: tasks of no work with the profile `slurm` on SLURM 22.05 of one
    node with two cores, which were busy with other things too. Money and disk are assumed; the rest is what the profile says."""
    task_overhead: float = 2.65     # seconds that a task keeps a core beside its work; 1.5 to 2.65 were seen, of which 0.2 to 0.4 the script
    noticed: float = 10.0           # seconds from a lone task's submission until its end is known; the profile polls every 10 seconds
    submissions: float = 20.0       # a second, job arrays counting as one; sbatch alone took 34 a second
    queue_size: int = 200           # tasks that are submitted and not known as done
    array: int = 100                # elements of a job array
    seconds_per_task: float = 600.0
    disk: float = 1.0               # gigabytes a second of the shared file system, read and written; assumed
    core_hour: float = 0.04         # dollars
    gigabyte_month: float = 0.023   # dollars


@dataclass
class Run:
    samples: int
    cells: int  # of each sample
    cores: int
    merged: bool = False


@dataclass
class Api:
    """And the way to it. Assumed: it publishes neither rate nor latency."""
    seconds_a_batch: float = 10.0
    batch_bytes: float = 4e6        # docs/hosted.md
    n_genes: int = 44_592           # GEM-1's
    line_mb: float = 125            # a second: one gigabit
    wire_seconds: float = 0.0007    # of a core: a cell to JSON and its answer back; tests/bench/wire.py says 22 to 70 ms for 100 cells


def chunks_of(run, site, figures, model_genes=9_015):
    """Tasks that `gemflow plan` makes of a sample: its own estimate of a cell, some three times what is measured."""
    room = max(site.seconds_per_task - 5, 1)
    fit = max(int(min(room / (figures["nonzeros_a_cell"] * 0.4e-6 + model_genes * 0.02e-6), run.cells)), 1)
    return math.ceil(run.cells / fit)


def tasks_of(run, figures, site):
    """Tasks by step. The embedded model; a hosted one has GENEORDER as well, once."""
    chunks = chunks_of(run, site, figures)
    tasks = {"INSPECT": run.samples, "PLAN": run.samples, "PREDICTMETADATA": run.samples * chunks, "MERGE": run.samples, "TABLE": run.samples}
    return {**tasks, "CONVERT": 1} if run.merged and run.samples > 1 else tasks


def core_seconds(run, figures, site):
    """Of work alone, by step."""
    cells = run.samples * run.cells
    tasks = tasks_of(run, figures, site)
    work = {"INSPECT": run.samples * figures["inspect_seconds"], "PLAN": run.samples * figures["plan_seconds"],
            "PREDICTMETADATA": cells * figures["predict_seconds_a_cell"] + tasks["PREDICTMETADATA"] * figures["start_seconds"],
            "MERGE": cells * figures["merge_seconds_a_cell"] + run.samples * figures["start_seconds"],
            "TABLE": cells * figures["table_seconds_a_cell"] + run.samples * figures["start_seconds"]}
    if "CONVERT" in tasks:
        work["CONVERT"] = cells * figures["convert_seconds_a_cell"] + run.samples * figures["convert_seconds_a_file"]
    return work


def gigabytes(run, figures):
    """By what they are; `moved` is what is read and written before CONVERT, with samples published by copy."""
    cells = run.samples * run.cells / 1e9
    found = {name: cells * figures[f"{of}_bytes_a_cell"] for name, of in (("input", "input"), ("parts", "part"), ("samples", "output"),
                                                                         ("merged", "merged"))}
    return {**found, "moved": 2 * (found["input"] + found["parts"]) + 3 * found["samples"]}


def bounds(run, figures, site):
    """No run is shorter than any of these, in seconds; and CONVERT comes after, alone."""
    alone = replace(run, merged=False)
    tasks, work = tasks_of(alone, figures, site), core_seconds(alone, figures, site)
    n, chunk_tasks = sum(tasks.values()), tasks["PREDICTMETADATA"]
    one = {step: seconds / tasks[step] for step, seconds in work.items() if step != "INSPECT"}  # which nothing waits for
    return {"cores": (sum(work.values()) + n * site.task_overhead) / run.cores,
            "queueSize": (sum(work.values()) + n * site.noticed) / site.queue_size,
            "disk": gigabytes(run, figures)["moved"] / site.disk,
            "submissions": (n - chunk_tasks + math.ceil(chunk_tasks / site.array)) / site.submissions,
            "one sample": sum(one.values()) + len(one) * site.noticed}


def convert_seconds(run, figures, site):
    """One task on one core, when all samples are there; its file is published by copy."""
    if not run.merged or run.samples < 2:
        return 0
    size = gigabytes(run, figures)
    return max(core_seconds(run, figures, site)["CONVERT"], (size["samples"] + 3 * size["merged"]) / site.disk) + site.noticed


def estimate(run, figures, site):
    n, seconds = sum(tasks_of(run, figures, site).values()), sum(core_seconds(run, figures, site).values())
    limits = bounds(run, figures, site)
    longest = max(limits, key=limits.get)
    convert = convert_seconds(run, figures, site)
    size = gigabytes(run, figures)
    return {"tasks": n, "work_hours": seconds / 3600, "overhead_hours": n * site.task_overhead / 3600,
            "wall_hours": (limits[longest] + convert) / 3600, "bound": longest, "convert_hours": convert / 3600,
            "convert_memory_gb": convert_gigabytes(run, figures) if convert else 0,
            "input_gb": size["input"], "parts_gb": size["parts"], "samples_gb": size["samples"], "merged_gb": size["merged"] if convert else 0,
            "moved_gb": size["moved"], "dollars": (seconds + n * site.task_overhead) / 3600 * site.core_hour}


def wire_bytes_a_cell(figures, api):
    """JSON of one cell: a digit and a comma a gene, about a digit more where the count is not zero."""
    return 2 * api.n_genes + figures["nonzeros_a_cell"] + 200


def rows(header, lines):
    yield "| " + " | ".join(header) + " |"
    yield "|" + "|".join(["---"] + ["---:"] * (len(header) - 1)) + "|"
    for line in lines:
        yield "| " + " | ".join(line) + " |"


def number(value):
    if not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if value >= 10 or value == 0 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def table_in_short(figures, site):
    """As they are, and a hundred of them made one file."""
    here = replace(site, queue_size=1_200)
    runs = [Run(samples, CELLS // samples, 512) for samples in (10_000, 100)]
    found = [estimate(run, figures, here) for run in runs]
    share = [one["overhead_hours"] / (one["work_hours"] + one["overhead_hours"]) for one in found]
    joined = [convert_seconds(replace(run, merged=True), figures, here) / 3600 for run in runs]
    lines = [["tasks", *(f"{one['tasks']:,}" for one in found)],
             *([name, *(number(one[key]) for one in found)] for name, key in (("work, core hours", "work_hours"), ("dollars of computing", "dollars"))),
             ["share of core time that surrounds the work", *(f"{part:.0%}" for part in share)],
             ["wall, hours, with 512 cores and queueSize 1,200", *(number(one["wall_hours"]) for one in found)],
             ["input, annotated samples, GB", *(f"{number(one['input_gb'])}, {number(one['samples_gb'])}" for one in found)],
             ["all in one file too (--merged): further hours, on one core", *(number(hours) for hours in joined)]]
    return rows(["100 million cells", "10,000 files", "100 files"], lines)


def table_of_steps(figures, site):
    run = Run(10_000, CELLS // 10_000, 512, merged=True)
    work = core_seconds(run, figures, site)
    return rows(["step", "tasks", "work, core hours", "seconds a task"],
                [[step, f"{n:,}", number(work[step] / 3600), number(work[step] / n)] for step, n in tasks_of(run, figures, site).items()])


def table_of_shapes(figures, site):
    """The same cells as many small files, and joined into fewer; the queue as the profile has it, and as long as the cores want it."""
    lines = []
    for samples in (10_000, 1_000, 100):
        for cores, queue in ((16, 200), (64, 200), (512, 200), (512, 1_200)):
            here = replace(site, queue_size=queue)
            one = estimate(Run(samples, CELLS // samples, cores), figures, here)
            lines.append([f"{samples:,} x {CELLS // samples:,}", f"{cores}", f"{queue:,}", f"{one['tasks']:,}", number(one["work_hours"]),
                          number(one["overhead_hours"]), number(one["wall_hours"]), one["bound"], number(one["dollars"])])
    return rows(["samples x cells", "cores", "queueSize", "tasks", "work, core hours", "overhead, core hours", "wall, hours", "bound by", "dollars"],
                lines)


def convert_gigabytes(run, figures):
    """Of memory: what two files take, and what each further one adds."""
    return (figures["convert_mb"] + max(run.samples - 2, 0) * figures["convert_mb_a_file"]) / 1e3


def table_of_convert(figures, site):
    lines = []
    for samples in (100, 1_000, 10_000):
        run = Run(samples, 10_000, 64, merged=True)
        lines.append([f"{samples:,} x 10,000", number(convert_seconds(run, figures, site) / 3600), number(convert_gigabytes(run, figures)),
                      number(gigabytes(run, figures)["merged"])])
    return rows(["samples x cells", "CONVERT, hours", "its memory, GB", "merged.h5ad, GB"], lines)


def table_of_bytes(figures, site):
    size = gigabytes(Run(10_000, CELLS // 10_000, 512), figures)
    work = size["parts"] + size["samples"]
    lines = [[f"input, of {figures['nonzeros_a_cell']:,} counts a cell; read twice, by PREDICTMETADATA and MERGE", size["input"]], ["parts, in the work folder", size["parts"]],
             ["annotated samples, in the work folder", size["samples"]], ["annotated samples, published by copy", size["samples"]],
             ["read and written before CONVERT", size["moved"]],
             ["merged.h5ad, in the work folder and published by copy", 2 * size["merged"]],
             ["room that all needs", work + size["samples"] + 2 * size["merged"]],
             ["room with --merged false --publish_dir_mode link", work],
             ["a month of the annotated samples, dollars", size["samples"] * site.gigabyte_month]]
    return rows(["100 million cells", "GB"], [[name, number(value)] for name, value in lines])


def table_of_rates(figures, api):
    """What an API of so many cells a second means: how long, how much is sent, what the pipeline must have in flight, who else is as fast."""
    a_cell = wire_bytes_a_cell(figures, api)
    lines = []
    for rate in (10, 100, 1_000, 10_000):
        in_flight = rate * api.seconds_a_batch / (api.batch_bytes / a_cell)
        lines.append([f"{rate:,}", number(CELLS / rate / 3600), number(rate * a_cell / 1e6), number(math.ceil(in_flight)),
                      number(rate * figures["predict_seconds_a_cell"])])
    return rows(["API: cells a second", "100 million cells, hours", "sent, MB a second", "batches in flight", "local cores as fast"], lines)


def table_of_limits(figures, api):
    """Cells a second that the pipeline can ask for, and that pass the line and the cores of its tasks: an API that answers fewer is the
    limit, and a larger cluster changes nothing."""
    a_cell = wire_bytes_a_cell(figures, api)
    lines = []
    for forks, in_flight in ((4, 4), (16, 4), (16, 16), (64, 16)):
        bounds = [(forks * in_flight * api.batch_bytes / a_cell / seconds, "batches") for seconds in (1, 10, 60)]
        others = [(api.line_mb * 1e6 / a_cell, "line"), (forks / api.wire_seconds, "cores")]
        least = [min(one, *others) for one in bounds]
        lines.append([f"{forks} x {in_flight}", *(f"{number(rate)}, {what}" for rate, what in least), number(CELLS / least[1][0] / 3600)])
    return rows(["api_max_forks x max_in_flight", "batches of 1 s: cells a second, bound by", "of 10 s", "of 60 s", "100 million cells at 10 s, hours"], lines)


def table_of_figures(figures, site, api):
    bench, nodes, said, assumed = "measured: tests/bench/scale.py", "measured: tests/nextflow/slurm.py", "the pipeline's", "assumed"
    lines = [["machine of what was measured: cores", f"{figures['cores']}, {figures['machine']}", bench],
             ["non-zero counts a cell", f"{figures['nonzeros_a_cell']:,}", bench],
             ["start of a command, core seconds", figures["start_seconds"], bench],
             ["INSPECT, PLAN of a file, core seconds", f"{figures['inspect_seconds']}, {figures['plan_seconds']}", bench]]
    for step, name in (("PREDICTMETADATA", "predict"), ("MERGE", "merge"), ("TABLE", "table"), ("CONVERT", "convert")):
        lines.append([f"{step} of a million cells, core seconds", number(1e6 * figures[f"{name}_seconds_a_cell"]), bench])
    lines += [["CONVERT of a file, core seconds", figures["convert_seconds_a_file"], bench],
              ["peak of memory: PREDICTMETADATA, MERGE, CONVERT of two files, MB", ", ".join(str(figures[f"{name}_mb"]) for name in ("predict", "merge", "convert")), bench],
              ["memory of CONVERT for each further file of 10,000 cells, MB", figures["convert_mb_a_file"], bench],
              ["bytes a cell: input, part, annotated sample, merged", ", ".join(f"{figures[f'{name}_bytes_a_cell']:,}" for name in ("input", "part", "output", "merged")), bench],
              ["a task's core time beside its work, seconds", site.task_overhead, nodes],
              ["from submission to known as done, seconds", site.noticed, nodes],
              ["submissions a second, queueSize, elements of a job array", f"{site.submissions:.0f}, {site.queue_size}, {site.array}", f"{said} profile slurm"],
              ["seconds_per_task", site.seconds_per_task, said],
              ["shared file system, GB a second", site.disk, f"{assumed}: a modest one; --disk"],
              ["a core hour, a GB and month, dollars", f"{site.core_hour}, {site.gigabyte_month}", f"{assumed}: about a cloud's list price; --core-hour, --gigabyte-month"],
              ["a hosted batch: seconds", api.seconds_a_batch, f"{assumed}: the API publishes none"],
              ["a hosted batch: MB", api.batch_bytes / 1e6, "docs/hosted.md: what a body is cut to"],
              ["line to the API, MB a second", api.line_mb, f"{assumed}: a gigabit"],
              ["a cell to JSON and its answer back, core seconds", api.wire_seconds, f"{assumed}: the slowest of tests/bench/wire.py"],
              ["genes of a hosted model", f"{api.n_genes:,}", "GEM-1's gene order"]]
    header = ["figure", "value", "whence"]
    return rows(header, [[name, str(value), whence] for name, value, whence in lines])


def tables(figures, site, api):
    yield from table_in_short(figures, site)
    yield ""
    yield from table_of_steps(figures, site)
    yield ""
    yield from table_of_shapes(figures, site)
    yield ""
    yield from table_of_convert(figures, site)
    yield ""
    yield from table_of_bytes(figures, site)
    yield ""
    yield from table_of_rates(figures, api)
    yield ""
    yield from table_of_limits(figures, api)
    yield ""
    yield from table_of_figures(figures, site, api)


TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)


def rewritten(page, printed):
    """The page with these tables in place of its own, in their order. REQUIRES: as many."""
    new = iter(TABLE.findall(printed + "\n"))
    return TABLE.sub(lambda _: next(new), page)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--write", action="store_true", help="put the tables into scale.md")
    options.add_argument("--samples", type=int, help="without it: the tables of scale.md")
    options.add_argument("--cells-per-sample", type=int, default=10_000)
    options.add_argument("--cores", type=int, default=64)
    options.add_argument("--merged", action="store_true", help="with all samples in one file, too: the pipeline's default")
    for name, kind, what in (("seconds_per_task", float, "the pipeline's parameter"), ("queue_size", int, "executor.queueSize"),
                             ("array", int, "process.array of the chunks; 1: none"), ("submissions", float, "a second"),
                             ("task_overhead", float, "seconds a task beside its work"), ("noticed", float, "seconds until an end is known"),
                             ("disk", float, "gigabytes a second"), ("core_hour", float, "dollars"), ("gigabyte_month", float, "dollars")):
        default = getattr(Site, name)
        options.add_argument(f"--{name.replace('_', '-')}", type=kind, default=default, help=f"{what} (default {default})")
    asked = options.parse_args()
    figures = json.loads((HERE / "scale_figures.json").read_text())
    site = Site(**{name: getattr(asked, name) for name in Site.__dataclass_fields__})
    if asked.samples is None:
        printed, page = "\n".join(tables(figures, site, Api())), HERE / "scale.md"
        if asked.write:
            page.write_text(rewritten(page.read_text(encoding="utf-8"), printed), encoding="utf-8")
        else:
            print(printed)
        return
    run = Run(asked.samples, asked.cells_per_sample, asked.cores, asked.merged)
    for step, n in tasks_of(run, figures, site).items():
        print(f"{step:<20}{n:>12,} tasks")
    for name, value in estimate(run, figures, site).items():
        print(f"{name:<20}{number(value):>12}")


if __name__ == "__main__":
    main()
