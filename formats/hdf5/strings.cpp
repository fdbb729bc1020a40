// SPDX-License-Identifier: Apache-2.0
#include "hdf5/strings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "gemflow/core/utf8.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/selection.hpp"

namespace gemflow::hdf5 {
namespace {

// Fixed strings end at the first NUL (null-terminated) or lose their padding; numpy strips NULs in both cases.
std::string_view without_padding(const char* text, std::size_t size, H5T_str_t padding) {
  if (padding == H5T_STR_NULLTERM) return {text, strnlen(text, size)};
  const char fill = padding == H5T_STR_SPACEPAD ? ' ' : '\0';
  while (size > 0 && text[size - 1] == fill) --size;
  return {text, size};
}

// Gives back what HDF5 allocated for strings of variable length, also when decoding throws.
class Reclaimed {
 public:
  Reclaimed(hid_t type, void* raw, std::size_t count) : type_(type), raw_(raw), count_(count) {}
  Reclaimed(const Reclaimed&) = delete;
  Reclaimed& operator=(const Reclaimed&) = delete;
  ~Reclaimed() {
    if (H5Tis_variable_str(type_) <= 0) return;
    const Handle space(H5Screate_simple(1, &count_, nullptr), H5Sclose);
    H5Dvlen_reclaim(type_, space, H5P_DEFAULT, raw_);
  }

 private:
  hid_t type_;
  void* raw_;
  hsize_t count_;
};

}  // namespace

bool is_string_type(hid_t type) { return H5Tget_class(type) == H5T_STRING; }

bool holds_strings(hid_t dataset) {
  return is_string_type(Handle(checked(H5Dget_type(dataset), dataset, "has no readable type"), H5Tclose));
}

std::int64_t strings_at_once(std::size_t type_size) noexcept {
  const auto wide = static_cast<std::int64_t>((std::size_t{16} << 20) / std::max<std::size_t>(type_size, 1));
  return std::clamp<std::int64_t>(wide, 1, Strings::slice);
}

void take_strings(hid_t type, void* raw, std::size_t count, std::vector<std::string>& out) {
  const Reclaimed reclaimed(type, raw, count);
  if (H5Tis_variable_str(type) > 0) {
    const auto* texts = static_cast<const char* const*>(raw);
    for (std::size_t i = 0; i < count; ++i) out.emplace_back(texts[i] == nullptr ? "" : texts[i]);
    return;
  }
  const std::size_t size = H5Tget_size(type);
  const H5T_str_t padding = H5Tget_strpad(type);
  const auto* texts = static_cast<const char*>(raw);
  for (std::size_t i = 0; i < count; ++i) out.emplace_back(without_padding(texts + i * size, size, padding));
}

void require_utf8(hid_t dataset, std::span<const std::string> texts, std::int64_t first_row) {
  const auto bad = std::find_if_not(texts.begin(), texts.end(), is_utf8);
  if (bad == texts.end()) return;
  throw fault(dataset, fmt::format("holds text that is not UTF-8 in row {}", first_row + (bad - texts.begin())));
}

Strings::Strings(Handle dataset) : dataset_(std::move(dataset)) {
  type_ = Handle(checked(H5Dget_type(dataset_), dataset_, "has no readable type"), H5Tclose);
  if (!is_string_type(type_)) throw fault(dataset_, "holds no strings");
  constexpr std::size_t widest = std::size_t{64} << 20;
  if (H5Tget_size(type_) > widest) throw fault(dataset_, "holds strings of more than 64 MiB");
  require_filters(dataset_);
  size_ = extent_of(dataset_).empty() && !has_no_space(dataset_) ? 1 : length_of(dataset_);
}

void Strings::append(std::int64_t begin, std::int64_t count, std::vector<std::string>& out) const {
  const std::int64_t step = strings_at_once(H5Tget_size(type_));
  std::vector<char> raw(static_cast<std::size_t>(std::min(step, count)) * H5Tget_size(type_));
  for (std::int64_t at = begin; at < begin + count; at += step) {
    const std::int64_t n = std::min(step, begin + count - at);
    const Selection selection(dataset_, at, n);
    checked(H5Dread(dataset_, type_, selection.memory(), selection.file(), H5P_DEFAULT, raw.data()), dataset_,
            "cannot be read");
    const std::size_t first = out.size();
    take_strings(type_, raw.data(), static_cast<std::size_t>(n), out);
    require_utf8(dataset_, std::span(out).subspan(first), at);
  }
}

std::vector<std::string> read_strings(hid_t parent, const std::string& path, std::int64_t limit) {
  const Strings strings(open_dataset(parent, path));
  if (strings.size() > limit) {
    throw fault(ErrorKind::memory, strings.dataset(),
                fmt::format("holds {} strings, more than the {} that are kept in memory", strings.size(), limit));
  }
  std::vector<std::string> out;
  strings.append(0, strings.size(), out);
  return out;
}

}  // namespace gemflow::hdf5
