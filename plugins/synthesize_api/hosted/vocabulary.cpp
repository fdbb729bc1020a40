// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/model.hpp"
#include "synthesize_api/wire/metadata_keys.hpp"

namespace gemflow::synthesize_api {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uintmax_t most_bytes = std::uintmax_t{64} << 20;

/// A file of values is flat: what is deeper is something else.
bool is_shallow(int depth, Json::parse_event_t, const Json&) {
  constexpr int deepest = 8;
  if (depth > deepest) throw Error(ErrorKind::input, fmt::format("it is nested more than {} deep", deepest));
  return true;
}

std::string value_of(const Json& element) {
  if (element.is_string()) return element.get<std::string>();
  if (element.is_number_integer()) return element.dump();
  constexpr std::array<const char*, 3> names{"value", "id", "name"};
  for (const char* name : names) {
    if (element.is_object() && element.contains(name) && element[name].is_string()) return element[name].get<std::string>();
  }
  throw Error(ErrorKind::input, "one of its values is neither a text nor an object with 'value', 'id' or 'name'");
}

std::vector<std::string> values_in(const Json& document) {
  std::vector<std::string> values;
  if (document.is_object()) {
    for (const auto& [key, ignored] : document.items()) values.push_back(key);
  } else if (document.is_array()) {
    for (const Json& element : document) values.push_back(value_of(element));
  }
  if (values.empty()) throw Error(ErrorKind::input, "it holds no list of values");
  return values;
}

std::vector<std::string> read_values(const fs::path& file) {
  try {
    if (fs::file_size(file) > most_bytes) throw Error(ErrorKind::input, fmt::format("it has more than {} bytes", most_bytes));
    std::ifstream in(file, std::ios::binary);
    const Json document = Json::parse(in, is_shallow, false);
    if (document.is_discarded()) throw Error(ErrorKind::input, "it is not valid JSON");
    return values_in(document);
  } catch (Error& error) {
    error.within(fmt::format("reading the vocabulary '{}'", file.string()));
    throw;
  }
}

}  // namespace

Vocabulary read_vocabulary(const fs::path& folder) {
  std::error_code none;
  if (!fs::is_directory(folder, none)) {
    throw Error(ErrorKind::input, fmt::format("the folder of vocabularies '{}' is not there", folder.string()));
  }
  Vocabulary vocabulary;
  for (const MetadataKey& known : metadata_keys()) {
    const Field field{std::string(known.key), {}, {}, {}, {}, false};
    for (const std::string_view name : {known.key, field.name()}) {
      const fs::path file = folder / fmt::format("{}.json", name);
      if (!vocabulary.contains(known.key) && fs::is_regular_file(file, none)) {
        vocabulary.emplace(known.key, read_values(file));
      }
    }
  }
  if (vocabulary.empty()) {
    throw Error(ErrorKind::input, fmt::format("'{}' holds no vocabulary: no file there is named after a metadata key", folder.string()),
                "one JSON file a key, as tissue_ontology_id.json");
  }
  return vocabulary;
}

}  // namespace gemflow::synthesize_api
