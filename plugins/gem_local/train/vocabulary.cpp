// SPDX-License-Identifier: Apache-2.0
#include "gem_local/train/vocabulary.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "gem_local/train/survey.hpp"
#include "gemflow/core/error.hpp"

namespace gemflow::gem_local {
namespace {

bool has_word(std::string_view text, std::span<const std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != text.npos; });
}

bool names_people(const TrainField& field) {
  constexpr std::array<std::string_view, 7> words{"donor",  "patient",     "subject", "individual",
                                                  "person", "participant", "proband"};
  return has_word(field.key, words) || has_word(field.column, words);
}

/// "CL:0000236": a prefix, a colon, a number.
bool is_ontology_id(const std::string& value) {
  const std::size_t colon = value.find(':');
  return colon != 0 && colon != value.npos && colon + 1 < value.size() &&
         value.find_first_not_of("0123456789", colon + 1) == value.npos;
}

const Column& column_of(const Chunk& chunk, const std::string& name) {
  if (const Column* column = chunk.find_obs(name)) return *column;
  throw Error(ErrorKind::input, fmt::format("training: there is no obs column '{}'", printable(name)),
              "gemflow inspect shows the obs columns");
}

std::vector<TrainField> checked(std::vector<TrainField> fields) {
  for (TrainField& field : fields) {
    if (field.group.empty()) field.group = group_of_key(field.key);
    if (group_named(field.group) != n_groups) continue;
    throw Error(ErrorKind::usage, fmt::format("training: there is no latent group '{}'", printable(field.group)),
                "groups are 'biological', 'technical' and 'perturbation'");
  }
  return fields;
}

}  // namespace

std::string group_of_key(std::string_view key) {
  constexpr std::array<std::string_view, 10> technical_words{"donor",    "patient", "subject", "study", "batch",
                                                             "platform", "library", "dataset", "assay", "modality"};
  if (key.find("perturbation") != key.npos) return "perturbation";
  return has_word(key, technical_words) ? "technical" : "biological";
}

Levels ChunkLabels::at(std::int64_t cell) const {
  Levels levels;
  for (const auto& field : codes) levels.push_back(field[static_cast<std::size_t>(cell)]);
  return levels;
}

Vocabulary::Vocabulary(std::vector<TrainField> fields, Modality modality)
    : fields_(checked(std::move(fields))), modality_(modality), values_(fields_.size()) {}

ChunkLabels Vocabulary::read(const Chunk& chunk) {
  ChunkLabels labels{std::vector<std::vector<std::int32_t>>(fields_.size())};
  for (std::size_t field = 0; field < fields_.size(); ++field) read_field(chunk, field, labels.codes[field]);
  return labels;
}

void Vocabulary::read_field(const Chunk& chunk, std::size_t field, std::vector<std::int32_t>& codes) {
  const Column& column = column_of(chunk, fields_[field].column);
  const std::string& name_column = fields_[field].name_column;
  const Column* names = name_column.empty() ? nullptr : &column_of(chunk, name_column);
  Values& known = values_[field];
  for (std::size_t row = 0; row < static_cast<std::size_t>(chunk.n_cells()); ++row) {
    const std::string value = column.text_at(row);
    if (value.empty() || value == unassigned) {
      codes.push_back(-1);
      continue;
    }
    const auto [at, is_new] = known.codes.try_emplace(value, static_cast<std::int32_t>(known.values.size()));
    if (is_new) {
      known.values.push_back(value);
      known.names.push_back(names == nullptr ? "" : names->text_at(row));
      known.n_cells.push_back(0);
    }
    ++known.n_cells[static_cast<std::size_t>(at->second)];
    codes.push_back(at->second);
  }
}

std::string Vocabulary::remark_of_rare(const TrainField& asked, const Values& known) const {
  constexpr std::size_t most_shown = 8;
  std::size_t n_rare = 0;
  std::string shown;
  for (const auto& [value, code] : known.codes) {
    const std::int64_t n_cells = known.n_cells[static_cast<std::size_t>(code)];
    if (n_cells >= fewest_cells || ++n_rare > most_shown || !asked.names_in_file) continue;
    shown += fmt::format("{}'{}' ({})", shown.empty() ? ": " : ", ", printable(value), n_cells);
  }
  if (n_rare == 0) return {};
  if (n_rare > most_shown && asked.names_in_file) shown += fmt::format(" and {} more", n_rare - most_shown);
  return fmt::format("{}: {} value{} with fewer than {} {} {}{}", asked.key, n_rare, n_rare == 1 ? "" : "s", fewest_cells,
                     modality_ == Modality::bulk ? "samples" : "cells", n_rare == 1 ? "is no class" : "are no classes", shown);
}

FieldPart Vocabulary::finish_field(std::size_t number, std::vector<std::string>& remarks) {
  const TrainField& asked = fields_[number];
  Values& known = values_[number];
  FieldPart part;
  part.field.key = asked.key;
  part.field.group = asked.group;
  known.level.assign(known.values.size(), -1);
  for (const auto& [value, code] : known.codes) {  // in the order of the values
    const auto at = static_cast<std::size_t>(code);
    if (known.n_cells[at] < fewest_cells) continue;
    known.level[at] = part.n_levels++;
    part.field.n_cells.push_back(known.n_cells[at]);
    if (!asked.names_in_file) continue;
    part.field.values.push_back(value);
    if (!asked.name_column.empty()) part.field.names.push_back(known.names[at].empty() ? value : known.names[at]);
  }
  if (std::string rare = remark_of_rare(asked, known); !rare.empty()) remarks.push_back(std::move(rare));
  const std::vector<std::string>& values = part.field.values;
  if (!values.empty() && std::all_of(values.begin(), values.end(), is_ontology_id) && part.field.name() == asked.key) {
    part.field.key += "_ontology_id";
  }
  if (asked.names_in_file && names_people(asked)) {
    remarks.push_back(
        fmt::format("{}: these look like people; their {} names are in the model's file, --anonymous {} keeps them out",
                    asked.key, part.n_levels, asked.key));
  }
  part.field.predicted = asked.predicted && asked.names_in_file && asked.group != "technical" && part.n_levels >= 2;
  if (asked.predicted && part.n_levels < 2) {
    remarks.push_back(fmt::format("{}: {} value{} with enough {}, so nothing to tell apart and no classifier", asked.key,
                                  part.n_levels, part.n_levels == 1 ? "" : "s", modality_ == Modality::bulk ? "samples" : "cells"));
  }
  return part;
}

std::vector<FieldPart> Vocabulary::finish(std::vector<std::string>& remarks) {
  std::vector<FieldPart> parts;
  std::int32_t first = 0;
  for (std::size_t field = 0; field < fields_.size(); ++field) {
    parts.push_back(finish_field(field, remarks));
    parts.back().first_effect = first;
    first += parts.back().n_levels;
  }
  return parts;
}

Levels Vocabulary::recode(const Levels& raw) const {
  Levels levels;
  for (std::size_t field = 0; field < raw.size(); ++field) {
    levels.push_back(raw[field] < 0 ? -1 : values_[field].level[static_cast<std::size_t>(raw[field])]);
  }
  return levels;
}

}  // namespace gemflow::gem_local
