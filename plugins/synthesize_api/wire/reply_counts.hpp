// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gemflow/core/count_chunk.hpp"
#include "synthesize_api/wire/count_rows.hpp"
#include "synthesize_api/wire/name_table.hpp"

namespace gemflow::synthesize_api {

/// Counts of a reply's outputs: all lists, or all maps from gene to count.
struct ReplyCounts {
  CountRows rows;            ///< of maps: with the genes' numbers in `names`, in any order
  NameTable names;           ///< of maps
  std::int64_t length = -1;  ///< of lists; -1: there was none
  bool has_maps = false;
  bool has_fractions = false;

  /// The genes that maps named, sorted: their order where nobody tells another.
  [[nodiscard]] std::vector<std::string> sorted_names() const;
  /// Errors: model, of maps: a gene that is not in `gene_order`, or twice in one map.
  [[nodiscard]] CountChunk finish(const std::vector<std::string>& gene_order);
};

}  // namespace gemflow::synthesize_api
