// SPDX-License-Identifier: Apache-2.0
#include "hdf5/dense_rows.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/selection.hpp"
#include "lanes.hpp"

namespace gemflow::hdf5 {
namespace {

constexpr std::size_t wanted_bytes = std::size_t{16} << 20;

// About 16 MiB, and whole rows of chunks as far as they fit a quarter of the memory.
std::size_t rows_at_once_of(std::size_t chunk_rows, std::size_t row_bytes, std::size_t memory) {
  const std::size_t row = std::max<std::size_t>(row_bytes, 1);
  const std::size_t wanted = std::max<std::size_t>(wanted_bytes / row, 1);
  const std::size_t whole = std::max<std::size_t>(wanted / chunk_rows, 1) * chunk_rows;
  return std::min(whole, std::max<std::size_t>(memory / 4 / row, 1));
}

}  // namespace

DenseRows::DenseRows(hid_t parent, const std::string& path, const Job& job)
    : job_(&job), chunks_(parent, path, job.memory / 4), decoders_(decoders_for(*job.workers)) {
  const std::vector<std::int64_t> extent = extent_of(chunks_.dataset());
  if (extent.size() != 2) {
    throw fault(chunks_.dataset(), fmt::format("has {} axes where 2 are expected", extent.size()));
  }
  n_rows_ = extent[0];
  n_columns_ = extent[1];
  row_bytes_ = static_cast<std::size_t>(n_columns_) * chunks_.element();
  if (row_bytes_ > job.memory / 4) {
    throw fault(ErrorKind::memory, chunks_.dataset(),
                fmt::format("has rows of {} MiB, more than a quarter of the {} MiB that may be used", row_bytes_ >> 20,
                            job.memory >> 20));
  }
  const std::size_t chunk_rows = chunks_.chunk().empty() ? 1 : chunks_.chunk()[0];
  rows_at_once_ = static_cast<std::int64_t>(rows_at_once_of(chunk_rows, row_bytes_, job.memory));
}

void DenseRows::read(std::int64_t begin, std::int64_t n, std::span<unsigned char> rows) {
  job_->check_stop();
  if (row_bytes_ == 0) return;
  if (!chunks_.slow_because().empty()) {
    const Selection selection(chunks_.dataset(), begin, n);
    checked(H5Dread(chunks_.dataset(), memory_type(type()), selection.memory(), selection.file(), H5P_DEFAULT,
                    rows.data()),
            chunks_.dataset(), "cannot be read");
    return;
  }
  fetch_tiles(begin, begin + n);
  in_lanes(*job_->workers, tiles_.size(), [&](std::size_t lane, std::size_t i) {
    place(tiles_[i], chunks_.unpack(tiles_[i].packed, packed_, decoders_[lane]), begin, rows);
  });
}

void DenseRows::fetch_tiles(std::int64_t begin, std::int64_t end) {
  const auto height = static_cast<std::int64_t>(chunks_.chunk()[0]);
  const auto width = static_cast<std::int64_t>(chunks_.chunk()[1]);
  tiles_.clear();
  packed_.clear();
  for (std::int64_t row = begin / height * height; row < end; row += height) {
    for (std::int64_t column = 0; column < n_columns_; column += width) {
      const hsize_t where[2] = {static_cast<hsize_t>(row), static_cast<hsize_t>(column)};
      tiles_.push_back({row, column, chunks_.fetch(where, packed_)});
    }
  }
}

// Copies what the tile has of the rows that begin with `begin`. A tile at the edge is stored whole; what is beyond the
// dataset is left.
void DenseRows::place(const Tile& tile, std::span<const unsigned char> bytes, std::int64_t begin,
                      std::span<unsigned char> rows) const {
  const auto height = static_cast<std::int64_t>(chunks_.chunk()[0]);
  const auto width = static_cast<std::int64_t>(chunks_.chunk()[1]);
  const std::int64_t end = begin + static_cast<std::int64_t>(rows.size() / row_bytes_);
  const auto n_bytes = static_cast<std::size_t>(std::min(width, n_columns_ - tile.column)) * chunks_.element();
  for (std::int64_t row = std::max(tile.row, begin); row < std::min(tile.row + height, end); ++row) {
    const auto from = static_cast<std::size_t>((row - tile.row) * width) * chunks_.element();
    const auto to = static_cast<std::size_t>(row - begin) * row_bytes_ + static_cast<std::size_t>(tile.column) * chunks_.element();
    std::copy_n(bytes.data() + from, n_bytes, rows.data() + to);
  }
}

}  // namespace gemflow::hdf5
