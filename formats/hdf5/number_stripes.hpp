// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "gemflow/core/buffer.hpp"
#include "hdf5/handle.hpp"
#include "hdf5/stripes.hpp"

namespace gemflow::hdf5 {

/// The rows that an append gives to a dataset of numbers; a row is one number or one line of a matrix.
struct NewRows {
  std::int64_t n = 0;
  /// Puts rows [begin, end) as the file stores them at `to`. Called by workers; may throw.
  std::function<void(std::int64_t begin, std::int64_t end, unsigned char* to)> fill;
  /// The cell of this append that a row belongs to; ascending. Absent: a row is a cell.
  std::function<std::int64_t(std::int64_t row)> cell_of;
};

/// What a dataset of numbers looks like.
struct NumberLayout {
  hid_t type = H5I_INVALID_HID;  ///< as stored; borrowed for the constructor
  std::int64_t width = 0;        ///< numbers in a row of a matrix; 0: one axis
  std::int64_t stripe_rows = 65'536;
};

/// Numbers in chunks, shuffled and deflated, the first axis without a largest size: how sparse matrices are stored, and
/// what grows with a number of cells that nobody knows.
class NumberStripes : public Stripes {
 public:
  /// Creates the dataset `name` in the group `parent`, which must outlive this. Errors: io.
  NumberStripes(hid_t parent, std::string name, const NumberLayout& layout);

  /// To write attributes to; gone after `finish`.
  [[nodiscard]] hid_t dataset() const noexcept { return dataset_; }

  /// What this append brings; once for each append.
  void give(NewRows rows) { new_rows_ = std::move(rows); }
  /// Rows that were kept, before this append.
  [[nodiscard]] std::int64_t n_rows() const noexcept { return n_stripes_ * stripe_rows_ + n_rest_; }

  [[nodiscard]] std::int64_t n_complete() const override { return (n_rest_ + new_rows_.n) / stripe_rows_; }
  [[nodiscard]] std::int64_t completed_by(std::int64_t i) const override;
  void pack(std::int64_t i, PackingLane& lane, Buffer<unsigned char>& packed) const override;
  void write(std::int64_t i, const Buffer<unsigned char>& packed) override;
  void keep_rest() override;
  [[nodiscard]] Receipt finish(PackingLane& lane) override;

 protected:
  /// Stripes that were there before this append.
  [[nodiscard]] std::int64_t n_stripes_before() const noexcept { return n_before_; }
  /// Stores all that was written anew as int64 (it was int32): other dataset, same name. Its space is reused by what
  /// follows.
  void widen(PackingLane& lane);

 private:
  void create(const std::string& name, hid_t type);
  void store(const Buffer<unsigned char>& packed);

  hid_t parent_;
  std::string name_;
  Handle dataset_;
  std::size_t element_;  ///< bytes of a number
  std::int64_t width_;
  std::int64_t stripe_rows_;
  std::size_t row_bytes_;
  NewRows new_rows_;
  Buffer<unsigned char> rest_;  ///< rows that fill no stripe
  std::int64_t n_rest_ = 0;
  std::int64_t n_stripes_ = 0;  ///< stripes written
  std::int64_t n_before_ = 0;   ///< of these, before this append
  std::int64_t room_ = 0;       ///< stripes that the dataset's extent has room for
  std::vector<std::uint32_t> sums_;
};

}  // namespace gemflow::hdf5
