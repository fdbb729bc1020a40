// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "gemflow/core/model.hpp"
#include "gemflow/core/query.hpp"
#include "gemflow/core/report.hpp"
#include "synthesize_api/hosted/vocabulary.hpp"

namespace gemflow::synthesize_api {

/// The API's keys as fields of a card, with the values that the vocabulary knows.
[[nodiscard]] std::vector<Field> fields_of(const Vocabulary& vocabulary);

/// Looks at all conditions of a run before any is sent. What looks odd is a warning, told once a key and value: the
/// service's own vocabularies are wider than its documentation says.
/// Errors: usage (a key that the API does not know, or does not take in this task), model (a value that is not in the vocabulary).
void check_metadata(const std::vector<Metadata>& conditions, Task task, const Vocabulary& vocabulary, Report& report);

}  // namespace gemflow::synthesize_api
