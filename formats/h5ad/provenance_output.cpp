// SPDX-License-Identifier: Apache-2.0
#include "h5ad/provenance_output.hpp"

#include <type_traits>
#include <variant>

#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"

namespace gemflow::h5ad {
namespace {

/// Opens the mappings before the last slash of `key`; cuts them off it.
hdf5::Handle open_nested(hid_t parent, std::string& key, Style style) {
  hdf5::Handle group = hdf5::open_group(parent, ".");
  for (std::size_t slash = key.find('/'); slash != std::string::npos; slash = key.find('/')) {
    group = open_mapping(group, key.substr(0, slash), style);
    key.erase(0, slash + 1);
  }
  return group;
}

void write_entry(hid_t command, std::string key, const Provenance::Value& value, Style style) {
  const hdf5::Handle group = open_nested(command, key, style);
  std::visit(
      [&](const auto& one) {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, std::vector<std::string>>) {
          write_text_array(group, key, one);
        } else {
          write_scalar(group, key, one);
        }
      },
      value);
}

}  // namespace

void write_provenance(hid_t file, const Provenance& provenance, std::span<const std::string> written, Style style) {
  if (provenance.command.empty()) return;
  const hdf5::Handle uns = open_mapping(file, "uns", style);
  const hdf5::Handle gemflow = open_mapping(uns, "gemflow", style);
  if (hdf5::kind_of(gemflow, provenance.command) != hdf5::NodeKind::none) {
    hdf5::checked(H5Ldelete(gemflow, provenance.command.c_str(), H5P_DEFAULT), gemflow, "cannot be removed",
                  provenance.command);
  }
  const hdf5::Handle command = open_mapping(gemflow, provenance.command, style);
  for (const auto& [key, value] : provenance.entries) write_entry(command, key, value, style);
  if (!written.empty()) write_text_array(command, written_key, written);
}

}  // namespace gemflow::h5ad
