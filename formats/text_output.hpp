// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "destination.hpp"
#include "gemflow/core/job.hpp"

struct BGZF;

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

 private:
  struct CloseBgzf {
    void operator()(BGZF* file) const noexcept;
  };
  [[noreturn]] void fail() const;

  Destination destination_;
  std::unique_ptr<BGZF, CloseBgzf> file_;
};

}  // namespace gemflow
