// SPDX-License-Identifier: Apache-2.0
#include "h5ad/stored_rows.hpp"

#include <algorithm>

#include "h5ad/take.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/selection.hpp"

namespace gemflow::h5ad {
namespace {

constexpr std::size_t most_kept = std::size_t{64} << 20;

/// Are there texts of variable length, or lists, in an element?
bool has_pointers(hid_t type) {
  if (H5Tis_variable_str(type) > 0) return true;
  if (H5Tget_class(type) != H5T_COMPOUND) return H5Tdetect_class(type, H5T_VLEN) > 0;
  for (int i = 0; i < H5Tget_nmembers(type); ++i) {
    const hdf5::Handle member(H5Tget_member_type(type, static_cast<unsigned>(i)), H5Tclose);
    if (has_pointers(member)) return true;
  }
  return false;
}

}  // namespace

StoredRows::StoredRows(hid_t dataset, hid_t type)
    : dataset_(dataset),
      type_(type),
      extent_(hdf5::extent_of(dataset)),
      element_bytes_(H5Tget_size(type)),
      row_bytes_(element_bytes_),
      has_pointers_(h5ad::has_pointers(type)) {
  require_axes(dataset, extent_, {});
  for (std::size_t axis = 1; axis < extent_.size(); ++axis) row_bytes_ *= static_cast<std::size_t>(extent_[axis]);
}

StoredRows::~StoredRows() {
  if (is_kept_) reclaim(extent_[0], kept_.data());
}

void StoredRows::keep_whole() {
  const std::size_t size = static_cast<std::size_t>(extent_.at(0)) * row_bytes_;
  if (is_kept_ || (size > most_kept && !has_pointers_)) return;
  kept_.resize(size);
  read(0, extent_[0], kept_.data());
  is_kept_ = true;
}

void StoredRows::read(std::int64_t begin, std::int64_t count, unsigned char* to) const {
  if (count == 0 || row_bytes_ == 0) return;
  if (is_kept_) {
    std::copy_n(kept_.data() + static_cast<std::size_t>(begin) * row_bytes_,
                static_cast<std::size_t>(count) * row_bytes_, to);
    return;
  }
  const hdf5::Selection rows(dataset_, begin, count);
  hdf5::checked(H5Dread(dataset_, type_, rows.memory(), rows.file(), H5P_DEFAULT, to), dataset_, "cannot be read");
}

void StoredRows::release(std::int64_t count, unsigned char* rows) const {
  if (!is_kept_) reclaim(count, rows);
}

void StoredRows::reclaim(std::int64_t count, unsigned char* rows) const {
  if (!has_pointers_ || count == 0) return;
  std::vector<hsize_t> extent(extent_.begin(), extent_.end());
  extent[0] = static_cast<hsize_t>(count);
  const hdf5::Handle space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose);
  H5Dvlen_reclaim(type_, space, H5P_DEFAULT, rows);
}

}  // namespace gemflow::h5ad
