// SPDX-License-Identifier: Apache-2.0
#include "h5ad/label_output.hpp"

#include <algorithm>
#include <utility>

#include "hdf5/attribute.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/number_stripes.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/store_values.hpp"

namespace gemflow::h5ad {
namespace {

/// pandas' choice: int8 below 127 categories, int16 below 32,767.
ValueType code_type(std::size_t n_categories) {
  if (n_categories < 127) return ValueType::int8;
  return n_categories < 32'767 ? ValueType::int16 : ValueType::int32;
}

}  // namespace

void LabelOutput::give(const Labels& labels) {
  if (labels.categories != categories_) translate(labels.categories);
  const std::size_t before = codes_.size();
  codes_.resize(before + labels.codes.size());
  std::int32_t* to = codes_.span().data() + before;
  for (const std::int32_t code : labels.codes) {
    *to = code;
    if (code >= 0 && kept_ == CategoryRule::occurring) {
      std::int32_t& number = known_[static_cast<std::size_t>(code)];
      if (number < 0) {
        const auto next = static_cast<std::int32_t>(numbers_.size());
        number = numbers_.emplace((*categories_)[static_cast<std::size_t>(code)], next).first->second;
      }
      *to = number;
    }
    ++to;
  }
}

void LabelOutput::translate(const std::shared_ptr<const std::vector<std::string>>& categories) {
  categories_ = categories;
  known_.assign(categories ? categories->size() : 0, -1);
}

/// The labels in their order; the codes point to it from now on.
std::vector<std::string> LabelOutput::sort_labels() {
  if (kept_ == CategoryRule::given) return categories_ ? *categories_ : std::vector<std::string>();
  std::vector<std::string> sorted;
  std::vector<std::int32_t> place(numbers_.size());
  for (const auto& [label, number] : numbers_) {  // a map goes by the bytes of its keys
    place[static_cast<std::size_t>(number)] = static_cast<std::int32_t>(sorted.size());
    sorted.push_back(label);
  }
  for (std::int32_t& code : codes_.span()) code = code < 0 ? -1 : place[static_cast<std::size_t>(code)];
  return sorted;
}

hdf5::Receipt LabelOutput::write_codes(hdf5::NumberStripes& stripes, ValueType type) {
  const auto fill = [&](std::int64_t begin, std::int64_t end, unsigned char* to) {
    for (std::int64_t row = begin; row < end; ++row) {
      const double code = codes_.span()[static_cast<std::size_t>(row)];
      static_cast<void>(hdf5::store_values({&code, 1}, type, to));
      to += hdf5::size_of(type);
    }
  };
  stripes.give({static_cast<std::int64_t>(codes_.size()), fill, {}});
  hdf5::StripeWriter writer;
  writer.add(stripes);
  writer.write_complete(calling_thread());
  return writer.finish().front();
}

std::vector<hdf5::Receipt> LabelOutput::write(hid_t frame, Style style) {
  const std::vector<std::string> labels = sort_labels();
  const ValueType type = code_type(labels.size());
  if (style == Style::modern) {
    const hdf5::Handle group = create_tagged_group(frame, name_, categorical_tag);
    hdf5::write_flag_attribute(group, "ordered", false);
    hdf5::NumberStripes codes(group, "codes", {hdf5::file_type(type)});
    write_tag(codes.dataset(), array_tag);
    return {write_text_array(group, "categories", labels), write_codes(codes, type)};
  }
  const hdf5::Handle group = open_mapping(frame, "__categories", style);
  const hdf5::Receipt categories = write_text_array(group, name_, labels, style);
  hdf5::write_flag_attribute(hdf5::open_dataset(group, name_), "ordered", false);
  hdf5::NumberStripes codes(frame, name_, {hdf5::file_type(type)});
  write_reference(codes.dataset(), "categories", group, name_);
  return {categories, write_codes(codes, type)};
}

}  // namespace gemflow::h5ad
