// SPDX-License-Identifier: Apache-2.0
#include "h5ad/encoding.hpp"

#include "hdf5/attribute.hpp"
#include "hdf5/create.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/location.hpp"
#include "hdf5/node.hpp"
#include "hdf5/text_stripes.hpp"

namespace gemflow::h5ad {
namespace {

constexpr Tag text_tag{"string", "0.2.0"};
constexpr Tag number_tag{"numeric-scalar", "0.2.0"};

void write_one(hid_t parent, const std::string& name, hid_t file_type, hid_t memory_type, const void* value) {
  hdf5::Handle dataset = hdf5::create_dataset(parent, name, file_type, {});
  hdf5::write_rows(dataset, memory_type, 0, 1, value);
  write_tag(dataset, number_tag);
  hdf5::close_checked(std::move(dataset), parent, name);
}

}  // namespace

void write_tag(hid_t object, const Tag& tag) {
  hdf5::write_attribute(object, "encoding-type", tag.type);
  hdf5::write_attribute(object, "encoding-version", tag.version);
}

void write_tag(hid_t object, const Tag& tag, Style style) {
  if (style == Style::modern) write_tag(object, tag);
}

hdf5::Handle create_tagged_group(hid_t parent, const std::string& name, const Tag& tag) {
  hdf5::Handle group = hdf5::create_group(parent, name);
  write_tag(group, tag);
  return group;
}

hdf5::Handle open_mapping(hid_t parent, const std::string& name, Style style) {
  if (hdf5::kind_of(parent, name) != hdf5::NodeKind::none) return hdf5::open_group(parent, name);
  hdf5::Handle group = hdf5::create_group(parent, name);
  write_tag(group, mapping_tag, style);
  return group;
}

void write_reference(hid_t from, const std::string& attribute, hid_t parent, const std::string& to) {
  hobj_ref_t reference{};
  hdf5::checked(H5Rcreate(&reference, parent, to.c_str(), H5R_OBJECT, -1), parent, "cannot be referred to", to);
  const hdf5::Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  hdf5::Handle id(H5Acreate2(from, attribute.c_str(), H5T_STD_REF_OBJ, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  hdf5::checked(static_cast<hid_t>(id), from, "cannot take an attribute");
  hdf5::checked(H5Awrite(id, H5T_STD_REF_OBJ, &reference), from, "cannot take an attribute");
}

void write_scalar(hid_t parent, const std::string& name, std::string_view text) {
  const std::string value(text);
  hdf5::require_utf8(value, name);
  const char* const pointer = value.c_str();
  const hdf5::Handle type = hdf5::text_type();
  hdf5::Handle dataset = hdf5::create_dataset(parent, name, type, {});
  hdf5::write_rows(dataset, type, 0, 1, static_cast<const void*>(&pointer));
  write_tag(dataset, text_tag);
  hdf5::close_checked(std::move(dataset), parent, name);
}

void write_scalar(hid_t parent, const std::string& name, std::int64_t number) {
  write_one(parent, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &number);
}

void write_scalar(hid_t parent, const std::string& name, double number) {
  write_one(parent, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &number);
}

void write_scalar(hid_t parent, const std::string& name, bool flag) {
  const signed char value = flag ? 1 : 0;
  const hdf5::Handle type = hdf5::bool_type();
  write_one(parent, name, type, type, &value);
}

hdf5::Receipt write_text_array(hid_t parent, const std::string& name, std::span<const std::string> texts, Style style) {
  std::uint32_t sum = 0;
  for (const std::string& text : texts) {
    hdf5::require_utf8(text, name);
    sum = hdf5::check_sum(sum, text);
  }
  hdf5::Handle dataset = hdf5::write_texts(parent, name, texts);
  write_tag(dataset, text_array_tag, style);
  hdf5::Receipt receipt{hdf5::location_of(dataset), {static_cast<std::int64_t>(texts.size())}, {}, sum, true};
  hdf5::close_checked(std::move(dataset), parent, name);
  return receipt;
}

}  // namespace gemflow::h5ad
