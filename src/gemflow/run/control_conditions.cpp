// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/control_conditions.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"

namespace gemflow {
namespace {

constexpr std::string_view group = "perturbation";
constexpr std::string_view control = "control";
constexpr std::string_view type_key = "perturbation_type";

bool is_perturbation(const std::string& key, const ModelCard& card) {
  const Field* field = card.find_field(key);
  return field != nullptr ? field->group == group : key.rfind(group, 0) == 0;
}

/// The field's spelling of "control": its value, which may have that for its readable name; null where it has none.
const std::string* control_value(const Field& field) {
  const auto value = std::find(field.values.begin(), field.values.end(), control);
  if (value != field.values.end()) return &*value;
  const auto name = std::find(field.names.begin(), field.names.end(), control);
  if (name == field.names.end()) return nullptr;
  return &field.values[static_cast<std::size_t>(name - field.names.begin())];
}

/// What says "not perturbed" to the model.
Metadata control_for(const ModelCard& card) {
  Metadata metadata;
  std::vector<std::string> listed;
  for (const Field& field : card.fields) {
    if (field.group != group) continue;
    listed.insert(listed.end(), field.values.begin(), field.values.end());
    if (const std::string* value = control_value(field)) metadata.set(field.key, *value);
  }
  if (!metadata.entries().empty()) return metadata;
  if (!listed.empty()) {
    throw Error(ErrorKind::unsupported, fmt::format("model '{}' knows no control: none of its perturbations is called that", card.id),
                fmt::format("it knows {}; leave --with-control out", quoted_names(listed)));
  }
  metadata.set(std::string(type_key), std::string(control));
  return metadata;
}

}  // namespace

std::vector<Metadata> controls_of(const std::vector<Metadata>& conditions, const ModelCard& card) {
  const Metadata unperturbed = control_for(card);
  std::vector<Metadata> controls;
  for (const Metadata& condition : conditions) {
    Metadata& control_metadata = controls.emplace_back();
    for (const auto& [key, value] : condition.entries()) {
      if (is_perturbation(key, card)) continue;
      if (condition.is_json(key)) {
        control_metadata.set_json(key, value);
      } else {
        control_metadata.set(key, value);
      }
    }
    for (const auto& [key, value] : unperturbed.entries()) control_metadata.set(key, value);
  }
  return controls;
}

}  // namespace gemflow
