// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <fmt/format.h>

#include "h5ad/encoding.hpp"
#include "h5ad/frame_output.hpp"
#include "h5ad/take.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/copy.hpp"
#include "hdf5/create.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"

namespace gemflow::h5ad {
namespace {

constexpr const char* old_categories = "__categories";

void take_column(hid_t from, const std::string& name, hid_t to, const Axes& axes, const TakeContext& context);

/// A categorical (codes, categories), a nullable column (values, mask), or a folder that a slash in a column's name
/// made.
void take_group(hid_t from, const std::string& name, hid_t to, const Axes& axes, const TakeContext& context) {
  const hdf5::Handle old = hdf5::open_group(from, name);
  const hdf5::Handle group = hdf5::create_group(to, name);
  hdf5::copy_attributes(old, group);
  const std::string type = hdf5::text_attribute(old, "encoding-type").value_or("");
  if (type == "categorical") {
    hdf5::copy_object(old, "categories", group, "categories");
    take_dataset({old, "codes"}, {group, "codes"}, axes, Fill::no_code, context);
  } else if (type.starts_with("nullable-")) {
    take_dataset({old, "values"}, {group, "values"}, axes, Fill::zero, context);
    take_dataset({old, "mask"}, {group, "mask"}, axes, Fill::masked, context);
  } else if (type.empty()) {
    for (const std::string& member : hdf5::names_in(old)) take_column(old, member, group, axes, context);
  } else {
    throw hdf5::fault(ErrorKind::unsupported, old,
                      fmt::format("is of the kind '{}', of which no rows can be taken", printable(type)));
  }
}

/// anndata 0.7: the codes point to their categories, which lie beside them.
void take_old_codes(hid_t from, const std::string& name, hid_t to, const Axes& axes, const TakeContext& context) {
  const hdf5::Handle codes = hdf5::open_dataset(from, name);
  const hdf5::Handle categories = open_mapping(to, old_categories, Style::before_0_8);
  if (hdf5::kind_of(categories, name) == hdf5::NodeKind::none) {
    hdf5::copy_object(hdf5::referenced_by(codes, "categories"), ".", categories, name);
  }
  take_dataset({from, name}, {to, name}, axes, Fill::no_code, context);
  write_reference(hdf5::open_dataset(to, name), "categories", categories, name);
}

void take_column(hid_t from, const std::string& name, hid_t to, const Axes& axes, const TakeContext& context) {
  if (hdf5::is_group(from, name)) {
    take_group(from, name, to, axes, context);
  } else if (hdf5::has_attribute(hdf5::open_dataset(from, name), "categories")) {
    take_old_codes(from, name, to, axes, context);
  } else {
    take_dataset({from, name}, {to, name}, axes, Fill::missing, context);
  }
}

}  // namespace

void take_frame(hid_t old, const Member& to, const Picks& rows, std::span<const std::string> index,
                const TakeContext& context) {
  const std::vector<std::string> order =
      hdf5::texts_attribute(old, "column-order").value_or(std::vector<std::string>());
  const std::string index_name = hdf5::text_attribute(old, "_index").value_or("_index");
  hdf5::Handle frame = hdf5::create_group(to.parent, to.name, order.size() > most_plain_columns);
  hdf5::copy_attributes(old, frame);
  const Axes axes{&rows, nullptr};
  for (const std::string& member : hdf5::names_in(old)) {
    if (member == old_categories || (!index.empty() && member == index_name)) continue;
    take_column(old, member, frame, axes, context);
  }
  if (!index.empty()) {
    const Style style = hdf5::text_attribute(old, "encoding-version") == "0.2.0" ? Style::modern : Style::before_0_8;
    context.receipts->push_back(write_text_array(frame, index_name, index, style));
  }
  hdf5::close_checked(std::move(frame), to.parent, to.name);
}

}  // namespace gemflow::h5ad
