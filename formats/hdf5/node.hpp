// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hdf5/handle.hpp"

namespace gemflow::hdf5 {

// Everything below stays inside its file: external links lead nowhere, external storage and virtual datasets are refused.

enum class NodeKind { none, group, dataset, other };

/// What a path below `parent` leads to; none where a link is missing, dangling or external. Soft links are followed.
[[nodiscard]] NodeKind kind_of(hid_t parent, const std::string& path);
/// Is there a link of this name, wherever it leads? `path` is one name below `parent`.
[[nodiscard]] bool has_link(hid_t parent, const std::string& name);
[[nodiscard]] inline bool is_group(hid_t parent, const std::string& path) {
  return kind_of(parent, path) == NodeKind::group;
}
[[nodiscard]] inline bool is_dataset(hid_t parent, const std::string& path) {
  return kind_of(parent, path) == NodeKind::dataset;
}

/// Names of all links of a group, in the order of their bytes.
[[nodiscard]] std::vector<std::string> names_in(hid_t group);

/// Errors: input where it is not there, or is something else.
[[nodiscard]] Handle open_group(hid_t parent, const std::string& path);

/// Opens a dataset whose every byte lies in this file and whose declared size is believable: more than 4 GiB that
/// exceed what is stored a thousand times are refused. Errors: input, unsupported (external storage, virtual).
[[nodiscard]] Handle open_dataset(hid_t parent, const std::string& path);
/// The same with a chunk cache of `cache_bytes`: for slices through H5Dread, so that no chunk is decoded twice.
[[nodiscard]] Handle open_dataset(hid_t parent, const std::string& path, std::size_t cache_bytes);

/// Sizes of a dataset's axes; empty for a scalar, and for one without a dataspace ("null").
[[nodiscard]] std::vector<std::int64_t> extent_of(hid_t dataset);
/// Length of a dataset of one axis. Errors: input where it has another number of axes.
[[nodiscard]] std::int64_t length_of(hid_t dataset);
/// Is its dataspace H5S_NULL (anndata's "null", PyTables' empty attributes)?
[[nodiscard]] bool has_no_space(hid_t dataset);
/// A dataset's chunk sizes by axis; empty where it is not chunked.
[[nodiscard]] std::vector<hsize_t> chunk_of(hid_t dataset);

}  // namespace gemflow::hdf5
