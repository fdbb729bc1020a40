// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/model_id.hpp"

#include <array>
#include <utility>

namespace gemflow::synthesize_api {
namespace {

constexpr std::array<std::pair<std::string_view, Task>, 2> endings{
    {{"_reference-conditioning", Task::condition}, {"_predict-metadata", Task::predict_metadata}}};

constexpr std::string_view by_sample_ids = "_condition-on-sample-ids";

bool ends_with(std::string_view text, std::string_view ending) noexcept {
  return text.size() > ending.size() && text.substr(text.size() - ending.size()) == ending;
}

/// Whether "sc" is one of the parts between '-'.
bool is_single_cell(std::string_view family) noexcept {
  return ends_with(family, "-sc") || family.find("-sc-") != std::string_view::npos;
}

}  // namespace

bool is_id(std::string_view text) noexcept {
  constexpr std::size_t longest = 64;
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !text.empty() && text.size() <= longest && text.find_first_not_of(allowed) == std::string_view::npos;
}

ModelId read_model_id(std::string_view text) {
  ModelId id{std::string(text), std::string(text), std::nullopt, Modality::bulk};
  for (const auto& [ending, task] : endings) {
    if (!ends_with(text, ending)) continue;
    id.family = text.substr(0, text.size() - ending.size());
    id.task = task;
  }
  if (ends_with(text, by_sample_ids)) {
    id.family = text.substr(0, text.size() - by_sample_ids.size());
  } else if (!id.task && text.find('_') == std::string_view::npos) {
    id.task = Task::generate;
  }
  if (is_single_cell(id.family)) id.modality = Modality::single_cell;
  return id;
}

std::string id_for(std::string_view family, Task task) {
  for (const auto& [ending, of] : endings) {
    if (of == task) return std::string(family) + std::string(ending);
  }
  return std::string(family);
}

}  // namespace gemflow::synthesize_api
