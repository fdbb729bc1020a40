// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "h5ad/encoding.hpp"
#include "h5ad/stored_rows.hpp"
#include "h5ad/take.hpp"
#include "hdf5/copy.hpp"
#include "hdf5/create.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/number_stripes.hpp"

namespace gemflow::h5ad {
namespace {

constexpr std::size_t block_bytes = std::size_t{16} << 20;
constexpr std::int64_t stripe_numbers = 65'536;

using Bytes = std::vector<unsigned char>;

/// The bytes of one element that is not there.
Bytes missing_element(hid_t type, Fill fill) {
  Bytes bytes(H5Tget_size(type), 0);
  const auto put = [&](double value) {
    Bytes room(std::max(sizeof value, bytes.size()));
    std::memcpy(room.data(), &value, sizeof value);
    if (H5Tconvert(H5T_NATIVE_DOUBLE, type, 1, room.data(), nullptr, H5P_DEFAULT) >= 0) {
      std::copy_n(room.begin(), bytes.size(), bytes.begin());
    }
  };
  if (H5Tis_variable_str(type) > 0) {
    const char* const no_text = "";
    std::copy_n(reinterpret_cast<const unsigned char*>(&no_text), bytes.size(), bytes.begin());
  } else if (fill == Fill::no_code) {
    put(-1);
  } else if (fill == Fill::masked) {
    bytes[0] = 1;
  } else if (fill == Fill::missing && H5Tget_class(type) == H5T_FLOAT) {
    put(std::numeric_limits<double>::quiet_NaN());
  }
  return bytes;
}

void fill_with(const Bytes& element, unsigned char* to, std::size_t size) {
  for (std::size_t done = 0; done < size; done += element.size()) std::copy(element.begin(), element.end(), to + done);
}

/// New rows, gathered from runs of old ones, with the columns that are wanted.
class Gather {
 public:
  Gather(StoredRows& old, const Axes& axes, Bytes missing) : old_(old), missing_(std::move(missing)) {
    if (axes.rows != nullptr && !axes.rows->is_all) rows_ = &axes.rows->positions;
    if (axes.columns != nullptr && !axes.columns->is_all && old.extent().size() > 1)
      columns_ = &axes.columns->positions;
    n_rows_ = rows_ != nullptr ? static_cast<std::int64_t>(rows_->size()) : old.extent()[0];
    column_bytes_ = old.element_bytes();
    for (std::size_t axis = 2; axis < old.extent().size(); ++axis)
      column_bytes_ *= static_cast<std::size_t>(old.extent()[axis]);
    row_bytes_ = columns_ != nullptr ? columns_->size() * column_bytes_ : old.row_bytes();
    if (rows_ != nullptr && !std::is_sorted(rows_->begin(), rows_->end())) old.keep_whole();
  }

  [[nodiscard]] std::int64_t n_rows() const noexcept { return n_rows_; }
  [[nodiscard]] std::size_t row_bytes() const noexcept { return row_bytes_; }
  [[nodiscard]] std::vector<hsize_t> extent() const {
    std::vector<hsize_t> extent{static_cast<hsize_t>(n_rows_)};
    for (std::size_t axis = 1; axis < old_.extent().size(); ++axis) {
      const bool is_picked = axis == 1 && columns_ != nullptr;
      extent.push_back(is_picked ? columns_->size() : static_cast<hsize_t>(old_.extent()[axis]));
    }
    return extent;
  }

  /// Calls action(begin, count, bytes) for blocks of new rows in order.
  template <typename Action>
  void each_block(const Action& action) {
    const auto most = static_cast<std::int64_t>(block_bytes / std::max<std::size_t>({row_bytes_, old_.row_bytes(), 1}));
    const std::int64_t step = std::max<std::int64_t>(1, most);
    for (std::int64_t begin = 0; begin < n_rows_; begin += step) {
      const std::int64_t count = std::min(step, n_rows_ - begin);
      read_rows(begin, count);
      if (columns_ != nullptr) pick_columns(count);
      action(begin, count, static_cast<const unsigned char*>(columns_ != nullptr ? picked_.data() : read_.data()));
      if (!read_.empty()) old_.release(count, read_.data());
    }
  }

 private:
  void read_rows(std::int64_t begin, std::int64_t count) {
    read_.assign(static_cast<std::size_t>(count) * old_.row_bytes(), 0);
    for (std::int64_t at = begin; at < begin + count;) {
      unsigned char* to = read_.data() + static_cast<std::size_t>(at - begin) * old_.row_bytes();
      const std::int64_t first = rows_ != nullptr ? (*rows_)[static_cast<std::size_t>(at)] : at;
      if (first < 0) {
        fill_with(missing_, to, old_.row_bytes());
        ++at;
        continue;
      }
      const std::int64_t n = rows_ != nullptr ? run_at(at, begin + count) : count;
      old_.read(first, n, to);
      at += n;
    }
  }

  /// How many rows from `at` on, before `end`, follow each other in the old axis.
  [[nodiscard]] std::int64_t run_at(std::int64_t at, std::int64_t end) const {
    const std::int64_t* first = rows_->data() + at;
    std::int64_t n = 1;
    while (at + n < end && first[n] == *first + n) ++n;
    return n;
  }

  void pick_columns(std::int64_t count) {
    picked_.resize(static_cast<std::size_t>(count) * row_bytes_);
    unsigned char* to = picked_.data();
    for (std::int64_t row = 0; row < count; ++row) {
      const unsigned char* from = read_.data() + static_cast<std::size_t>(row) * old_.row_bytes();
      for (const std::int64_t column : *columns_) {
        if (column < 0) {
          fill_with(missing_, to, column_bytes_);
        } else {
          std::memcpy(to, from + static_cast<std::size_t>(column) * column_bytes_, column_bytes_);
        }
        to += column_bytes_;
      }
    }
  }

  StoredRows& old_;
  Bytes missing_;
  const Positions* rows_ = nullptr;
  const Positions* columns_ = nullptr;
  std::int64_t n_rows_ = 0;
  std::size_t column_bytes_ = 0;
  std::size_t row_bytes_ = 0;
  Bytes read_;
  Bytes picked_;
};

/// Packed chunks where the old dataset was packed.
hdf5::Receipt write_packed(Gather& rows, hid_t from, const Member& to, hid_t type, Job& job) {
  const std::vector<hsize_t> extent = rows.extent();
  const std::int64_t width = extent.size() == 2 ? static_cast<std::int64_t>(extent[1]) : 0;
  hdf5::NumberStripes stripes(
      to.parent, to.name, {type, width, std::max<std::int64_t>(1, stripe_numbers / std::max<std::int64_t>(width, 1))});
  hdf5::copy_attributes(from, stripes.dataset());
  hdf5::StripeWriter writer;
  writer.add(stripes);
  rows.each_block([&](std::int64_t, std::int64_t count, const unsigned char* bytes) {
    job.check_stop();
    const std::size_t size = rows.row_bytes();
    stripes.give({count,
                  [=](std::int64_t begin, std::int64_t end, unsigned char* out) {
                    std::memcpy(out, bytes + static_cast<std::size_t>(begin) * size,
                                static_cast<std::size_t>(end - begin) * size);
                  },
                  {}});
    writer.write_complete(*job.workers);
  });
  return writer.finish().front();
}

void write_block(Gather& rows, hid_t from, const Member& to, hid_t type, Job& job) {
  hdf5::Handle dataset = hdf5::create_dataset(to.parent, to.name, type, {rows.extent(), {}, false, 0, false});
  hdf5::copy_attributes(from, dataset);
  rows.each_block([&](std::int64_t begin, std::int64_t count, const unsigned char* bytes) {
    job.check_stop();
    if (rows.row_bytes() > 0) hdf5::write_rows(dataset, type, begin, count, bytes);
  });
  hdf5::close_checked(std::move(dataset), to.parent, to.name);
}

/// The number type of a field, and the sizes of what stands in one record.
struct FieldShape {
  hdf5::Handle number;
  std::vector<hsize_t> extent;
};

FieldShape shape_of(hid_t field_type) {
  if (H5Tget_class(field_type) != H5T_ARRAY) return {{H5Tcopy(field_type), H5Tclose}, {}};
  FieldShape shape{{H5Tget_super(field_type), H5Tclose},
                   std::vector<hsize_t>(static_cast<std::size_t>(H5Tget_array_ndims(field_type)))};
  H5Tget_array_dims2(field_type, shape.extent.data());
  return shape;
}

void require_axis(hid_t element, std::int64_t length, const Picks* picks, std::string_view what) {
  if (picks == nullptr || picks->is_all || length == picks->n_old) return;
  throw hdf5::fault(element, fmt::format("has {} {} where {} are expected", length, what, picks->n_old));
}

}  // namespace

void require_axes(hid_t element, std::span<const std::int64_t> extent, const Axes& axes) {
  const std::size_t n_axes = axes.columns == nullptr ? 1 : 2;
  if (extent.size() < n_axes) {
    throw hdf5::fault(element, fmt::format("has {} axes where at least {} are expected", extent.size(), n_axes));
  }
  require_axis(element, extent[0], axes.rows, "rows");
  if (n_axes > 1) require_axis(element, extent[1], axes.columns, "columns");
}

void take_field(hid_t records, const std::string& field, hid_t to, const Picks& rows, const TakeContext& context) {
  const hdf5::Handle record(hdf5::checked(H5Dget_type(records), records, "has no readable type"), H5Tclose);
  const int at = H5Tget_member_index(record, field.c_str());
  const hdf5::Handle member(H5Tget_member_type(record, static_cast<unsigned>(at)), H5Tclose);
  const hdf5::Handle only(H5Tcreate(H5T_COMPOUND, H5Tget_size(member)), H5Tclose);
  H5Tinsert(only, field.c_str(), 0, member);
  const FieldShape shape = shape_of(member);
  StoredRows old(records, only);
  require_axes(records, old.extent(), {&rows, nullptr});
  Gather picked(old, {&rows, nullptr}, missing_element(shape.number, Fill::missing));
  hdf5::Layout layout{picked.extent(), {}, false, 0, false};
  layout.extent.insert(layout.extent.end(), shape.extent.begin(), shape.extent.end());
  hdf5::Handle dataset = hdf5::create_dataset(to, field, shape.number, layout);
  write_tag(dataset, array_tag);
  picked.each_block([&](std::int64_t begin, std::int64_t count, const unsigned char* bytes) {
    hdf5::write_rows(dataset, shape.number, begin, count, bytes);
  });
  context.job->check_stop();
  hdf5::close_checked(std::move(dataset), to, field);
}

void take_dataset(const Member& from, const Member& to, const Axes& axes, Fill fill, const TakeContext& context) {
  const hdf5::Handle dataset = hdf5::open_dataset(from.parent, from.name);
  hdf5::Handle type(hdf5::checked(H5Dget_type(dataset), dataset, "has no readable type"), H5Tclose);
  const std::vector<std::int64_t> old_extent = hdf5::extent_of(dataset);
  require_axes(dataset, old_extent, axes);
  const bool is_column = old_extent.size() == 1;
  const bool lacks_rows = axes.rows != nullptr && axes.rows->has_missing;
  if (fill == Fill::missing && is_column && lacks_rows && H5Tget_class(type) == H5T_INTEGER) {
    type = {H5Tcopy(H5T_IEEE_F64LE), H5Tclose};
  }
  StoredRows old(dataset, type);
  if (lacks_rows) old.keep_whole();
  Gather rows(old, axes, missing_element(type, fill));
  const std::vector<hsize_t> extent = rows.extent();
  const hdf5::Handle creation(H5Dget_create_plist(dataset), H5Pclose);
  const bool was_packed = H5Pget_layout(creation) == H5D_CHUNKED && H5Pget_nfilters(creation) > 0;
  if (was_packed && !old.has_pointers() && extent.size() <= 2 && extent.back() > 0) {
    context.receipts->push_back(write_packed(rows, dataset, to, type, *context.job));
  } else {
    write_block(rows, dataset, to, type, *context.job);
  }
}

}  // namespace gemflow::h5ad
