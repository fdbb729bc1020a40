// SPDX-License-Identifier: Apache-2.0
#include "hdf5/offsets.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "hdf5/fault.hpp"
#include "hdf5/numbers.hpp"

namespace gemflow::hdf5 {
namespace {

constexpr std::int64_t offsets_at_once = 262'144;

}  // namespace

Offsets::Offsets(hid_t group, std::int64_t n_rows, std::int64_t n_values, const Job& job)
    : job_(&job), stream_(group, "indptr", job.memory) {
  require_whole_numbers(stream_);
  require_length(stream_, n_rows + 1);
  load(0);
  if (window_[0] != 0) {
    throw fault(stream_.dataset(), fmt::format("begins with {} where 0 is expected", window_[0]));
  }
  std::int64_t last = checked_window(0);
  while (begin_ + static_cast<std::int64_t>(window_.size()) < stream_.size()) {
    job_->check_stop();
    load(begin_ + static_cast<std::int64_t>(window_.size()));
    last = checked_window(last);
  }
  if (last == n_values) return;
  throw fault(stream_.dataset(), fmt::format("ends with {}, but there are {} values", last, n_values));
}

void Offsets::load(std::int64_t begin) {
  begin_ = begin;
  window_.resize(static_cast<std::size_t>(std::min(offsets_at_once, stream_.size() - begin)));
  stream_.read(begin, std::span(window_), *job_->workers);
}

// The window's last offset. `before`: the offset in front of the window.
std::int64_t Offsets::checked_window(std::int64_t before) {
  for (std::size_t i = 0; i < window_.size(); before = window_[i++]) {
    if (window_[i] >= before) continue;
    const std::int64_t row = begin_ + static_cast<std::int64_t>(i) - 1;
    // What 32 bits cannot hold goes on below zero: the one damage whose reason is known.
    const bool went_over = stream_.type() == ValueType::int32 && window_[i] < 0;
    throw fault(stream_.dataset(), fmt::format("falls from {} to {} at row {}", before, window_[i], row),
                went_over ? "written with 32-bit offsets; rows after it are lost in this file" : "");
  }
  return before;
}

std::int64_t Offsets::at(std::int64_t row) {
  if (row < begin_ || row >= begin_ + static_cast<std::int64_t>(window_.size())) load(row);
  return window_[static_cast<std::size_t>(row - begin_)];
}

void require_whole_numbers(const NumberStream& stream) {
  if (is_integer(stream.type())) return;
  throw fault(stream.dataset(), fmt::format("holds {} where whole numbers are expected", name_of(stream.type())));
}

void require_length(const NumberStream& stream, std::int64_t expected) {
  if (stream.size() == expected) return;
  throw fault(stream.dataset(), fmt::format("has {} elements where {} are expected", stream.size(), expected));
}

}  // namespace gemflow::hdf5
