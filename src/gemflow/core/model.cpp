// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/model.hpp"

#include <algorithm>

namespace gemflow {
namespace {

std::string_view without_suffix(std::string_view key) noexcept {
  constexpr std::string_view suffix = "_ontology_id";
  if (key.size() > suffix.size() && key.substr(key.size() - suffix.size()) == suffix) key.remove_suffix(suffix.size());
  return key;
}

}  // namespace

std::string_view name_of(Modality modality) noexcept {
  return modality == Modality::bulk ? "bulk" : "single_cell";
}

double default_total_count(Modality modality) noexcept { return modality == Modality::bulk ? 1e7 : 1e4; }

std::string_view Field::name() const noexcept { return without_suffix(key); }

const Field* ModelCard::find_field(std::string_view key_or_name) const noexcept {
  const auto at = std::find_if(fields.begin(), fields.end(), [&](const Field& field) {
    return field.name() == without_suffix(key_or_name);
  });
  return at == fields.end() ? nullptr : &*at;
}

bool ModelCard::does(Task task) const noexcept { return std::find(tasks.begin(), tasks.end(), task) != tasks.end(); }

}  // namespace gemflow
