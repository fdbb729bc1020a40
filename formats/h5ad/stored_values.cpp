// SPDX-License-Identifier: Apache-2.0
#include "h5ad/stored_values.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/selection.hpp"
#include "hdf5/strings.hpp"

namespace gemflow::h5ad {
namespace {

using hdf5::checked;
using hdf5::Handle;

Handle type_of(hid_t dataset) {
  return {checked(H5Dget_type(dataset), dataset, "has no readable type"), H5Tclose};
}

Stored kind_of(hid_t type) {
  if (hdf5::is_string_type(type)) return Stored::texts;
  if (hdf5::is_bool_type(type)) return Stored::booleans;
  const auto number = hdf5::value_type_of(type);
  if (!number) return Stored::other;
  return hdf5::is_integer(*number) ? Stored::integers : Stored::reals;
}

// In memory a record holds the one field that is read.
Handle record_of(hid_t type, const std::string& field) {
  if (field.empty()) return {H5Tcopy(type), H5Tclose};
  Handle record(H5Tcreate(H5T_COMPOUND, H5Tget_size(type)), H5Tclose);
  H5Tinsert(record, field.c_str(), 0, type);
  return record;
}

}  // namespace

StoredValues::StoredValues(hid_t parent, const std::string& path, std::string field)
    : StoredValues(hdf5::open_dataset(parent, path), std::move(field)) {}

StoredValues::StoredValues(Handle dataset, std::string field) : dataset_(std::move(dataset)), field_(std::move(field)) {
  find_type();
  hdf5::require_filters(dataset_);
  const bool is_scalar = hdf5::extent_of(dataset_).empty();
  size_ = hdf5::has_no_space(dataset_) ? 0 : is_scalar ? 1 : hdf5::length_of(dataset_);
  stored_ = kind_of(type_);
}

void StoredValues::find_type() {
  type_ = type_of(dataset_);
  if (field_.empty()) return;
  const int number = H5Tget_member_index(type_, field_.c_str());
  if (number < 0) throw hdf5::fault(dataset_, fmt::format("has no field '{}'", printable(field_)));
  type_ = Handle(checked(H5Tget_member_type(type_, static_cast<unsigned>(number)), dataset_, "has an unreadable field"),
                 H5Tclose);
}

ValueType StoredValues::number_type() const { return *hdf5::value_type_of(type_); }

void StoredValues::read_as(hid_t type, std::int64_t begin, std::int64_t count, void* out) const {
  if (count == 0) return;
  const hdf5::Selection selection(dataset_, begin, count);
  const Handle record = record_of(type, field_);
  checked(H5Dread(dataset_, record, selection.memory(), selection.file(), H5P_DEFAULT, out), dataset_,
          "cannot be read");
}

void StoredValues::read(std::int64_t begin, std::span<double> out) const {
  read_as(H5T_NATIVE_DOUBLE, begin, static_cast<std::int64_t>(out.size()), out.data());
}

void StoredValues::read(std::int64_t begin, std::span<float> out) const {
  read_as(H5T_NATIVE_FLOAT, begin, static_cast<std::int64_t>(out.size()), out.data());
}

void StoredValues::read(std::int64_t begin, std::span<std::int64_t> out) const {
  read_as(H5T_NATIVE_INT64, begin, static_cast<std::int64_t>(out.size()), out.data());
}

void StoredValues::read(std::int64_t begin, std::span<std::int32_t> out) const {
  read_as(H5T_NATIVE_INT32, begin, static_cast<std::int64_t>(out.size()), out.data());
}

void StoredValues::append_texts(std::int64_t begin, std::int64_t count, std::vector<std::string>& out) const {
  const std::size_t size = H5Tget_size(type_);
  const std::int64_t step = hdf5::strings_at_once(size);
  std::vector<char> raw(static_cast<std::size_t>(std::min(step, count)) * size);
  for (std::int64_t at = begin; at < begin + count; at += step) {
    const std::int64_t n = std::min(step, begin + count - at);
    read_as(type_, at, n, raw.data());
    const auto first = static_cast<std::int64_t>(out.size());
    hdf5::take_strings(type_, raw.data(), static_cast<std::size_t>(n), out);
    hdf5::require_utf8(dataset_, std::span(out).subspan(static_cast<std::size_t>(first)), at);
  }
}

std::vector<std::string> fields_of(hid_t dataset) {
  const Handle type = type_of(dataset);
  std::vector<std::string> fields;
  if (H5Tget_class(type) != H5T_COMPOUND) return fields;
  const int n = H5Tget_nmembers(type);
  for (unsigned i = 0; i < static_cast<unsigned>(n); ++i) {
    char* name = H5Tget_member_name(type, i);
    if (name != nullptr) fields.emplace_back(name);
    H5free_memory(name);
  }
  return fields;
}

}  // namespace gemflow::h5ad
