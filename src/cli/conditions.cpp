// SPDX-License-Identifier: Apache-2.0
#include "conditions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/ops/units.hpp"
#include "opening.hpp"
#include "option_values.hpp"
#include "text_file.hpp"

namespace gemflow::cli {
namespace {

using Json = nlohmann::ordered_json;

/// A condition whose number of samples was not written; `--num-samples` fills it.
constexpr std::int64_t not_told = 0;

/// Models know one spelling of times and doses.
std::string plain_value(const std::string& key, const std::string& value) {
  if (key == "perturbation_time") return with_plain_time(value);
  if (key == "perturbation_dose") return with_plain_dose(value);
  return value;
}

/// The number in a column; what is no number is a fault of the table, not of the command.
template <typename Number>
Number number_in(const std::string& key, const std::string& value, Number (*read)(const std::string&)) {
  try {
    return read(value);
  } catch (const Error& error) {
    throw Error(ErrorKind::input, fmt::format("'{}': {}", key, error.message()), error.hint());
  }
}

/// One cell of a table or one key of JSON: a metadata key, or one of the few others.
void take_entry(Condition& condition, const std::string& key, const std::string& value) {
  if (value.empty()) return;
  if (key == "num_samples") {
    condition.num_samples = number_in<std::int64_t>(key, value, [](const std::string& text) { return whole_number(text, 1); });
  } else if (key == "name") {
    condition.name = value;
  } else if (key == "seed") {
    condition.seed = number_in(key, value, seed_number);
  } else if (key == "reference") {
    condition.reference = value;
  } else {
    condition.metadata.set(key, value);
  }
}

/// To write a value is recursive: one nested without measure would need a stack without measure.
bool refuse_depth(int depth, Json::parse_event_t, const Json&) {
  constexpr int deepest = 64;
  if (depth > deepest) throw Error(ErrorKind::input, fmt::format("it is nested more than {} deep", deepest));
  return true;
}

/// A value as text: text as it is, everything else as JSON writes it; null is nothing.
std::string text_of(const Json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Text is a value as it is; everything else is kept as JSON. An empty one is none.
void take_metadata(Condition& condition, const std::string& key, const Json& value) {
  if (value.is_string()) {
    condition.metadata.set(key, value.get<std::string>());
  } else if (value.is_structured()) {
    condition.metadata.set_json(key, value.dump());
  } else {
    condition.metadata.set(key, text_of(value));
  }
}

/// One of `inputs`: metadata below "metadata", and the few other keys beside it. A plain object is metadata itself.
Condition condition_of(const Json& input) {
  if (!input.is_object()) throw Error(ErrorKind::input, "one of 'inputs' is not an object");
  Condition condition;
  condition.num_samples = not_told;
  const auto metadata = input.find("metadata");
  for (const auto& [key, value] : input.items()) {
    if (key != "metadata" && key != "counts") take_entry(condition, key, text_of(value));
  }
  if (metadata == input.end()) return condition;
  if (!metadata->is_object()) throw Error(ErrorKind::input, "'metadata' of one of 'inputs' is not an object");
  for (const auto& [key, value] : metadata->items()) take_metadata(condition, key, value);
  return condition;
}

std::vector<Condition> read_table(const std::filesystem::path& path, Job& job) {
  if (path.extension() == ".json") return conditions_in_json(read_text_file(path));
  std::vector<Condition> conditions;
  for (const Metadata& row : read_metadata(path, job)) {
    Condition& condition = conditions.emplace_back();
    condition.num_samples = not_told;
    for (const auto& [key, value] : row.entries()) take_entry(condition, key, value);
  }
  return conditions;
}

/// The same; what is wrong with it is said with its name.
std::vector<Condition> read_named_table(const std::filesystem::path& path, bool with_reference, Job& job) {
  try {
    std::vector<Condition> conditions = read_table(path, job);
    const bool has_reference = std::any_of(conditions.begin(), conditions.end(),
                                           [](const Condition& condition) { return !condition.reference.empty(); });
    if (has_reference && !with_reference) {
      throw Error(ErrorKind::input, "cells are made from metadata alone: there is no 'reference' here");
    }
    if (conditions.empty()) throw Error(ErrorKind::input, "it holds no condition");
    return conditions;
  } catch (Error& error) {
    const std::string context = fmt::format("reading '{}'", file_name(path));
    if (error.message().rfind("reading '", 0) != 0) error.within(context);
    throw;
  }
}

/// Times and doses in the one spelling that models know; each that is changed is said once.
void spell_units(std::vector<Condition>& conditions, Report& report) {
  std::set<std::string> told;
  for (Condition& condition : conditions) {
    for (const std::string key : {"perturbation_time", "perturbation_dose"}) {
      const auto written = condition.metadata.find(key);
      if (!written || condition.metadata.is_json(key)) continue;
      const std::string plain = plain_value(key, std::string(*written));
      if (plain == *written) continue;
      const std::string sentence = fmt::format("'{}' of '{}' is taken for '{}', as models spell it", printable(*written), key, plain);
      if (told.insert(sentence).second) report.warning(sentence);
      condition.metadata.set(key, plain);
    }
  }
}

/// The value whose readable name was written; what is a value already stays one.
std::string value_for(const Field& field, const std::string& written) {
  if (std::find(field.values.begin(), field.values.end(), written) != field.values.end()) return written;
  const auto name = std::find(field.names.begin(), field.names.end(), written);
  return name == field.names.end() ? written : field.values[static_cast<std::size_t>(name - field.names.begin())];
}

void fill(Condition& condition, const TypedConditions& typed) {
  for (const auto& [key, value] : typed.set) {
    const auto there = condition.metadata.find(key);
    if (!there || there->empty()) condition.metadata.set(key, value);
  }
  if (condition.num_samples == not_told) condition.num_samples = typed.num_samples;
}

}  // namespace

void spell_like_model(std::vector<Condition>& conditions, const ModelCard& card) {
  for (Condition& condition : conditions) {
    Metadata spelt;
    for (const auto& [key, value] : condition.metadata.entries()) {
      const Field* field = card.find_field(key);
      // What the card does not name is for the model to know, or to refuse.
      if (condition.metadata.is_json(key)) {
        spelt.set_json(field == nullptr ? key : field->key, value);
      } else if (field == nullptr) {
        spelt.set(key, value);
      } else {
        spelt.set(field->key, value_for(*field, value));
      }
    }
    condition.metadata = std::move(spelt);
  }
}

std::vector<Condition> conditions_in_json(std::string_view text) {
  const Json document = Json::parse(text, refuse_depth, false);
  if (document.is_discarded()) throw Error(ErrorKind::input, "it is not valid JSON");
  const auto inside = document.is_object() ? document.find("inputs") : document.end();
  const Json& inputs = document.is_object() && inside != document.end() ? *inside : document;
  if (!inputs.is_array()) throw Error(ErrorKind::input, "it holds no list of 'inputs'");
  std::vector<Condition> conditions;
  for (const Json& input : inputs) conditions.push_back(condition_of(input));
  return conditions;
}

std::vector<Condition> read_conditions(const TypedConditions& typed, bool with_reference, Job& job) {
  std::vector<Condition> conditions;
  if (typed.table.empty()) {
    if (typed.set.empty()) {
      throw Error(ErrorKind::usage, "no condition is given", "name one with --set KEY=VALUE or several with --conditions TABLE");
    }
    conditions.emplace_back().num_samples = not_told;
  } else {
    conditions = read_named_table(typed.table, with_reference, job);
  }
  for (Condition& condition : conditions) fill(condition, typed);
  spell_units(conditions, *job.report);
  return conditions;
}

}  // namespace gemflow::cli
