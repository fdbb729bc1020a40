// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/destination.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow {

/// A text file that is written piece by piece and appears when it is whole: BGZF where its name ends in ".gz" (any gzip
/// reads it), plain otherwise. The same text gives the same bytes, however it is cut into pieces.
class TextOutput {
 public:
  /// `job` must outlive it. Errors: usage, io (as Destination).
  TextOutput(const std::filesystem::path& out, const DestinationOptions& options, Job& job);
  ~TextOutput();
  TextOutput(const TextOutput&) = delete;
  TextOutput& operator=(const TextOutput&) = delete;

  [[nodiscard]] const std::filesystem::path& out() const noexcept { return destination_.out(); }
  /// Errors: io (disk full).
  void write(std::string_view text);
  /// Closes, syncs and renames. Errors: io.
  void commit();

  /// A packed block of BGZF.
  struct Block {
    std::array<char, std::size_t{1} << 16> bytes;
    std::size_t size;
  };

 private:
  static constexpr std::size_t block_size = 0xff00;  ///< of text in a block of BGZF, as htslib cuts it

  void put(std::string_view text);

  Destination destination_;
  Job* job_;
  bool is_packed_;
  std::string pending_;
  std::vector<Block> blocks_;
};

}  // namespace gemflow
