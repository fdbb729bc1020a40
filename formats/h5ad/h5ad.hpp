// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "gemflow/core/format.hpp"
#include "gemflow/core/job.hpp"
#include "gemflow/core/reader.hpp"

namespace gemflow {

/// AnnData's files, anndata 0.5 to 0.13.
extern const Format h5ad_format;

namespace h5ad {

/// Has its root obs and var, of whatever age? False for other HDF5 files, and for damaged ones.
[[nodiscard]] bool is_h5ad(const std::filesystem::path& path, std::string_view head);

/// What Format promises of `inspect` and `open`.
[[nodiscard]] Inspection inspect(const std::filesystem::path& path, Job& job);
[[nodiscard]] std::unique_ptr<Reader> open(const std::filesystem::path& path, const OpenOptions& options, Job& job);

}  // namespace h5ad
}  // namespace gemflow
