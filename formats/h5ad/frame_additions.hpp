// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "h5ad/encoding.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::h5ad {

/// A frame of an existing file that gets further columns.
class FrameAdditions {
 public:
  /// `name`: "obs" or "var". The file must stay open. Errors: unsupported, where the frame is a dataset of records
  /// (before anndata 0.7), which cannot grow.
  FrameAdditions(hid_t file, std::string name);

  [[nodiscard]] hid_t group() const noexcept { return group_; }
  /// Of its columns: those of a frame 0.1.0 are written as anndata 0.7 does, so that it reads as before.
  [[nodiscard]] Style style() const noexcept { return style_; }
  [[nodiscard]] bool has_member(const std::string& column) const;

  /// Takes a column away: its member, its old categories, its place in the order.
  void remove(const std::string& column);
  /// Puts a name at the end of the order, unless it is in it.
  void add_to_order(const std::string& column);
  /// Writes the order, if it changed, and closes the group: the last call. A group whose header has no room for so many
  /// names (64 kB) is replaced by one of the newer kind with the same members. Errors: io.
  void finish();

 private:
  void write_order();
  void rebuild();

  hid_t file_;
  std::string name_;
  hdf5::Handle group_;
  Style style_ = Style::modern;
  std::vector<std::string> order_;
  bool changed_ = false;
};

}  // namespace gemflow::h5ad
