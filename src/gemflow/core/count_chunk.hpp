// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gemflow/core/buffer.hpp"

namespace gemflow {

/// The number type that the file stored. In memory every count is a double (bulk counts pass 2^24).
enum class ValueType { int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64 };

/// "int32", "float64" and so on: numpy's words.
[[nodiscard]] std::string_view name_of(ValueType type) noexcept;

/// The narrowest type that holds every value of both, as numpy's `result_type`; float64 where none does.
[[nodiscard]] ValueType common_type(ValueType a, ValueType b) noexcept;

/// The non-zero counts of one cell.
struct CellCounts {
  std::span<const std::int32_t> genes;  ///< ascending, without repetition
  std::span<const double> values;       ///< as long as `genes`
};

/// Cells of an input, in its order, as compressed sparse rows. Sparse from end to end; refilled by its reader, owned by the caller.
class CountChunk {
 public:
  /// Empties it; the cells that follow are numbered from `first_cell`.
  void clear(std::int64_t first_cell = 0);
  /// Empties it for the cells of `other`, from its `begin`-th on: their numbers and their stored type.
  void clear_like(const CountChunk& other, std::int64_t begin = 0);
  /// Numbers the cells anew, from `first_cell`.
  void number_from(std::int64_t first_cell);
  /// For cells between which others were left out: one number each. Stays until it is cleared.
  void number_cells(std::span<const std::int64_t> numbers);

  /// The cell's row in its input, from 0, whatever part of the input was chosen: it addresses the cell's random numbers.
  [[nodiscard]] std::int64_t number(std::int64_t cell) const noexcept;
  [[nodiscard]] std::int64_t n_cells() const noexcept;
  [[nodiscard]] std::int64_t n_nonzeros() const noexcept;
  /// n_cells + 1 positions, the first is 0. Empty when there has never been a cell.
  [[nodiscard]] std::span<const std::int64_t> offsets() const noexcept { return offsets_.span(); }
  [[nodiscard]] std::span<const std::int32_t> genes() const noexcept { return genes_.span(); }
  [[nodiscard]] std::span<const double> values() const noexcept { return values_.span(); }
  /// REQUIRES: 0 <= cell < n_cells().
  [[nodiscard]] CellCounts cell(std::int64_t cell) const noexcept;
  /// Sum of the cell's values. REQUIRES: 0 <= cell < n_cells().
  [[nodiscard]] double total(std::int64_t cell) const noexcept;

  /// What the file stored; a writer gives it back.
  [[nodiscard]] ValueType stored_type() const noexcept { return stored_type_; }
  void stored_type(ValueType type) noexcept { stored_type_ = type; }

  /// Appends one cell. REQUIRES: equal lengths, genes ascending without repetition.
  void append(std::span<const std::int32_t> genes, std::span<const double> values);
  /// Appends cells without counts: what an answer holds whose cells are told of beside them alone.
  void append_empty(std::int64_t n_cells);

  /// Room for cells that are filled in parallel: offsets first, then `resize_nonzeros`, then the rest.
  void resize_cells(std::int64_t n_cells);
  void resize_nonzeros(std::int64_t n_nonzeros);
  [[nodiscard]] std::span<std::int64_t> offsets_to_fill() noexcept { return offsets_.span(); }
  [[nodiscard]] std::span<std::int32_t> genes_to_fill() noexcept { return genes_.span(); }
  [[nodiscard]] std::span<double> values_to_fill() noexcept { return values_.span(); }

 private:
  std::int64_t first_cell_ = 0;
  Buffer<std::int64_t> numbers_;  ///< empty where each cell follows the one before
  Buffer<std::int64_t> offsets_;
  Buffer<std::int32_t> genes_;
  Buffer<double> values_;
  ValueType stored_type_ = ValueType::float32;
};

}  // namespace gemflow
