// SPDX-License-Identifier: Apache-2.0
#include "hdf5/text_stripes.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/utf8.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/create.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/location.hpp"

namespace gemflow::hdf5 {

void require_utf8(std::string_view text, std::string_view where) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_character(text.substr(at));
    if (length == 0 || text[at] == 0) {
      throw Error(ErrorKind::input, fmt::format("writing {}: '{}' is not valid UTF-8", where, printable(text)),
                  "convert the names first: iconv -f latin1 -t utf-8 FILE");
    }
    at += length;
  }
}

TextStripes::TextStripes(hid_t parent, std::string name, std::int64_t rows_per_stripe)
    : parent_(parent), name_(std::move(name)), type_(text_type()), stripe_rows_(rows_per_stripe) {
  dataset_ = create_dataset(parent_, name_, type_, {{0}, {static_cast<hsize_t>(stripe_rows_)}, true, 0, false});
}

std::int64_t TextStripes::n_given() const { return static_cast<std::int64_t>(rest_.size() + new_texts_.size()); }

const std::string& TextStripes::text(std::int64_t row) const {
  const auto i = static_cast<std::size_t>(row);
  return i < rest_.size() ? rest_[i] : new_texts_[i - rest_.size()];
}

std::int64_t TextStripes::completed_by(std::int64_t i) const {
  return (i + 1) * stripe_rows_ - static_cast<std::int64_t>(rest_.size()) - 1;
}

void TextStripes::write(std::int64_t i, const Buffer<unsigned char>&) { store(i * stripe_rows_, stripe_rows_); }

void TextStripes::store(std::int64_t begin, std::int64_t n) {
  pointers_.clear();
  for (std::int64_t row = begin; row < begin + n; ++row) {
    require_utf8(text(row), path_of(dataset_));
    pointers_.push_back(text(row).c_str());
    sum_ = check_sum(sum_, text(row));
  }
  resize_rows(dataset_, static_cast<hsize_t>(n_written_ + n));
  write_rows(dataset_, type_, n_written_, n, static_cast<const void*>(pointers_.data()));
  n_written_ += n;
}

void TextStripes::keep_rest() {
  const std::int64_t n = n_given();
  std::vector<std::string> rest;
  for (std::int64_t row = n - n % stripe_rows_; row < n; ++row) rest.push_back(text(row));
  rest_ = std::move(rest);
  new_texts_ = {};
}

Receipt TextStripes::finish(PackingLane&) {
  store(0, n_given());
  Receipt receipt{location_of(dataset_), {n_written_}, {}, sum_, true};
  close_checked(std::move(dataset_), parent_, name_);
  return receipt;
}

}  // namespace gemflow::hdf5
