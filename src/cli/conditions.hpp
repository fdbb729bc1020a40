// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "gemflow/run/generate.hpp"
#include "shared_options.hpp"

namespace gemflow::cli {

/// The conditions that were asked for: the lines of `--conditions` (tsv, csv, or JSON as the API has its `inputs`) with
/// `--set` and `--num-samples` in what they leave empty; without a table the one of `--set`. Times and doses are spelt
/// as models spell them. `with_reference`: a column `reference` names a cell. Errors: usage, input (the table).
[[nodiscard]] std::vector<Condition> read_conditions(const TypedConditions& typed, bool with_reference, Job& job);

/// Spells keys and values as the model does: a key may lack its "_ontology_id", a value may be its readable name.
void spell_like_model(std::vector<Condition>& conditions, const ModelCard& card);

/// The conditions of a JSON document: {"inputs": [...]} or the list alone; each {"metadata": {...},
/// "num_samples": 1}. Values that are not text are kept as JSON text. Errors: input.
[[nodiscard]] std::vector<Condition> conditions_in_json(std::string_view text);

}  // namespace gemflow::cli
