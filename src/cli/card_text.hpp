// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gemflow/core/model.hpp"
#include "session.hpp"

namespace gemflow::cli {

/// A model's card for people: who it is, what it knows and what it was trained on.
[[nodiscard]] std::string text_of(const ModelCard& card);
/// The same for programs; genes and values are only counted.
[[nodiscard]] Json json_of(const ModelCard& card);

/// The field of a metadata key, with or without "_ontology_id". Throws Error(usage) with the nearest known keys.
[[nodiscard]] const Field& field_of(const ModelCard& card, const std::string& key);

/// Throws Error(unsupported) where the model takes any genes.
void require_gene_order(const ModelCard& card);

/// Whether the licence forbids commerce or asks for copyleft: then it is said at each use.
[[nodiscard]] bool is_restrictive(const std::string& licence);

}  // namespace gemflow::cli
