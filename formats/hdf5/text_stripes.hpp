// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hdf5/handle.hpp"
#include "hdf5/stripes.hpp"

namespace gemflow::hdf5 {

/// Texts of variable length (UTF-8), one a cell, in plain chunks: HDF5 keeps the letters in its global heap, where no
/// filter reaches them.
class TextStripes final : public Stripes {
 public:
  static constexpr std::int64_t stripe_rows = 1024;

  /// Creates the dataset `name` in the group `parent`, which must outlive this. Errors: io.
  TextStripes(hid_t parent, std::string name, std::int64_t rows_per_stripe = stripe_rows);

  /// To write attributes to; gone after `finish`.
  [[nodiscard]] hid_t dataset() const noexcept { return dataset_; }

  /// What this append brings; once for each append.
  void give(std::span<const std::string> texts) { new_texts_ = texts; }

  [[nodiscard]] std::int64_t n_complete() const override { return n_given() / stripe_rows_; }
  [[nodiscard]] std::int64_t completed_by(std::int64_t i) const override;
  void pack(std::int64_t, PackingLane&, Buffer<unsigned char>&) const override {}
  void write(std::int64_t i, const Buffer<unsigned char>& packed) override;
  void keep_rest() override;
  /// Errors: input (a text is not UTF-8), io.
  [[nodiscard]] Receipt finish(PackingLane& lane) override;

 private:
  [[nodiscard]] std::int64_t n_given() const;
  [[nodiscard]] const std::string& text(std::int64_t row) const;
  void store(std::int64_t begin, std::int64_t n);

  hid_t parent_;
  std::string name_;
  Handle dataset_;
  Handle type_;
  std::int64_t stripe_rows_;
  std::span<const std::string> new_texts_;
  std::vector<std::string> rest_;
  std::int64_t n_written_ = 0;
  std::uint32_t sum_ = 0;
  std::vector<const char*> pointers_;
};

/// Throws input if a text is not valid UTF-8 or holds a 0, naming `where`: nobody could open the file.
void require_utf8(std::string_view text, std::string_view where);

}  // namespace gemflow::hdf5
