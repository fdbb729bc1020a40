// SPDX-License-Identifier: Apache-2.0
#include "h5ad/csr_output.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "h5ad/encoding.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/create.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/store_values.hpp"

namespace gemflow::h5ad {
namespace {

template <typename To, typename From>
void store_numbers(std::span<const From> numbers, std::int64_t add, unsigned char* to) {
  for (const From number : numbers) {
    const To stored = static_cast<To>(number + add);
    std::memcpy(to, &stored, sizeof stored);
    to += sizeof stored;
  }
}

constexpr std::array<std::int64_t, 1> first_offset{0};

}  // namespace

CsrOutput::Indices::Indices(CsrOutput& matrix, const char* name, bool tells_when)
    : NumberStripes(matrix.group_, name, {hdf5::file_type(ValueType::int32), 0, matrix.layout_.stripe}),
      matrix_(&matrix),
      tells_when_(tells_when) {}

bool CsrOutput::Indices::is_turning_point(std::int64_t i) const {
  if (!tells_when_ || matrix_->is_wide_) return false;
  const std::int64_t stripe = n_stripes_before() + i;
  return (stripe + 1) * matrix_->layout_.stripe > matrix_->layout_.narrow_limit;
}

CsrOutput::CsrOutput(hid_t parent, const std::string& name, ValueType type, const CsrLayout& layout)
    : name_(name),
      group_(create_tagged_group(parent, name, csr_tag)),
      type_(type),
      layout_(layout),
      data_(group_, "data", {hdf5::file_type(type), 0, layout.stripe}),
      indices_(*this, "indices", true),
      indptr_(*this, "indptr", false) {
  // The offset before the first cell.
  const auto zero = [this](std::int64_t, std::int64_t, unsigned char* to) { store_offsets(0, first_offset, to); };
  indptr_.give({1, zero, {}});
  indptr_.keep_rest();
}

void CsrOutput::add_to(hdf5::StripeWriter& writer) {
  writer.add(data_);
  writer.add(indices_);
  writer.add(indptr_);
}

void CsrOutput::give(const CountChunk& counts) {
  const auto part = [](auto all, std::int64_t begin, std::int64_t end) {
    return all.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  };
  const auto cell_of = [offsets = counts.offsets()](std::int64_t element) {
    return std::upper_bound(offsets.begin(), offsets.end(), element) - offsets.begin() - 1;
  };
  data_.give({counts.n_nonzeros(),
              [=, this, values = counts.values()](std::int64_t begin, std::int64_t end, unsigned char* to) {
                const double* unfit = hdf5::store_values(part(values, begin, end), type_, to);
                if (unfit == nullptr) return;
                throw Error(ErrorKind::input, fmt::format("writing '{}': the value {} does not fit its type, {}",
                                                          printable(name_), *unfit, name_of(type_)));
              },
              cell_of});
  indices_.give({counts.n_nonzeros(),
                 [=, this, genes = counts.genes()](std::int64_t begin, std::int64_t end, unsigned char* to) {
                   store_indices(part(genes, begin, end), to);
                 },
                 cell_of});
  // Offsets of a chunk count from its own beginning; its first is the last of the chunk before.
  indptr_.give({counts.n_cells(),
                [=, this, before = n_nonzeros_, offsets = counts.offsets()](std::int64_t begin, std::int64_t end,
                                                                            unsigned char* to) {
                  store_offsets(before, part(offsets, begin + 1, end + 1), to);
                },
                {}});
  n_cells_ += counts.n_cells();
  n_nonzeros_ += counts.n_nonzeros();
}

void CsrOutput::finish(std::int64_t n_genes) {
  hdf5::PackingLane lane;
  if (!is_wide_ && n_nonzeros_ > layout_.narrow_limit) widen(lane);
  hdf5::write_attribute(group_, "shape", std::array{n_cells_, n_genes});
}

void CsrOutput::widen(hdf5::PackingLane& lane) {
  indices_.widen(lane);
  indptr_.widen(lane);
  is_wide_ = true;
}

void CsrOutput::store_indices(std::span<const std::int32_t> genes, unsigned char* to) const {
  if (is_wide_) {
    store_numbers<std::int64_t>(genes, 0, to);
  } else {
    std::memcpy(to, genes.data(), genes.size_bytes());
  }
}

void CsrOutput::store_offsets(std::int64_t before, std::span<const std::int64_t> offsets, unsigned char* to) const {
  if (is_wide_) {
    store_numbers<std::int64_t>(offsets, before, to);
  } else {
    store_numbers<std::int32_t>(offsets, before, to);
  }
}

}  // namespace gemflow::h5ad
