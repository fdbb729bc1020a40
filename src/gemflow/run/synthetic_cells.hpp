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
/// reference; latents are called as those of predict_metadata are.
class SyntheticCells {
 public:
  /// `controls`: metadata of the control of each condition, or nothing: then all cells are treated.
  /// Errors: usage (no condition, or two of one name).
  SyntheticCells(const std::vector<Condition>& conditions, std::string prefix, std::vector<Metadata> controls = {});

  [[nodiscard]] const std::string& condition_name(const Sample& sample) const {
    return (*names_)[static_cast<std::size_t>(sample.condition)];
  }

  /// REQUIRES: one row of `answer` a sample, with controls two: it and its control; `references` empty, or the name of each sample's reference cell.
  void describe(Chunk& answer, std::span<const Sample> samples, const std::vector<std::string>& references) const;

 private:
  using Names = std::shared_ptr<const std::vector<std::string>>;

  /// One metadata key: its values, and which of them each condition, and behind those each control, has (-1: none).
  struct Key {
    std::string name;
    Names values;
    std::vector<std::int32_t> of_condition;
  };

  void add_key(const std::string& key, const std::vector<Metadata>& metadata);

  std::vector<Condition> conditions_;
  std::string prefix_;
  std::int32_t n_roles_ = 1;  ///< rows of a sample
  std::vector<Key> keys_;
  Names names_;
};

/// The model's genes as an output's own: names in gene_order, `feature_name` where symbols are known.
[[nodiscard]] Genes genes_of(const ModelCard& card);

[[nodiscard]] std::vector<Metadata> metadata_of(const std::vector<Condition>& conditions);

}  // namespace gemflow
