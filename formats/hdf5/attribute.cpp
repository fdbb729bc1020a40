// SPDX-License-Identifier: Apache-2.0
#include "hdf5/attribute.hpp"

#include <array>
#include <utility>

#include "hdf5/fault.hpp"
#include "hdf5/strings.hpp"

namespace gemflow::hdf5 {
namespace {

// HDF5 keeps larger attributes in the object's dense storage; nothing that we look for is near this size.
constexpr std::int64_t most_elements = 1 << 20;

struct Attribute {
  Handle id;
  Handle type;
  Handle space;
  std::int64_t size = 0;
  bool is_scalar_or_list = false;
};

std::optional<Attribute> open_attribute(hid_t object, const std::string& name) {
  if (H5Aexists(object, name.c_str()) <= 0) return std::nullopt;
  Attribute it;
  it.id = Handle(checked(H5Aopen(object, name.c_str(), H5P_DEFAULT), object, "has an unreadable attribute"), H5Aclose);
  it.type = Handle(checked(H5Aget_type(it.id), object, "has an unreadable attribute"), H5Tclose);
  it.space = Handle(checked(H5Aget_space(it.id), object, "has an unreadable attribute"), H5Sclose);
  it.size = H5Sget_simple_extent_npoints(it.space);
  it.is_scalar_or_list = H5Sget_simple_extent_type(it.space) != H5S_NULL && H5Sget_simple_extent_ndims(it.space) <= 1;
  if (it.size < 0 || it.size > most_elements) throw fault(object, "has an attribute that is too large");
  return it;
}

std::vector<std::string> read_texts(const Attribute& attribute, hid_t object) {
  std::vector<char> raw(static_cast<std::size_t>(attribute.size) * H5Tget_size(attribute.type));
  checked(H5Aread(attribute.id, attribute.type, raw.data()), object, "has an unreadable attribute");
  std::vector<std::string> texts;
  take_strings(attribute.type, raw.data(), static_cast<std::size_t>(attribute.size), texts);
  return texts;
}

bool holds_integers(const Attribute& attribute) {
  const H5T_class_t kind = H5Tget_class(attribute.type);
  return kind == H5T_INTEGER || kind == H5T_ENUM || kind == H5T_FLOAT;
}

// Removes what stands there, then creates it anew.
Handle create_attribute(hid_t object, const std::string& name, hid_t type, hid_t space) {
  if (H5Aexists(object, name.c_str()) > 0) {
    checked(H5Adelete(object, name.c_str()), object, "has an attribute that cannot be replaced");
  }
  const Handle creation(H5Pcreate(H5P_ATTRIBUTE_CREATE), H5Pclose);
  H5Pset_char_encoding(creation, H5T_CSET_UTF8);
  return {checked(H5Acreate2(object, name.c_str(), type, space, creation, H5P_DEFAULT), object,
                  "cannot take an attribute"),
          H5Aclose};
}

void write_values(hid_t object, const std::string& name, const Handle& type, const Handle& space, const void* values) {
  Handle attribute = create_attribute(object, name, type, space);
  if (values != nullptr) checked(H5Awrite(attribute, type, values), object, "cannot take an attribute");
  if (!attribute.close()) fail(object, "cannot take an attribute");
}

Handle list_space(std::size_t size) {
  const hsize_t length = size;
  return {H5Screate_simple(1, &length, nullptr), H5Sclose};
}

Handle scalar_space() { return {H5Screate(H5S_SCALAR), H5Sclose}; }

}  // namespace

bool has_attribute(hid_t object, const std::string& name) { return H5Aexists(object, name.c_str()) > 0; }

std::optional<std::string> text_attribute(hid_t object, const std::string& name) {
  const auto attribute = open_attribute(object, name);
  if (!attribute || !is_string_type(attribute->type) || attribute->size != 1) return std::nullopt;
  return read_texts(*attribute, object).front();
}

std::optional<std::vector<std::string>> texts_attribute(hid_t object, const std::string& name) {
  const auto attribute = open_attribute(object, name);
  if (!attribute || !attribute->is_scalar_or_list) return std::nullopt;
  if (attribute->size == 0) return std::vector<std::string>();
  if (!is_string_type(attribute->type)) return std::nullopt;
  return read_texts(*attribute, object);
}

std::optional<std::vector<std::int64_t>> integers_attribute(hid_t object, const std::string& name) {
  const auto attribute = open_attribute(object, name);
  if (!attribute || !attribute->is_scalar_or_list || !holds_integers(*attribute)) return std::nullopt;
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(attribute->size));
  if (numbers.empty()) return numbers;
  checked(H5Aread(attribute->id, H5T_NATIVE_INT64, numbers.data()), object, "has an unreadable attribute");
  return numbers;
}

std::optional<std::int64_t> integer_attribute(hid_t object, const std::string& name) {
  const auto numbers = integers_attribute(object, name);
  if (!numbers || numbers->size() != 1) return std::nullopt;
  return numbers->front();
}

Handle referenced_by(hid_t object, const std::string& name) {
  const auto attribute = open_attribute(object, name);
  if (!attribute || attribute->size != 1 || H5Tequal(attribute->type, H5T_STD_REF_OBJ) <= 0) return {};
  hobj_ref_t reference = 0;
  checked(H5Aread(attribute->id, H5T_STD_REF_OBJ, &reference), object, "has an unreadable attribute");
  return {H5Rdereference2(object, H5P_DEFAULT, H5R_OBJECT, &reference), H5Oclose};
}

void write_attribute(hid_t object, const std::string& name, std::string_view text) {
  const std::string terminated(text);
  const char* const value = terminated.c_str();
  write_values(object, name, text_type(), scalar_space(), static_cast<const void*>(&value));
}

void write_attribute(hid_t object, const std::string& name, std::span<const std::string> texts) {
  if (texts.empty()) {
    write_values(object, name, {H5Tcopy(H5T_IEEE_F64LE), H5Tclose}, list_space(0), nullptr);
    return;
  }
  std::vector<const char*> values;
  for (const std::string& text : texts) values.push_back(text.c_str());
  write_values(object, name, text_type(), list_space(texts.size()), static_cast<const void*>(values.data()));
}

void write_attribute(hid_t object, const std::string& name, std::span<const std::int64_t> numbers) {
  write_values(object, name, {H5Tcopy(H5T_STD_I64LE), H5Tclose}, list_space(numbers.size()), numbers.data());
}

void write_flag_attribute(hid_t object, const std::string& name, bool flag) {
  const signed char value = flag ? 1 : 0;
  write_values(object, name, bool_type(), scalar_space(), &value);
}

Handle bool_type() {
  Handle type(H5Tenum_create(H5T_STD_I8LE), H5Tclose);
  for (const auto& [name, number] : {std::pair<const char*, signed char>{"FALSE", 0}, {"TRUE", 1}}) {
    H5Tenum_insert(type, name, &number);
  }
  return type;
}

Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

}  // namespace gemflow::hdf5
