// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "support/files.hpp"
#include "support/toy_cells.hpp"

namespace gemflow::test {

/// Trains on the toy's cells into `path`.
inline TrainResult train_toy(const Toy& toy, const std::filesystem::path& path, TrainOptions options = Toy::options(),
                             Workers& workers = calling_thread()) {
  const std::unique_ptr<Reader> reader = read_memory(toy.cells(), Toy::gene_table());
  Reader* const readers[] = {reader.get()};
  Job job;
  job.workers = &workers;
  return train_model(readers, path, options, true, job);
}

/// A model of the toy's cells, trained once for all tests of a program.
inline Model& toy_model() {
  static const std::unique_ptr<Model> model = [] {
    const TempFolder folder;
    const std::filesystem::path path = folder.path() / "toy.gmodel";
    train_toy({}, path);
    Job job;
    return open_model(path.string(), job);
  }();
  return *model;
}

}  // namespace gemflow::test
