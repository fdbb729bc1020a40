// SPDX-License-Identifier: Apache-2.0
#include "h5ad/column_outputs.hpp"

#include <cstring>
#include <type_traits>
#include <variant>

#include "hdf5/attribute.hpp"
#include "hdf5/numbers.hpp"

namespace gemflow::h5ad {
namespace {

template <typename Values>
std::unique_ptr<hdf5::NumberStripes> numbers_like(hid_t frame, const std::string& name) {
  using Number = typename Values::value_type;
  if constexpr (std::is_same_v<Number, bool>) {
    const hdf5::Handle type = hdf5::bool_type();
    return std::make_unique<hdf5::NumberStripes>(frame, name, hdf5::NumberLayout{type});
  } else {
    constexpr ValueType type = std::is_same_v<Number, float>    ? ValueType::float32
                               : std::is_same_v<Number, double> ? ValueType::float64
                                                                : ValueType::int64;
    return std::make_unique<hdf5::NumberStripes>(frame, name, hdf5::NumberLayout{hdf5::file_type(type)});
  }
}

template <typename Values>
hdf5::NewRows rows_of(const Values& values) {
  using Number = typename Values::value_type;
  const auto fill = [&values](std::int64_t begin, std::int64_t end, unsigned char* to) {
    if constexpr (std::is_same_v<Number, bool>) {
      for (std::int64_t row = begin; row < end; ++row) *to++ = values[static_cast<std::size_t>(row)] ? 1 : 0;
    } else {
      std::memcpy(to, values.data() + begin, static_cast<std::size_t>(end - begin) * sizeof(Number));
    }
  };
  return {static_cast<std::int64_t>(values.size()), fill, {}};
}

}  // namespace

ColumnOutputs::ColumnOutputs(hid_t frame, Style style, std::span<const Column> like, CategoryRule kept)
    : frame_(frame), style_(style) {
  for (const Column& column : like) {
    Output& output = outputs_.emplace_back();
    output.name = column.name;
    std::visit(
        [&](const auto& values) {
          using Values = std::decay_t<decltype(values)>;
          if constexpr (std::is_same_v<Values, Labels>) {
            output.labels = std::make_unique<LabelOutput>(column.name, kept);
          } else if constexpr (std::is_same_v<Values, Text>) {
            output.texts = std::make_unique<hdf5::TextStripes>(frame_, column.name);
            write_tag(output.texts->dataset(), text_array_tag, style_);
          } else {
            output.numbers = numbers_like<Values>(frame_, column.name);
            write_tag(output.numbers->dataset(), array_tag, style_);
          }
        },
        column.values);
  }
}

void ColumnOutputs::add_to(hdf5::StripeWriter& writer) {
  for (Output& output : outputs_) {
    if (output.numbers) writer.add(*output.numbers);
    if (output.texts) writer.add(*output.texts);
  }
}

void ColumnOutputs::give(std::span<const Column> columns) {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    Output& output = outputs_[i];
    std::visit(
        [&](const auto& values) {
          using Values = std::decay_t<decltype(values)>;
          if constexpr (std::is_same_v<Values, Labels>) {
            output.labels->give(values);
          } else if constexpr (std::is_same_v<Values, Text>) {
            output.texts->give(values);
          } else {
            output.numbers->give(rows_of(values));
          }
        },
        columns[i].values);
  }
}

std::vector<hdf5::Receipt> ColumnOutputs::finish() {
  std::vector<hdf5::Receipt> receipts;
  for (Output& output : outputs_) {
    if (!output.labels) continue;
    for (hdf5::Receipt& receipt : output.labels->write(frame_, style_)) receipts.push_back(std::move(receipt));
  }
  return receipts;
}

std::vector<std::string> ColumnOutputs::names() const {
  std::vector<std::string> names;
  for (const Output& output : outputs_) names.push_back(output.name);
  return names;
}

std::vector<hdf5::Receipt> write_columns(hid_t frame, Style style, std::span<const Column> columns) {
  ColumnOutputs outputs(frame, style, columns);
  hdf5::StripeWriter writer;
  outputs.add_to(writer);
  outputs.give(columns);
  writer.write_complete(calling_thread());
  std::vector<hdf5::Receipt> receipts = writer.finish();
  for (hdf5::Receipt& receipt : outputs.finish()) receipts.push_back(std::move(receipt));
  return receipts;
}

bool is_reserved(std::string_view column_name) noexcept {
  return column_name == "_index" || column_name.starts_with("__categories");
}

}  // namespace gemflow::h5ad
