// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gemflow/core/job.hpp"
#include "gemflow/core/reader.hpp"
#include "gemflow/core/writer.hpp"
#include "gemflow/run/part.hpp"

namespace gemflow {

/// One part of a run, not yet opened.
struct Part {
  std::string file;  ///< as messages name it
  Provenance provenance;
  PartMark mark;
  std::function<std::unique_ptr<Reader>()> open;  ///< all that stands beside its cells; counts where its cells are new ones
};

/// All parts of one run, in the order of their rows.
/// Errors: input, where rows are in no part or in two, or the parts are of different runs.
[[nodiscard]] std::vector<Part> in_order_of_rows(std::vector<Part> parts);

/// Judges the outliers of all parts together; `share` instead of the limit that the parts were made with.
/// Errors: unsupported (more than the limit). REQUIRES: parts of one run.
void judge_outliers(const std::vector<Part>& parts, std::optional<double> share, Report& report);

/// What parts stand beside; nothing of it where they hold new cells.
struct MergeInput {
  Reader* cells = nullptr;  ///< all of IN
  bool has_counts = false;  ///< do counts come with them, checked and rounded as the parts' run did it?
  Reader* first_cells = nullptr;  ///< with counts of that kind the first `compared_cells` of each part; null: they are not compared
};

struct MergeResult {
  std::int64_t n_cells = 0;
  std::int64_t n_empty = 0;
  std::optional<std::int64_t> n_outliers;  ///< nothing where the model cannot tell
};

/// Writes the cells of the parts one after the other, with the provenance of their run: the same as that run would have written
/// undivided. The counts of IN are compared with those that the parts were made from, as far as they come, and the number of stored values.
/// REQUIRES: parts in the order of their rows; `in` has cells, and counts where `out` wants them, if parts stand beside some: then
/// `out` is made by `annotate`.
/// Errors: input (parts of another file, or that do not fit together), io.
MergeResult merge(const MergeInput& in, const std::vector<Part>& parts, Writer& out, Job& job);

}  // namespace gemflow
