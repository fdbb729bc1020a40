// SPDX-License-Identifier: Apache-2.0
#include "hdf5/receipt.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <libdeflate.h>

#include "gemflow/core/buffer.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/selection.hpp"
#include "hdf5/strings.hpp"

namespace gemflow::hdf5 {
namespace {

bool holds_chunks(hid_t dataset, const Receipt& receipt) {
  const auto rows_per_chunk = static_cast<std::int64_t>(chunk_of(dataset).at(0));
  Buffer<unsigned char> stored;
  for (std::size_t i = 0; i < receipt.chunks.size(); ++i) {
    const std::array<hsize_t, 2> at{static_cast<hsize_t>(rows_per_chunk) * i, 0};
    hsize_t size = 0;
    if (H5Dget_chunk_storage_size(dataset, at.data(), &size) < 0) return false;
    stored.resize(size);
    std::uint32_t mask = 0;
    if (H5Dread_chunk(dataset, H5P_DEFAULT, at.data(), &mask, stored.span().data()) < 0 || mask != 0) return false;
    if (check_sum(0, stored.span()) != receipt.chunks[i]) return false;
  }
  const std::int64_t n_rows = receipt.extent.at(0);
  return static_cast<std::int64_t>(receipt.chunks.size()) == (n_rows + rows_per_chunk - 1) / rows_per_chunk;
}

bool holds_texts(Handle dataset, const Receipt& receipt) {
  const Strings strings(std::move(dataset));
  std::uint32_t sum = 0;
  std::vector<std::string> texts;
  for (std::int64_t begin = 0; begin < strings.size(); begin += Strings::slice) {
    texts.clear();
    strings.append(begin, std::min(Strings::slice, strings.size() - begin), texts);
    for (const std::string& text : texts) sum = check_sum(sum, text);
  }
  return sum == receipt.values;
}

bool holds_values(hid_t dataset, const Receipt& receipt) {
  constexpr std::int64_t slice_bytes = std::int64_t{4} << 20;
  const Handle type(H5Dget_type(dataset), H5Tclose);
  std::int64_t row_bytes = static_cast<std::int64_t>(H5Tget_size(type));
  for (std::size_t axis = 1; axis < receipt.extent.size(); ++axis) row_bytes *= receipt.extent[axis];
  const std::int64_t n_rows = receipt.extent.at(0);
  const std::int64_t slice =
      std::clamp<std::int64_t>(slice_bytes / std::max<std::int64_t>(row_bytes, 1), 1, n_rows + 1);
  Buffer<unsigned char> bytes;
  std::uint32_t sum = 0;
  for (std::int64_t begin = 0; begin < n_rows; begin += slice) {
    const std::int64_t count = std::min(slice, n_rows - begin);
    bytes.resize(static_cast<std::size_t>(count * row_bytes));
    const Selection rows(dataset, begin, count);
    if (H5Dread(dataset, type, rows.memory(), rows.file(), H5P_DEFAULT, bytes.span().data()) < 0) return false;
    sum = check_sum(sum, bytes.span());
  }
  return sum == receipt.values;
}

}  // namespace

std::uint32_t check_sum(std::uint32_t before, std::span<const unsigned char> bytes) noexcept {
  return libdeflate_crc32(before, bytes.data(), bytes.size());
}

std::uint32_t check_sum(std::uint32_t before, std::string_view text) noexcept {
  const std::uint32_t sum = libdeflate_crc32(before, text.data(), text.size());
  return libdeflate_crc32(sum, "", 1);
}

void verify(hid_t file, const Receipt& receipt) {
  const Handle dataset = open_dataset(file, receipt.path);
  bool holds = extent_of(dataset) == receipt.extent;
  if (holds && receipt.is_text) {
    holds = holds_texts(open_dataset(file, receipt.path), receipt);
  } else if (holds) {
    holds = chunk_of(dataset).empty() ? holds_values(dataset, receipt) : holds_chunks(dataset, receipt);
  }
  if (!holds) throw fault(ErrorKind::io, dataset, "does not hold what was written to it");
}

}  // namespace gemflow::hdf5
