// SPDX-License-Identifier: Apache-2.0
#include "hdf5/stripes.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <tuple>

#include "lanes.hpp"

namespace gemflow::hdf5 {
namespace {

// Stripes that are packed side by side before they are written: at most about 300 kB of memory each.
constexpr std::size_t group_size = 32;

}  // namespace

void StripeWriter::write_complete(Workers& workers) {
  find_complete();
  packed_.resize(group_size);
  const auto n_lanes = static_cast<std::size_t>(workers.count());
  while (lanes_.size() < n_lanes) lanes_.emplace_back();
  for (std::size_t begin = 0; begin < complete_.size();) {
    Stripes& first = *all_[complete_[begin].dataset];
    if (first.is_turning_point(complete_[begin].number)) first.turn(lanes_.front());
    const std::size_t end = end_of_group(begin);
    write_group(begin, end, workers);
    begin = end;
  }
  for (Stripes* stripes : all_) stripes->keep_rest();
}

void StripeWriter::find_complete() {
  complete_.clear();
  for (std::size_t dataset = 0; dataset < all_.size(); ++dataset) {
    const std::int64_t n = all_[dataset]->n_complete();
    for (std::int64_t i = 0; i < n; ++i) complete_.push_back({all_[dataset]->completed_by(i), dataset, i});
  }
  std::sort(complete_.begin(), complete_.end(), [](const Stripe& a, const Stripe& b) {
    return std::tie(a.cell, a.dataset, a.number) < std::tie(b.cell, b.dataset, b.number);
  });
}

std::size_t StripeWriter::end_of_group(std::size_t begin) const {
  std::size_t end = begin + 1;
  const std::size_t last = std::min(complete_.size(), begin + group_size);
  while (end < last && !all_[complete_[end].dataset]->is_turning_point(complete_[end].number)) ++end;
  return end;
}

// Where the calling thread takes part in the packing, it writes between two stripes of its own what is ready by then, so that
// the other lanes need not wait for the disk; the order is the same.
void StripeWriter::write_group(std::size_t begin, std::size_t end, Workers& workers) {
  const std::size_t n = end - begin;
  std::array<std::atomic<bool>, group_size> is_packed{};
  std::size_t n_written = 0;
  const auto write_ready = [&] {
    for (; n_written < n && is_packed[n_written].load(std::memory_order_acquire); ++n_written) {
      const Stripe& stripe = complete_[begin + n_written];
      all_[stripe.dataset]->write(stripe.number, packed_[n_written]);
    }
  };
  in_lanes(workers, n, [&, caller = std::this_thread::get_id()](std::size_t lane, std::size_t i) {
    const Stripe& stripe = complete_[begin + i];
    all_[stripe.dataset]->pack(stripe.number, lanes_[lane], packed_[i]);
    is_packed[i].store(true, std::memory_order_release);
    if (std::this_thread::get_id() == caller) write_ready();
  });
  write_ready();
}

std::vector<Receipt> StripeWriter::finish() {
  if (lanes_.empty()) lanes_.emplace_back();
  std::vector<Receipt> receipts;
  for (Stripes* stripes : all_) receipts.push_back(stripes->finish(lanes_.front()));
  return receipts;
}

}  // namespace gemflow::hdf5
