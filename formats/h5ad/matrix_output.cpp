// SPDX-License-Identifier: Apache-2.0
#include "h5ad/matrix_output.hpp"

#include <algorithm>
#include <cstring>

#include "hdf5/create.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/location.hpp"
#include "hdf5/numbers.hpp"

namespace gemflow::h5ad {
namespace {

constexpr std::int64_t stripe_numbers = 65'536;

std::span<const unsigned char> bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const unsigned char*>(values.data()), values.size_bytes()};
}

}  // namespace

MatrixOutput::MatrixOutput(hid_t obsm, Style style, const Matrix& like, std::optional<std::int64_t> n_cells)
    : parent_(obsm), name_(like.name), width_(static_cast<std::int64_t>(like.columns.size())) {
  const hid_t type = hdf5::file_type(ValueType::float32);
  if (n_cells) {
    block_ = hdf5::create_dataset(
        obsm, name_, type, {{static_cast<hsize_t>(*n_cells), static_cast<hsize_t>(width_)}, {}, false, 0, false});
    write_tag(block_, array_tag, style);
  } else {
    stripes_ = std::make_unique<hdf5::NumberStripes>(
        obsm, name_, hdf5::NumberLayout{type, width_, std::max<std::int64_t>(1, stripe_numbers / width_)});
    write_tag(stripes_->dataset(), array_tag, style);
  }
}

void MatrixOutput::add_to(hdf5::StripeWriter& writer) {
  if (stripes_) writer.add(*stripes_);
}

void MatrixOutput::give(const Matrix& matrix) {
  const std::int64_t n = static_cast<std::int64_t>(matrix.values.size()) / width_;
  if (!stripes_) {
    hdf5::write_rows(block_, H5T_NATIVE_FLOAT, n_rows_, n, matrix.values.data());
    sum_ = hdf5::check_sum(sum_, bytes_of(matrix.values));
    n_rows_ += n;
    return;
  }
  const auto fill = [&matrix, width = width_](std::int64_t begin, std::int64_t end, unsigned char* to) {
    std::memcpy(to, matrix.values.data() + begin * width,
                static_cast<std::size_t>((end - begin) * width) * sizeof(float));
  };
  stripes_->give({n, fill, {}});
}

std::optional<hdf5::Receipt> MatrixOutput::finish() {
  if (stripes_) return std::nullopt;
  hdf5::Receipt receipt{hdf5::location_of(block_), {n_rows_, width_}, {}, sum_, false};
  hdf5::close_checked(std::move(block_), parent_, name_);
  return receipt;
}

}  // namespace gemflow::h5ad
