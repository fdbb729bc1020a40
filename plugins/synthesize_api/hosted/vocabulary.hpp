// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace gemflow::synthesize_api {

/// Valid values of metadata keys, by key.
using Vocabulary = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Reads a folder of JSON files as the API's site gives them out, one a metadata key, named after it with or without
/// "_ontology_id": a list of texts, a list of objects (their `value`, `id` or `name`), or an object keyed by value.
/// Files of other names are passed over. Errors: input (no such folder, no file of a key's name, no JSON, no values).
[[nodiscard]] Vocabulary read_vocabulary(const std::filesystem::path& folder);

}  // namespace gemflow::synthesize_api
