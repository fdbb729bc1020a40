// SPDX-License-Identifier: Apache-2.0
#include "h5ad/frame_additions.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "h5ad/frame_output.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/copy.hpp"
#include "hdf5/create.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"

namespace gemflow::h5ad {

FrameAdditions::FrameAdditions(hid_t file, std::string name) : file_(file), name_(std::move(name)) {
  if (hdf5::is_dataset(file_, name_)) {
    throw Error(
        ErrorKind::unsupported,
        fmt::format("{}: {} is a table of records, as anndata wrote it before 0.7, and takes no further columns",
                    hdf5::doing_to(file_), name_),
        "write it anew first: gemflow convert IN -o NEW.h5ad");
  }
  group_ = hdf5::open_group(file_, name_);
  if (hdf5::text_attribute(group_, "encoding-version") != "0.2.0") style_ = Style::before_0_8;
  order_ = hdf5::texts_attribute(group_, "column-order").value_or(std::vector<std::string>());
}

bool FrameAdditions::has_member(const std::string& column) const {
  return hdf5::kind_of(group_, column) != hdf5::NodeKind::none ||
         std::find(order_.begin(), order_.end(), column) != order_.end();
}

void FrameAdditions::remove(const std::string& column) {
  for (const std::string& path : {column, "__categories/" + column}) {
    if (hdf5::kind_of(group_, path) == hdf5::NodeKind::none) continue;
    hdf5::checked(H5Ldelete(group_, path.c_str(), H5P_DEFAULT), group_, "cannot be removed", path);
  }
  changed_ |= std::erase(order_, column) > 0;
}

void FrameAdditions::add_to_order(const std::string& column) {
  if (std::find(order_.begin(), order_.end(), column) != order_.end()) return;
  order_.push_back(column);
  changed_ = true;
}

void FrameAdditions::finish() {
  if (changed_) write_order();
  hdf5::close_checked(std::move(group_), file_, name_);
}

void FrameAdditions::write_order() {
  if (order_.size() <= most_plain_columns) {
    write_column_order(group_, order_);
    return;
  }
  try {
    write_column_order(group_, order_);
  } catch (const Error&) {
    rebuild();
    write_column_order(group_, order_);
  }
}

void FrameAdditions::rebuild() {
  const std::string other = name_ + ".wide";
  hdf5::Handle wide = hdf5::create_group(file_, other, true);
  hdf5::copy_attributes(group_, wide, {"column-order"});
  for (const std::string& member : hdf5::names_in(group_)) {
    hdf5::checked(H5Lmove(group_, member.c_str(), wide, member.c_str(), H5P_DEFAULT, H5P_DEFAULT), group_,
                  "cannot be moved", member);
  }
  group_ = std::move(wide);
  hdf5::checked(H5Ldelete(file_, name_.c_str(), H5P_DEFAULT), file_, "cannot be removed", name_);
  hdf5::checked(H5Lmove(file_, other.c_str(), file_, name_.c_str(), H5P_DEFAULT, H5P_DEFAULT), file_, "cannot be moved",
                other);
}

}  // namespace gemflow::h5ad
