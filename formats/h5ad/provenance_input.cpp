// SPDX-License-Identifier: Apache-2.0
#include "h5ad/provenance_input.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/strings.hpp"

namespace gemflow::h5ad {
namespace {

/// Mappings within mappings: more than a provenance ever has, so that a strange file ends.
constexpr int most_levels = 8;

std::optional<Provenance::Value> read_scalar(hid_t dataset) {
  const auto type = hdf5::stored_type_of(dataset);
  if (!type) return std::nullopt;
  if (hdf5::is_integer(*type)) {
    std::array<std::int64_t, 1> number{};
    hdf5::read_numbers(dataset, 0, std::span(number));
    if (hdf5::holds_bools(dataset)) return number[0] != 0;
    return number[0];
  }
  std::array<double, 1> number{};
  hdf5::read_numbers(dataset, 0, std::span(number));
  return number[0];
}

std::optional<Provenance::Value> read_value(hid_t parent, const std::string& name) {
  const hdf5::Handle dataset = hdf5::open_dataset(parent, name);
  if (hdf5::has_no_space(dataset)) return std::nullopt;
  const std::size_t n_axes = hdf5::extent_of(dataset).size();
  if (n_axes > 1) return std::nullopt;
  if (!hdf5::holds_strings(dataset)) return n_axes == 0 ? read_scalar(dataset) : std::nullopt;
  std::vector<std::string> texts = hdf5::read_strings(parent, name);
  if (n_axes == 1) return texts;
  return texts.front();
}

void read_entries(hid_t parent, const std::string& path, Provenance& provenance, int level) {
  for (const std::string& name : hdf5::names_in(parent)) {
    const hdf5::NodeKind kind = hdf5::kind_of(parent, name);
    if (kind == hdf5::NodeKind::group && level < most_levels) {
      read_entries(hdf5::open_group(parent, name), path + name + "/", provenance, level + 1);
    } else if (kind == hdf5::NodeKind::dataset) {
      if (auto value = read_value(parent, name)) provenance.add(path + name, *std::move(value));
    }
  }
}

}  // namespace

std::vector<Provenance> read_provenance(hid_t file) {
  std::vector<Provenance> all;
  if (!hdf5::is_group(file, "uns/gemflow")) return all;
  const hdf5::Handle gemflow = hdf5::open_group(file, "uns/gemflow");
  for (const std::string& command : hdf5::names_in(gemflow)) {
    if (!hdf5::is_group(gemflow, command)) continue;
    read_entries(hdf5::open_group(gemflow, command), "", all.emplace_back(Provenance{command, {}}), 0);
  }
  return all;
}

}  // namespace gemflow::h5ad
