// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/count_chunk.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::h5ad {

enum class Stored { texts, booleans, integers, reals, other };

/// One value a row: a dataset with one axis (a scalar is one row), or a field of a dataset of records (obs and var before anndata 0.7).
class StoredValues {
 public:
  /// Errors: input (not there, several axes, no such field).
  StoredValues(hid_t parent, const std::string& path, std::string field = {});
  StoredValues(hdf5::Handle dataset, std::string field = {});

  [[nodiscard]] std::int64_t size() const noexcept { return size_; }
  [[nodiscard]] Stored stored() const noexcept { return stored_; }
  /// REQUIRES: no texts, not other.
  [[nodiscard]] ValueType number_type() const;
  [[nodiscard]] hid_t dataset() const noexcept { return dataset_; }

  /// Texts [begin, begin + count) behind those in `out`. Errors: input (not UTF-8). REQUIRES: within the size.
  void append_texts(std::int64_t begin, std::int64_t count, std::vector<std::string>& out) const;
  /// Numbers from `begin` on, converted; REQUIRES: within the size, no texts.
  void read(std::int64_t begin, std::span<double> out) const;
  void read(std::int64_t begin, std::span<float> out) const;
  void read(std::int64_t begin, std::span<std::int64_t> out) const;
  void read(std::int64_t begin, std::span<std::int32_t> out) const;

 private:
  void find_type();
  void read_as(hid_t type, std::int64_t begin, std::int64_t count, void* out) const;

  hdf5::Handle dataset_;
  std::string field_;
  hdf5::Handle type_;  ///< of one value
  std::int64_t size_ = 0;
  Stored stored_ = Stored::other;
};

/// Names of the fields of a dataset of records, in order; empty for other datasets.
[[nodiscard]] std::vector<std::string> fields_of(hid_t dataset);

}  // namespace gemflow::h5ad
