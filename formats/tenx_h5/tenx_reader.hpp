// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "gemflow/core/format.hpp"
#include "gemflow/core/reader.hpp"
#include "hdf5/compressed_cells.hpp"
#include "hdf5/handle.hpp"
#include "hdf5/strings.hpp"
#include "tenx_h5/tenx_features.hpp"
#include "tenx_h5/tenx_place.hpp"

namespace gemflow::tenx {

/// A file of 10x's kind and the one matrix of it that is looked at, its parts checked against each other.
struct Matrix {
  /// Errors: input (not what it says), unsupported.
  Matrix(const std::filesystem::path& path, const std::string& wanted, Report& report);

  hdf5::Handle file;
  Place place;
  hdf5::Handle group;
  hdf5::Strings barcodes;
  Features features;

  [[nodiscard]] hdf5::MatrixShape shape() const noexcept { return {barcodes.size(), features.n_features()}; }
};

/// Cells as they lie in the file. Errors: input (no such cell; `obs`, `layers` and `where`, as there are no such
/// columns).
[[nodiscard]] std::unique_ptr<Reader> open(const std::filesystem::path& path, const OpenOptions& options, Job& job);

}  // namespace gemflow::tenx
