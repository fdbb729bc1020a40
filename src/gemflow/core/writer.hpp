// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "gemflow/core/genes.hpp"

namespace gemflow {

/// What an output says about how it was made. Nothing in it may differ between equal runs: no times, paths or threads.
struct Provenance {
  using Value = std::variant<std::string, std::int64_t, double, bool, std::vector<std::string>>;

  std::string command;  ///< "predict_metadata"; the dictionary's name below uns['gemflow']
  /// Keys may be nested with a slash ("classes/cell_type"); written in this order.
  std::vector<std::pair<std::string, Value>> entries;

  void add(std::string key, Value value) { entries.emplace_back(std::move(key), std::move(value)); }
  /// The value of a key; null where there is none.
  [[nodiscard]] const Value* find(std::string_view key) const noexcept {
    for (const auto& [name, value] : entries) {
      if (name == key) return &value;
    }
    return nullptr;
  }
  /// The same where the value is a text; null where it is none.
  [[nodiscard]] const std::string* text(std::string_view key) const noexcept { return std::get_if<std::string>(find(key)); }
};

/// Takes genes once, cells in order, and appears at its destination when it is whole.
/// Destroyed before `finish` has returned, it leaves no trace.
class Writer {
 public:
  virtual ~Writer() = default;
  /// Called once, before the first `append`.
  virtual void genes(const Genes& genes) = 0;
  /// REQUIRES: cells in order, without a gap; the same obs, obsm and layers in every chunk.
  virtual void append(const Chunk& chunk) = 0;
  /// Checks, syncs, renames. Errors: io; input where the cells are not those of the annotated file.
  virtual void finish(const Provenance& provenance) = 0;
};

}  // namespace gemflow
