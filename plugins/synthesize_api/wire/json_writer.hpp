// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gemflow/core/count_chunk.hpp"
#include "synthesize_api/wire/bytes.hpp"

namespace gemflow::synthesize_api {

/// Writes the pieces of a JSON document into a sink, through one buffer of 64 kB. Brackets and commas are the caller's.
class JsonWriter {
 public:
  explicit JsonWriter(ByteSink& body) : body_(body), bytes_(new char[capacity]) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;
  ~JsonWriter() = default;

  void raw(std::string_view json);
  void text(std::string_view text);
  /// Shortest form; what is not finite is null, since JSON has no word for it.
  void number(double number);
  void number(float number);
  void number(std::uint64_t number);
  /// A dense list of `n_genes` counts, straight from the sparse cell. Errors: internal, a count that is not finite.
  void counts(const CellCounts& cell, std::int64_t n_genes);
  void flush();

 private:
  static constexpr std::size_t capacity = 65'536;

  /// Room for `n` bytes. REQUIRES: n <= capacity.
  [[nodiscard]] char* room(std::size_t n) {
    if (size_ + n > capacity) flush();
    return bytes_.get() + size_;
  }
  void fill_to(const char* end) noexcept { size_ = static_cast<std::size_t>(end - bytes_.get()); }
  void zeros(std::int64_t n);

  ByteSink& body_;
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::string scratch_;
};

}  // namespace gemflow::synthesize_api
