// SPDX-License-Identifier: Apache-2.0
#include "tenx_h5/tenx_place.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/node.hpp"

namespace gemflow::tenx {
namespace {

template <std::size_t N>
bool has_datasets(hid_t file, const std::string& group, const std::array<const char*, N>& names) {
  return std::all_of(names.begin(), names.end(),
                     [&](const char* name) { return hdf5::is_dataset(file, group + '/' + name); });
}

bool is_legacy_group(hid_t file, const std::string& group) {
  constexpr std::array names{"genes", "gene_names", "barcodes", "data", "indices", "indptr", "shape"};
  return hdf5::is_group(file, group) && has_datasets(file, group, names);
}

std::vector<std::string> groups_of(const std::vector<Place>& places) {
  std::vector<std::string> groups;
  for (const Place& place : places) groups.push_back(place.group);
  return groups;
}

}  // namespace

std::vector<Place> find_places(hid_t file) {
  constexpr std::array names{"barcodes", "data", "indices", "indptr", "shape"};
  if (hdf5::is_group(file, "matrix/features") && has_datasets(file, "matrix", names)) return {{"matrix", true}};
  std::vector<Place> places;
  for (const std::string& group : hdf5::names_in(file)) {
    if (is_legacy_group(file, group)) places.push_back({group, false});
  }
  return places;
}

bool is_molecule_info(hid_t file) {
  return hdf5::is_dataset(file, "barcode_idx") && hdf5::is_dataset(file, "feature_idx") &&
         hdf5::is_dataset(file, "umi");
}

Place choose_place(hid_t file, const std::string& wanted, const std::filesystem::path& path) {
  const std::string reading = fmt::format("reading '{}'", printable(path.string(), 4096));
  if (is_molecule_info(file)) {
    throw Error(ErrorKind::unsupported,
                reading + ": it is a molecule_info.h5, which lists molecules and holds no matrix",
                "use filtered_feature_bc_matrix.h5 of the same run");
  }
  const std::vector<Place> places = find_places(file);
  const std::vector<std::string> groups = groups_of(places);
  const bool any = wanted == "auto" || wanted == "X";
  if (any && places.size() == 1) return places.front();
  const auto at = std::find(groups.begin(), groups.end(), wanted);
  if (at != groups.end()) return places[static_cast<std::size_t>(at - groups.begin())];
  if (any) {
    throw Error(ErrorKind::input,
                fmt::format("{}: it holds a matrix for each of several genomes: {}", reading, quoted_names(groups)),
                fmt::format("choose one: --layer {}", groups.front()));
  }
  throw Error(ErrorKind::input, fmt::format("{}: there is no matrix '{}'", reading, printable(wanted)),
              did_you_mean(wanted, groups));
}

}  // namespace gemflow::tenx
