// SPDX-License-Identifier: Apache-2.0
// Prints what the library reads of a file, for comparison with what others read:
//
//     dump_counts FILE [matrix=NAME] [obs=COLUMN]… [layer=NAME]… [cells=N] [nonzeros=N] [threads=N] [rows=A:B]
//                 [where=COLUMN=VALUE]… [cell=NAME]… [orientation=cells-in-rows|genes-in-rows] [any] [time] [x=OUT]
//
// Line by line: matrix, type, cells, genes; `gene NAME`; `var COLUMN VALUE`; `note` and `warning`; then for each cell
// `cell NUMBER NAME`, `obs COLUMN VALUE`, `x GENE VALUE`, `layer NAME GENE VALUE`. With `x=OUT` counts go to that file instead:
// three doubles each, cell (from 0), gene and value. With `time` nothing but the seconds.
// An error is one line `error KIND MESSAGE | HINT`.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/run/workers.hpp"

namespace {

using namespace gemflow;

struct Wish {
  OpenOptions open;
  Limit limit;
  int threads = 2;
  std::string x;
  bool only_time = false;
};

std::pair<std::string, std::string> halves(std::string_view text, char at) {
  const std::size_t place = text.find(at);
  return {std::string(text.substr(0, place)),
          std::string(place == std::string_view::npos ? "" : text.substr(place + 1))};
}

void take(Wish& wish, const std::string& argument) {
  const auto [key, value] = halves(argument, '=');
  if (key == "matrix") wish.open.matrix = value;
  if (key == "obs") wish.open.obs.push_back(value);
  if (key == "layer") wish.open.layers.push_back(value);
  if (key == "cells") wish.limit.cells = std::atoll(value.c_str());
  if (key == "nonzeros") wish.limit.nonzeros = std::atoll(value.c_str());
  if (key == "threads") wish.threads = std::atoi(value.c_str());
  if (key == "cell") wish.open.cells.names.push_back(value);
  if (key == "where") wish.open.cells.where.push_back(halves(value, '='));
  if (value == "cells-in-rows") wish.open.orientation = Orientation::cells_in_rows;
  if (value == "genes-in-rows") wish.open.orientation = Orientation::genes_in_rows;
  if (key == "x") wish.x = value;
  if (key == "any") wish.open.automatic = AutoMatrix::first;
  if (key == "time") wish.only_time = true;
  if (key == "rows") {
    const auto [begin, end] = halves(value, ':');
    wish.open.cells.rows.emplace(std::atoll(begin.c_str()), std::atoll(end.c_str()));
  }
}

void print(const CountChunk& counts, std::int64_t cell, const std::string& what) {
  const CellCounts row = counts.cell(cell);
  for (std::size_t i = 0; i < row.genes.size(); ++i)
    std::printf("%s\t%d\t%.17g\n", what.c_str(), row.genes[i], row.values[i]);
}

void write(const Chunk& chunk, std::FILE* out) {
  for (std::int64_t cell = 0; cell < chunk.n_cells(); ++cell) {
    const CellCounts row = chunk.counts.cell(cell);
    for (std::size_t i = 0; i < row.genes.size(); ++i) {
      const std::array<double, 3> entry{static_cast<double>(chunk.counts.number(cell)), static_cast<double>(row.genes[i]),
                                        row.values[i]};
      std::fwrite(entry.data(), sizeof(double), entry.size(), out);
    }
  }
}

void print(const Chunk& chunk, bool with_counts) {
  for (std::int64_t cell = 0; cell < chunk.n_cells(); ++cell) {
    const auto row = static_cast<std::size_t>(cell);
    std::printf("cell\t%lld\t%s\n", static_cast<long long>(chunk.counts.number(cell)),
                chunk.cell_names[row].c_str());
    for (const Column& column : chunk.obs)
      std::printf("obs\t%s\t%s\n", column.name.c_str(), column.text_at(row).c_str());
    if (with_counts) print(chunk.counts, cell, "x");
    for (const Layer& layer : chunk.layers) print(layer.counts, cell, "layer\t" + layer.name);
  }
}

void print(const Genes& genes) {
  for (const std::string& gene : genes.names) std::printf("gene\t%s\n", gene.c_str());
  for (const Column& column : genes.columns) {
    for (std::size_t row = 0; row < genes.size(); ++row) {
      std::printf("var\t%s\t%s\n", column.name.c_str(), column.text_at(row).c_str());
    }
  }
}

/// Prints what a reader says.
class Said final : public Report {
 public:
  void warning(std::string_view sentence) override { print("warning", sentence); }
  void note(std::string_view sentence) override { print("note", sentence); }
  void progress(std::string_view, std::int64_t, std::int64_t) override {}

 private:
  static void print(const char* what, std::string_view sentence) {
    std::printf("%s\t%s\n", what, std::string(sentence).c_str());
  }
};

void dump(const std::string& path, const Wish& wish) {
  const auto workers = start_workers(wish.threads);
  Said said;
  Job job;
  job.workers = workers.get();
  if (!wish.only_time) job.report = &said;
  const auto reader = open(path, wish.open, job);
  Chunk chunk;
  if (!wish.only_time) {
    std::printf("matrix\t%s\ncells\t%lld\ngenes\t%zu\n", reader->matrix().c_str(),
                static_cast<long long>(reader->n_cells()), reader->genes().size());
    print(reader->genes());
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> x(wish.x.empty() ? nullptr : std::fopen(wish.x.c_str(), "wb"),
                                                          &std::fclose);
  bool first = true;
  while (reader->next(chunk, wish.limit)) {
    if (wish.only_time) continue;
    if (first) std::printf("type\t%s\n", std::string(name_of(chunk.counts.stored_type())).c_str());
    first = false;
    if (x) write(chunk, x.get());
    print(chunk, !x);
  }
}

}  // namespace

int main(int argc, char* argv[]) {
  Wish wish;
  for (int i = 2; i < argc; ++i) take(wish, argv[i]);
  const auto start = std::chrono::steady_clock::now();
  try {
    dump(argv[1], wish);
  } catch (const Error& error) {
    std::printf("error\t%s\t%s | %s\n", std::string(name_of(error.kind())).c_str(), error.message().c_str(),
                error.hint().c_str());
    return exit_code(error.kind());
  }
  if (wish.only_time) {
    std::printf("%.3f\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return 0;
}
