// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "text_lines.hpp"

namespace gemflow {

/// The lines of a MatrixMarket file before its entries.
struct MtxHeader {
  enum class Field { integer, real, pattern };
  Field field = Field::integer;
  std::int64_t n_rows = 0;
  std::int64_t n_columns = 0;
  std::int64_t n_entries = 0;
  std::string comment;  ///< the first comment that says anything: Cell Ranger puts its version there
};

/// One entry, counted from 0.
struct MtxEntry {
  std::int64_t row = 0;
  std::int64_t column = 0;
  double value = 0;
};

/// The entries of a `matrix coordinate` file in file order, each checked.
class MtxEntries {
 public:
  /// Reads the header. Errors: input (no MatrixMarket file, damaged), unsupported (array, complex, symmetric).
  MtxEntries(const std::filesystem::path& path, const Job& job);

  [[nodiscard]] const MtxHeader& header() const noexcept { return header_; }
  /// False behind the last entry, when there were as many as the header says.
  /// Errors: input (not an entry, out of range, fewer or more entries than announced).
  bool next(MtxEntry& entry);
  void rewind();
  [[nodiscard]] Error error_here(std::string_view fault, std::string hint = {}) const {
    return lines_.error_here(fault, std::move(hint));
  }

 private:
  void read_header();
  void read_banner();
  void parse(std::string_view line, MtxEntry& entry) const;
  bool end();

  TextLines lines_;
  MtxHeader header_;
  std::int64_t n_read_ = 0;
};

}  // namespace gemflow
