// SPDX-License-Identifier: Apache-2.0
#include "hdf5/number_stripes.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "hdf5/create.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/location.hpp"
#include "hdf5/numbers.hpp"

namespace gemflow::hdf5 {
namespace {

// The extent is set in steps of so many stripes and to what it is at the end.
constexpr std::int64_t room_step = 64;

}  // namespace

NumberStripes::NumberStripes(hid_t parent, std::string name, const NumberLayout& layout)
    : parent_(parent),
      name_(std::move(name)),
      element_(H5Tget_size(layout.type)),
      width_(layout.width),
      stripe_rows_(layout.stripe_rows),
      row_bytes_(element_ * static_cast<std::size_t>(std::max<std::int64_t>(width_, 1))) {
  create(name_, layout.type);
}

void NumberStripes::create(const std::string& name, hid_t type) {
  Layout layout{{0}, {static_cast<hsize_t>(stripe_rows_)}, true, declared_deflate_level, element_ > 1};
  if (width_ > 0) {
    layout.extent.push_back(static_cast<hsize_t>(width_));
    layout.chunk.push_back(static_cast<hsize_t>(width_));
  }
  dataset_ = create_dataset(parent_, name, type, layout);
  n_stripes_ = 0;
  room_ = 0;
  sums_.clear();
}

std::int64_t NumberStripes::completed_by(std::int64_t i) const {
  const std::int64_t last_row = (i + 1) * stripe_rows_ - n_rest_ - 1;
  return new_rows_.cell_of ? new_rows_.cell_of(last_row) : last_row;
}

void NumberStripes::pack(std::int64_t i, PackingLane& lane, Buffer<unsigned char>& packed) const {
  lane.raw.resize(static_cast<std::size_t>(stripe_rows_) * row_bytes_);
  unsigned char* to = lane.raw.span().data();
  std::int64_t begin = i * stripe_rows_ - n_rest_;
  if (begin < 0) {
    to = std::copy(rest_.span().begin(), rest_.span().end(), to);
    begin = 0;
  }
  new_rows_.fill(begin, (i + 1) * stripe_rows_ - n_rest_, to);
  lane.encoder.pack(lane.raw.span(), element_, packed);
}

void NumberStripes::write(std::int64_t, const Buffer<unsigned char>& packed) { store(packed); }

void NumberStripes::store(const Buffer<unsigned char>& packed) {
  if (n_stripes_ == room_) {
    room_ += room_step;
    resize_rows(dataset_, static_cast<hsize_t>(room_ * stripe_rows_));
  }
  write_packed_chunk(dataset_, static_cast<hsize_t>(n_stripes_ * stripe_rows_), packed.span());
  sums_.push_back(check_sum(0, packed.span()));
  ++n_stripes_;
}

void NumberStripes::keep_rest() {
  const std::int64_t n_all = n_rest_ + new_rows_.n;
  const std::int64_t n_rest = n_all % stripe_rows_;
  const std::int64_t n_kept = n_rest == n_all ? n_rest_ : 0;  // of the rest before: all, or it has gone with a stripe
  rest_.resize(static_cast<std::size_t>(n_rest) * row_bytes_);
  if (n_rest > n_kept) {
    new_rows_.fill(new_rows_.n - (n_rest - n_kept), new_rows_.n,
                   rest_.span().data() + static_cast<std::size_t>(n_kept) * row_bytes_);
  }
  n_rest_ = n_rest;
  n_before_ = n_stripes_;
  new_rows_ = {};
}

Receipt NumberStripes::finish(PackingLane& lane) {
  const std::int64_t n = n_rows();
  // Before the last stripe is there: HDF5 would unpack and repack a stripe that is cut by a smaller extent.
  resize_rows(dataset_, static_cast<hsize_t>(n));
  room_ = n_stripes_ + 1;
  if (n_rest_ > 0) {
    const std::size_t used = rest_.size();
    rest_.resize(static_cast<std::size_t>(stripe_rows_) * row_bytes_);
    std::fill(rest_.span().begin() + static_cast<std::ptrdiff_t>(used), rest_.span().end(),
              static_cast<unsigned char>(0));
    Buffer<unsigned char> packed;
    lane.encoder.pack(rest_.span(), element_, packed);
    store(packed);
  }
  Receipt receipt{location_of(dataset_), {n}, std::move(sums_)};
  if (width_ > 0) receipt.extent.push_back(width_);
  close_checked(std::move(dataset_), parent_, name_);
  return receipt;
}

void NumberStripes::widen(PackingLane& lane) {
  const Handle narrow = std::move(dataset_);
  const std::int64_t n_stripes = n_stripes_;
  element_ = row_bytes_ = sizeof(std::int64_t);
  const std::string other = name_ + ".wide";
  create(other, file_type(ValueType::int64));
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(stripe_rows_));
  const auto bytes = [](const std::vector<std::int64_t>& of) {
    return std::span(reinterpret_cast<const unsigned char*>(of.data()), of.size() * sizeof(std::int64_t));
  };
  Buffer<unsigned char> packed;
  for (std::int64_t stripe = 0; stripe < n_stripes; ++stripe) {
    read_numbers(narrow, stripe * stripe_rows_, std::span(numbers));
    lane.encoder.pack(bytes(numbers), element_, packed);
    store(packed);
  }
  numbers.resize(static_cast<std::size_t>(n_rest_));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::int32_t number = 0;
    std::memcpy(&number, rest_.span().data() + i * sizeof number, sizeof number);
    numbers[i] = number;
  }
  rest_.clear();
  rest_.append(bytes(numbers));
  checked(H5Ldelete(parent_, name_.c_str(), H5P_DEFAULT), parent_, "cannot be removed", name_);
  checked(H5Lmove(parent_, other.c_str(), parent_, name_.c_str(), H5P_DEFAULT, H5P_DEFAULT), parent_, "cannot be moved",
          other);
}

}  // namespace gemflow::hdf5
