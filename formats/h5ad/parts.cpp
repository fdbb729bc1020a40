// SPDX-License-Identifier: Apache-2.0
// What is asked of an h5ad apart from its cells: names, lists of texts, how it was made.
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "h5ad/data_frame.hpp"
#include "h5ad/h5ad.hpp"
#include "h5ad/provenance_input.hpp"
#include "hdf5/file.hpp"
#include "hdf5/node.hpp"
#include "hdf5/strings.hpp"

namespace gemflow {

std::vector<std::string> names_in(const std::filesystem::path& file, const std::string& part, Job& job) {
  const hdf5::Handle opened = hdf5::open_to_read(file, *job.report);
  if (part == "obs" || part == "var") return h5ad::DataFrame(opened, part).columns();
  if (!hdf5::is_group(opened, part)) return {};
  return hdf5::names_in(hdf5::open_group(opened, part));
}

std::optional<std::vector<std::string>> texts_in(const std::filesystem::path& file, const std::string& place, Job& job) {
  const hdf5::Handle opened = hdf5::open_to_read(file, *job.report);
  if (!hdf5::is_dataset(opened, place) || !hdf5::holds_strings(hdf5::open_dataset(opened, place))) return std::nullopt;
  return hdf5::read_strings(opened, place);
}

std::vector<Provenance> read_provenance(const std::filesystem::path& path, Job& job) {
  if (&format_of(path) != &h5ad_format) return {};
  return h5ad::read_provenance(hdf5::open_to_read(path, *job.report));
}

}  // namespace gemflow
