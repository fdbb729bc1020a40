// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gemflow/core/model.hpp"
#include "gemflow/core/query.hpp"

namespace gemflow::synthesize_api {

/// What a hosted model's id says: "gem-1-bulk" (generate), "gem-1-sc_reference-conditioning" (condition),
/// "gem-1-sc_predict-metadata", "gem-1-bulk_condition-on-sample-ids" (no parser: raw queries alone), and others of the same
/// endings. Ids are free text: what is not known here has no task.
struct ModelId {
  std::string text;
  std::string family;        ///< without the ending: "gem-1-bulk"
  std::optional<Task> task;  ///< absent: only raw queries
  Modality modality = Modality::bulk;  ///< "-sc" in the family: single_cell
};

/// At most 64 letters, digits, '.', '_' and '-'.
[[nodiscard]] bool is_id(std::string_view text) noexcept;

[[nodiscard]] ModelId read_model_id(std::string_view text);

/// The id of the family's model for a task: "gem-1-sc" and condition give "gem-1-sc_reference-conditioning".
[[nodiscard]] std::string id_for(std::string_view family, Task task);

}  // namespace gemflow::synthesize_api
