// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/buffer.hpp"
#include "gemflow/core/job.hpp"
#include "hdf5/stored_chunks.hpp"

namespace gemflow::hdf5 {

/// Rows of a dataset of numbers with two axes, as the machine's own numbers one row after the other. Tiles packed with
/// deflate, shuffle or lzf come raw and are unpacked by workers; everything else comes through H5Dread.
class DenseRows {
 public:
  /// Errors: input (not two axes, no numbers), unsupported (filter), memory (a row or a chunk larger than a quarter of
  /// job.memory). The job must outlive this object.
  DenseRows(hid_t parent, const std::string& path, const Job& job);

  [[nodiscard]] std::int64_t n_rows() const noexcept { return n_rows_; }
  [[nodiscard]] std::int64_t n_columns() const noexcept { return n_columns_; }
  [[nodiscard]] ValueType type() const noexcept { return chunks_.type(); }
  [[nodiscard]] std::size_t row_bytes() const noexcept { return row_bytes_; }
  /// Reads that begin at multiples of this unpack no chunk twice: about 16 MiB, whole rows of chunks.
  [[nodiscard]] std::int64_t rows_at_once() const noexcept { return rows_at_once_; }

  /// REQUIRES: rows [begin, begin + n) are there, n >= 1, `rows` is n * row_bytes() long. Errors: input.
  void read(std::int64_t begin, std::int64_t n, std::span<unsigned char> rows);

 private:
  /// One fetched chunk and the place of its first number.
  struct Tile {
    std::int64_t row = 0;
    std::int64_t column = 0;
    StoredChunks::Packed packed;
  };

  void fetch_tiles(std::int64_t begin, std::int64_t end);
  void place(const Tile& tile, std::span<const unsigned char> bytes, std::int64_t begin, std::span<unsigned char> rows) const;

  const Job* job_;
  StoredChunks chunks_;
  std::int64_t n_rows_ = 0;
  std::int64_t n_columns_ = 0;
  std::size_t row_bytes_ = 0;
  std::int64_t rows_at_once_ = 1;
  std::vector<ChunkDecoder> decoders_;
  Buffer<unsigned char> packed_;
  std::vector<Tile> tiles_;
};

}  // namespace gemflow::hdf5
