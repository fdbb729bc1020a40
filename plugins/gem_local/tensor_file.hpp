// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace gemflow::gem_local {

/// An array of numbers, row-major. In memory always float; on disk F32, or F16 where half the digits do.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
  bool half = false;

  [[nodiscard]] std::int64_t rows() const noexcept { return shape.empty() ? 0 : shape[0]; }
  [[nodiscard]] std::int64_t columns() const noexcept { return shape.size() < 2 ? 1 : shape[1]; }
};

/// A safetensors file: 8 bytes little-endian header length, a JSON header, then the arrays without a gap. `metadata` is
/// the header's `__metadata__` without the checksum, which is kept beside it as "sha256" over all other metadata and
/// arrays.
struct TensorFile {
  std::map<std::string, std::string> metadata;
  std::map<std::string, Tensor> tensors;
};

/// Does the file begin as a safetensors file with metadata does? False where it cannot be read.
[[nodiscard]] bool looks_like_tensors(const std::filesystem::path& path);

/// Reads and checks all: nothing is allocated by a number from the file that the file's own size does not bear out.
/// Errors: input (not such a file, damaged, checksum), io.
[[nodiscard]] TensorFile read_tensors(const std::filesystem::path& path);

/// The whole file as bytes; equal contents give equal bytes.
[[nodiscard]] std::string bytes_of(const TensorFile& file);

/// "sha256:…" over metadata and arrays.
[[nodiscard]] std::string checksum_of(const TensorFile& file);

/// The value as float16 keeps it.
[[nodiscard]] float as_half(float value) noexcept;

}  // namespace gemflow::gem_local
