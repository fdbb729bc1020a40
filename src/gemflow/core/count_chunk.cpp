// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/count_chunk.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <numeric>

namespace gemflow {

std::string_view name_of(ValueType type) noexcept {
  constexpr std::array<std::string_view, 10> names{"int8",   "int16",  "int32",  "int64",   "uint8",
                                                   "uint16", "uint32", "uint64", "float32", "float64"};
  return names[static_cast<std::size_t>(type)];
}

namespace {

/// How many bits of a whole number the type holds, its sign apart.
int whole_bits(ValueType type) noexcept {
  constexpr std::array bits{7, 15, 31, 63, 8, 16, 32, 64, 24, 53};
  return bits[static_cast<std::size_t>(type)];
}

bool is_float(ValueType type) noexcept { return type >= ValueType::float32; }
bool is_unsigned(ValueType type) noexcept { return type >= ValueType::uint8 && type <= ValueType::uint64; }

}  // namespace

ValueType common_type(ValueType a, ValueType b) noexcept {
  const int bits = std::max(whole_bits(a), whole_bits(b));
  if (is_float(a) || is_float(b)) {
    const bool is_narrow = a != ValueType::float64 && b != ValueType::float64 && bits <= whole_bits(ValueType::float32);
    return is_narrow ? ValueType::float32 : ValueType::float64;
  }
  if (is_unsigned(a) == is_unsigned(b)) return whole_bits(a) > whole_bits(b) ? a : b;
  for (const ValueType type : {ValueType::int8, ValueType::int16, ValueType::int32, ValueType::int64}) {
    if (whole_bits(type) >= bits) return type;
  }
  return ValueType::float64;
}

void CountChunk::clear(std::int64_t first_cell) {
  first_cell_ = first_cell;
  numbers_.clear();
  offsets_.clear();
  genes_.clear();
  values_.clear();
}

void CountChunk::clear_like(const CountChunk& other, std::int64_t begin) {
  assert(this != &other);
  clear(other.first_cell_ + begin);
  if (other.numbers_.size() > 0) number_cells(other.numbers_.span().subspan(static_cast<std::size_t>(begin)));
  stored_type_ = other.stored_type_;
}

void CountChunk::number_from(std::int64_t first_cell) {
  first_cell_ = first_cell;
  numbers_.clear();
}

void CountChunk::number_cells(std::span<const std::int64_t> numbers) {
  first_cell_ = numbers.empty() ? 0 : numbers.front();
  numbers_.clear();
  const auto gap = std::adjacent_find(numbers.begin(), numbers.end(), [](auto a, auto b) { return b != a + 1; });
  if (gap != numbers.end()) numbers_.append(numbers);
}

std::int64_t CountChunk::number(std::int64_t cell) const noexcept {
  return numbers_.size() == 0 ? first_cell_ + cell : numbers_.span()[static_cast<std::size_t>(cell)];
}

std::int64_t CountChunk::n_cells() const noexcept {
  return offsets_.size() == 0 ? 0 : static_cast<std::int64_t>(offsets_.size()) - 1;
}

std::int64_t CountChunk::n_nonzeros() const noexcept { return static_cast<std::int64_t>(genes_.size()); }

CellCounts CountChunk::cell(std::int64_t cell) const noexcept {
  assert(cell >= 0 && cell < n_cells());
  const auto row = static_cast<std::size_t>(cell);
  const auto begin = static_cast<std::size_t>(offsets()[row]);
  const auto length = static_cast<std::size_t>(offsets()[row + 1]) - begin;
  return {genes().subspan(begin, length), values().subspan(begin, length)};
}

double CountChunk::total(std::int64_t cell) const noexcept {
  const std::span<const double> counts = this->cell(cell).values;
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

void CountChunk::append(std::span<const std::int32_t> genes, std::span<const double> values) {
  assert(genes.size() == values.size());
  if (offsets_.size() == 0) offsets_.push_back(0);
  genes_.append(genes);
  values_.append(values);
  offsets_.push_back(static_cast<std::int64_t>(genes_.size()));
}

void CountChunk::append_empty(std::int64_t n_cells) {
  for (std::int64_t i = 0; i < n_cells; ++i) append({}, {});
}

void CountChunk::resize_cells(std::int64_t n_cells) {
  offsets_.resize(static_cast<std::size_t>(n_cells) + 1);
  offsets_.span()[0] = 0;
}

void CountChunk::resize_nonzeros(std::int64_t n_nonzeros) {
  genes_.resize(static_cast<std::size_t>(n_nonzeros));
  values_.resize(static_cast<std::size_t>(n_nonzeros));
}

}  // namespace gemflow
