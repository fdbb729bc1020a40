// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cell_runs.hpp"
#include "gemflow/core/format.hpp"
#include "gemflow/core/reader.hpp"
#include "h5ad/cell_source.hpp"
#include "h5ad/data_frame.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::h5ad {

/// What a reader is made of. The job must outlive the reader.
struct ReaderParts {
  hdf5::Handle file;
  DataFrame obs;
  StoredMatrix matrix;
  CellRuns cells;
  std::vector<StoredMatrix> layers;
  std::vector<std::string> columns;
  std::vector<std::string> obsm;
  bool with_counts = true;
  Job* job;
};

[[nodiscard]] std::unique_ptr<Reader> make_reader(ReaderParts parts);

}  // namespace gemflow::h5ad
