// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/metadata_check.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"
#include "gemflow/ops/units.hpp"
#include "synthesize_api/wire/metadata_keys.hpp"

namespace gemflow::synthesize_api {
namespace {

/// What values of a key look like. Sources: the API's documentation, and the public training vocabulary of GEM-1, which has
/// more kinds of ids than the documentation names.
struct Look {
  std::string_view key;
  std::vector<std::string> beginnings;  ///< of ids
  std::vector<std::string> words;       ///< the whole value
};

const std::vector<Look>& looks() {
  static const std::vector<Look> all{
      {"sex", {}, {"male", "female"}},
      {"sample_type",
       {},
       {"cell line", "organoid", "other", "primary", "primary cells", "primary tissue", "xenograft"}},
      {"tissue_ontology_id", {"UBERON:", "CL:"}, {}},
      {"cell_type_ontology_id", {"CL:"}, {}},
      {"disease_ontology_id", {"MONDO:", "HP:", "HGNC:", "PATO:", "NCBITAXON:", "CL:"}, {}},
      {"cell_line_ontology_id", {"CVCL_", "GM", "HG", "NA"}, {}},
      {"perturbation_type",
       {},
       {"co culture", "coculture", "compound", "control", "crispr", "genetic", "infection", "other", "overexpression",
        "peptide or biologic", "shrna", "sirna"}},
      {"library_layout", {}, {"PAIRED", "SINGLE"}},
  };
  return all;
}

const Look* look_of(std::string_view key) {
  const auto at = std::find_if(looks().begin(), looks().end(), [&](const Look& look) { return look.key == key; });
  return at == looks().end() ? nullptr : &*at;
}

bool looks_right(const Look& look, std::string_view value) {
  return std::find(look.words.begin(), look.words.end(), value) != look.words.end() ||
         std::any_of(look.beginnings.begin(), look.beginnings.end(),
                     [&](const std::string& beginning) { return value.starts_with(beginning); });
}

bool is_number_and_unit(std::string_view value) {
  const std::size_t space = value.find(' ');
  return space != std::string_view::npos && space > 0 && value.substr(0, space).find_first_not_of("0123456789.-e") == std::string_view::npos;
}

/// A sentence about a value that may be refused; empty where there is nothing to say.
std::string doubt_about(std::string_view key, std::string_view value) {
  if (key == "perturbation_time" || key == "perturbation_dose") {
    return is_number_and_unit(value) ? std::string() : "it is no number, one space and a unit";
  }
  if (key == "age_years" && value.find_first_not_of("0123456789") != std::string_view::npos) return "it is no whole number of years";
  const Look* look = look_of(key);
  if (look == nullptr || looks_right(*look, value)) return {};
  const std::vector<std::string>& known = look->beginnings.empty() ? look->words : look->beginnings;
  return fmt::format("{} {}", look->beginnings.empty() ? "known are" : "ids there mostly begin with", quoted_names(known, known.size()));
}

/// A perturbed reference takes its other metadata from its counts.
bool is_taken(const MetadataKey& key, Task task) noexcept { return task != Task::condition || key.group == "perturbation"; }

void require_key(std::string_view key, Task task) {
  std::vector<std::string> known;
  for (const MetadataKey& one : metadata_keys()) {
    if (!is_taken(one, task)) continue;
    if (one.key == key) return;
    known.emplace_back(one.key);
  }
  throw Error(ErrorKind::usage,
              fmt::format("the hosted models take no metadata key '{}'{}", printable(key),
                          task == Task::condition ? " beside a reference" : ""),
              did_you_mean(key, known));
}

void require_value(std::string_view key, std::string_view value, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return;
  throw Error(ErrorKind::model, fmt::format("'{}' of '{}' is not in the vocabulary that was given", printable(value), key),
              did_you_mean(value, known));
}

void check_value(std::string_view key, std::string_view value, const Vocabulary& vocabulary, Report& report) {
  const auto known = vocabulary.find(key);
  if (known != vocabulary.end()) return require_value(key, value, known->second);
  const std::string doubt = doubt_about(key, value);
  if (!doubt.empty()) report.warning(fmt::format("'{}' of '{}' may be refused: {}", printable(value), key, doubt));
}

/// Several values of one key are joined by '|'.
std::vector<std::string_view> values_in(std::string_view text) {
  std::vector<std::string_view> values;
  for (std::size_t end = 0; end != std::string_view::npos; text.remove_prefix(end + 1)) {
    end = text.find('|');
    values.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
  }
  return values;
}

}  // namespace

std::vector<Field> fields_of(const Vocabulary& vocabulary) {
  std::vector<Field> fields;
  for (const MetadataKey& key : metadata_keys()) {
    Field& field = fields.emplace_back();
    field.key = key.key;
    field.group = key.group;
    field.predicted = key.group != "technical";  // GEM-1's public code has heads for the other two groups
    const auto values = vocabulary.find(key.key);
    if (values != vocabulary.end()) field.values = values->second;
  }
  return fields;
}

void check_metadata(const std::vector<Metadata>& conditions, Task task, const Vocabulary& vocabulary, Report& report) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const Metadata& metadata : conditions) {
    for (const auto& [key, text] : metadata.entries()) {
      require_key(key, task);
      if (metadata.is_json(key)) continue;
      for (const std::string_view value : values_in(text)) {
        if (seen.emplace(key, value).second) check_value(key, value, vocabulary, report);
      }
    }
  }
}

}  // namespace gemflow::synthesize_api
