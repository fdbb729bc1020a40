// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "gemflow/core/model.hpp"
#include "gemflow/run/generate.hpp"

namespace gemflow {

/// Names cells that a model made, and writes beside each what it was made from: the metadata asked for,
/// `<prefix>_origin` = synthetic, `_condition`, `_replicate` (from 1), and `_reference_cell` and `_role` where there is a
/// reference.
class SyntheticCells {
 public:
  /// Errors: usage (no condition, or two of one name).
  SyntheticCells(const std::vector<Condition>& conditions, std::string prefix);

  /// All samples of all conditions, without references.
  [[nodiscard]] std::int64_t n_expected() const noexcept;

  /// REQUIRES: one row of `answer` a sample; `references` empty, or the name of each sample's reference cell.
  void describe(Chunk& answer, std::span<const Sample> samples, std::vector<std::string> references) const;

 private:
  using Names = std::shared_ptr<const std::vector<std::string>>;

  /// One metadata key: its values, and which of them each condition has (-1: none).
  struct Key {
    std::string name;
    Names values;
    std::vector<std::int32_t> of_condition;
  };

  std::vector<Condition> conditions_;
  std::string prefix_;
  std::vector<Key> keys_;
  Names names_;
};

/// The model's genes as an output's own: names in gene_order, `feature_name` where symbols are known.
[[nodiscard]] Genes genes_of(const ModelCard& card);

[[nodiscard]] std::vector<Metadata> metadata_of(const std::vector<Condition>& conditions);

}  // namespace gemflow
