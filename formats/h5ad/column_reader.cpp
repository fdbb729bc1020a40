// SPDX-License-Identifier: Apache-2.0
#include "h5ad/column_reader.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "h5ad/stored_values.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"

namespace gemflow::h5ad {
namespace {

using Categories = std::shared_ptr<const std::vector<std::string>>;

template <typename T>
std::vector<T> numbers(const StoredValues& values, std::int64_t begin, std::int64_t count) {
  std::vector<T> read(static_cast<std::size_t>(count));
  values.read(begin, std::span(read));
  return read;
}

std::vector<bool> booleans(const StoredValues& values, std::int64_t begin, std::int64_t count) {
  const auto read = numbers<std::int32_t>(values, begin, count);
  std::vector<bool> flags(read.size());
  std::transform(read.begin(), read.end(), flags.begin(), [](std::int32_t flag) { return flag != 0; });
  return flags;
}

/// What is stored is what is read: numbers, booleans, texts.
class PlainColumn final : public ColumnReader {
 public:
  explicit PlainColumn(StoredValues values) : values_(std::move(values)) {
    if (values_.stored() != Stored::other) return;
    throw hdf5::fault(ErrorKind::unsupported, values_.dataset(), "is a column of a kind that is not read");
  }

  [[nodiscard]] std::int64_t n_rows() const override { return values_.size(); }

  [[nodiscard]] std::string type() const override {
    switch (values_.stored()) {
      case Stored::texts: return "string";
      case Stored::booleans: return "bool";
      default: return std::string(name_of(values_.number_type()));
    }
  }

  [[nodiscard]] Column read(std::int64_t begin, std::int64_t count) const override {
    switch (values_.stored()) {
      case Stored::texts: {
        Text texts;
        values_.append_texts(begin, count, texts);
        return {{}, std::move(texts)};
      }
      case Stored::booleans: return {{}, booleans(values_, begin, count)};
      case Stored::integers: return {{}, numbers<std::int64_t>(values_, begin, count)};
      default: break;
    }
    if (values_.number_type() == ValueType::float32) return {{}, numbers<float>(values_, begin, count)};
    return {{}, numbers<double>(values_, begin, count)};
  }

 private:
  StoredValues values_;
};

/// Codes into categories, -1 where there is no label.
class LabelColumn final : public ColumnReader {
 public:
  LabelColumn(StoredValues codes, Categories categories) : codes_(std::move(codes)), categories_(std::move(categories)) {
    if (codes_.stored() != Stored::integers) throw hdf5::fault(codes_.dataset(), "holds no codes of categories");
  }

  [[nodiscard]] std::int64_t n_rows() const override { return codes_.size(); }
  [[nodiscard]] std::string type() const override { return fmt::format("categorical ({})", categories_->size()); }

  [[nodiscard]] Column read(std::int64_t begin, std::int64_t count) const override {
    Labels labels{numbers<std::int32_t>(codes_, begin, count), categories_};
    const auto n = static_cast<std::int32_t>(categories_->size());
    const auto bad = std::find_if(labels.codes.begin(), labels.codes.end(), [n](std::int32_t c) { return c < -1 || c >= n; });
    if (bad != labels.codes.end()) {
      throw hdf5::fault(codes_.dataset(), fmt::format("holds code {} in row {}, but there are {} categories", *bad,
                                                      begin + (bad - labels.codes.begin()), n));
    }
    return {{}, std::move(labels)};
  }

 private:
  StoredValues codes_;
  Categories categories_;
};

/// Values beside a mask that is true where they are missing.
class NullableColumn final : public ColumnReader {
 public:
  NullableColumn(StoredValues values, StoredValues mask) : values_(std::move(values)), mask_(std::move(mask)) {
    if (mask_.size() != values_.size() || mask_.stored() == Stored::texts) {
      throw hdf5::fault(mask_.dataset(), fmt::format("is no mask of {} values", values_.size()));
    }
    constexpr std::int64_t at_once = 1 << 20;
    for (std::int64_t at = 0; at < n_rows() && !any_missing_; at += at_once) {
      const auto missing = booleans(mask_, at, std::min(at_once, n_rows() - at));
      any_missing_ = std::find(missing.begin(), missing.end(), true) != missing.end();
    }
  }

  [[nodiscard]] std::int64_t n_rows() const override { return values_.size(); }

  [[nodiscard]] std::string type() const override {
    switch (values_.stored()) {
      case Stored::texts: return "string";
      case Stored::booleans: return "nullable bool";
      default: return fmt::format("nullable {}", name_of(values_.number_type()));
    }
  }

  [[nodiscard]] Column read(std::int64_t begin, std::int64_t count) const override {
    const auto missing = any_missing_ ? booleans(mask_, begin, count) : std::vector<bool>();
    if (values_.stored() == Stored::texts) return {{}, texts(begin, count, missing)};
    if (values_.stored() == Stored::booleans) return labels_or_booleans(begin, count, missing);
    if (!any_missing_ && values_.stored() == Stored::integers) {
      return {{}, numbers<std::int64_t>(values_, begin, count)};
    }
    auto read = numbers<double>(values_, begin, count);
    for (std::size_t row = 0; row < missing.size(); ++row) {
      if (missing[row]) read[row] = std::numeric_limits<double>::quiet_NaN();
    }
    return {{}, std::move(read)};
  }

 private:
  [[nodiscard]] Text texts(std::int64_t begin, std::int64_t count, const std::vector<bool>& missing) const {
    Text read;
    values_.append_texts(begin, count, read);
    for (std::size_t row = 0; row < missing.size(); ++row) {
      if (missing[row]) read[row].clear();
    }
    return read;
  }

  [[nodiscard]] Column labels_or_booleans(std::int64_t begin, std::int64_t count, const std::vector<bool>& missing) const {
    std::vector<bool> flags = booleans(values_, begin, count);
    if (missing.empty()) return {{}, std::move(flags)};
    Labels labels{{}, categories_};
    for (std::size_t row = 0; row < flags.size(); ++row) labels.codes.push_back(missing[row] ? -1 : flags[row] ? 1 : 0);
    return {{}, std::move(labels)};
  }

  StoredValues values_;
  StoredValues mask_;
  bool any_missing_ = false;
  Categories categories_ = std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"False", "True"});
};

Categories share(std::vector<std::string> categories) {
  return std::make_shared<const std::vector<std::string>>(std::move(categories));
}

std::unique_ptr<ColumnReader> open_group_column(hid_t group) {
  const auto has = [group](const char* member) { return hdf5::kind_of(group, member) != hdf5::NodeKind::none; };
  // Labels are plain values: a link that leads from them back to the column would have no end.
  const bool has_deep_labels = hdf5::is_group(group, "categories") && has("categories/codes");
  if (has("codes") && has("categories") && !has_deep_labels) {
    return std::make_unique<LabelColumn>(StoredValues(group, "codes"),
                                         share(read_as_texts(*open_column(group, "categories"))));
  }
  if (has("values") && has("mask")) {
    return std::make_unique<NullableColumn>(StoredValues(group, "values"), StoredValues(group, "mask"));
  }
  throw hdf5::fault(ErrorKind::unsupported, group, "is a column of a kind that is not read");
}

}  // namespace

std::unique_ptr<ColumnReader> open_column(hid_t frame, const std::string& name) {
  if (hdf5::is_group(frame, name)) return open_group_column(hdf5::open_group(frame, name));
  StoredValues values(frame, name);
  // anndata 0.7: the codes refer to their categories.
  if (hdf5::Handle categories = hdf5::referenced_by(values.dataset(), "categories"); categories.is_open()) {
    const PlainColumn column{StoredValues(std::move(categories))};
    return std::make_unique<LabelColumn>(std::move(values), share(read_as_texts(column)));
  }
  return std::make_unique<PlainColumn>(std::move(values));
}

std::unique_ptr<ColumnReader> open_field(hid_t parent, const std::string& path, const std::string& field,
                                         std::shared_ptr<const std::vector<std::string>> categories) {
  StoredValues values(parent, path, field);
  if (categories && values.stored() == Stored::integers) {
    return std::make_unique<LabelColumn>(std::move(values), std::move(categories));
  }
  return std::make_unique<PlainColumn>(std::move(values));
}

std::vector<std::string> read_as_texts(const ColumnReader& column, std::int64_t limit) {
  if (column.n_rows() > limit) {
    throw Error(ErrorKind::memory, fmt::format("{} names are more than the {} that are kept in memory", column.n_rows(), limit));
  }
  Column values = column.read(0, column.n_rows());
  if (auto* texts = std::get_if<Text>(&values.values)) return std::move(*texts);
  std::vector<std::string> texts;
  for (std::size_t row = 0; row < values.n_rows(); ++row) texts.push_back(values.text_at(row));
  return texts;
}

}  // namespace gemflow::h5ad
