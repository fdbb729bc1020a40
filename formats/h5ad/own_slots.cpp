// SPDX-License-Identifier: Apache-2.0
#include "h5ad/own_slots.hpp"

#include <algorithm>

#include "h5ad/provenance_output.hpp"
#include "hdf5/node.hpp"
#include "hdf5/strings.hpp"

namespace gemflow::h5ad {
namespace {

bool is_in_var(const std::string& slot) { return slot.starts_with("var/"); }

/// "predict_metadata_2" is a dictionary of "predict_metadata".
bool is_of(const std::string& dictionary, const std::string& command) {
  if (!dictionary.starts_with(command)) return false;
  const std::string rest = dictionary.substr(command.size());
  return rest.empty() ||
         (rest.size() > 1 && rest[0] == '_' && rest.find_first_not_of("0123456789", 1) == std::string::npos);
}

}  // namespace

OwnSlots::OwnSlots(hid_t file) : was_here_(hdf5::is_group(file, "uns/gemflow")) {
  if (!was_here_) return;
  const hdf5::Handle gemflow = hdf5::open_group(file, "uns/gemflow");
  for (const std::string& name : hdf5::names_in(gemflow)) {
    Dictionary& dictionary = dictionaries_.emplace_back(Dictionary{name, {}});
    const std::string list = name + "/" + written_key;
    if (!hdf5::is_group(gemflow, name) || !hdf5::is_dataset(gemflow, list)) continue;
    for (std::string& slot : hdf5::read_strings(gemflow, list)) dictionary.written.insert(std::move(slot));
  }
}

bool OwnSlots::is_own(const std::string& slot) const {
  const std::string name = slot.substr(slot.find('/') + 1);
  if (was_here_ && (name.starts_with("gemflow_") || name.starts_with("X_gemflow_"))) return true;
  return std::any_of(dictionaries_.begin(), dictionaries_.end(),
                     [&](const Dictionary& dictionary) { return dictionary.written.contains(slot); });
}

bool OwnSlots::came_with_cells(const std::string& slot) const {
  const auto lists = [&](const Dictionary& dictionary) { return dictionary.written.contains(slot); };
  const auto made = [](const Dictionary& dictionary) {
    return dictionary.written.empty() && (dictionary.name == "generate" || dictionary.name == "condition");
  };
  return slot.starts_with("obsm/X_") && std::any_of(dictionaries_.begin(), dictionaries_.end(), made) &&
         std::none_of(dictionaries_.begin(), dictionaries_.end(), lists);
}

std::vector<std::string> OwnSlots::superseded_by(const std::string& command, std::span<const std::string> slots) const {
  std::vector<std::string> names;
  for (const Dictionary& dictionary : dictionaries_) {
    const bool shares = std::any_of(slots.begin(), slots.end(), [&](const std::string& slot) {
      return !is_in_var(slot) && dictionary.written.contains(slot);
    });
    if (shares && is_of(dictionary.name, command)) names.push_back(dictionary.name);
  }
  return names;
}

std::vector<std::string> OwnSlots::left_over(std::span<const std::string> dictionaries,
                                             std::span<const std::string> slots) const {
  std::set<std::string> gone;
  std::set<std::string> kept(slots.begin(), slots.end());
  for (const Dictionary& dictionary : dictionaries_) {
    const bool goes = std::find(dictionaries.begin(), dictionaries.end(), dictionary.name) != dictionaries.end();
    (goes ? gone : kept).insert(dictionary.written.begin(), dictionary.written.end());
  }
  std::vector<std::string> left;
  std::set_difference(gone.begin(), gone.end(), kept.begin(), kept.end(), std::back_inserter(left));
  return left;
}

}  // namespace gemflow::h5ad
