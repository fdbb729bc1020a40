// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/joint_columns.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>

namespace gemflow {
namespace {

using Values = decltype(Column::values);

template <typename T>
constexpr bool is_number = std::is_same_v<T, std::vector<float>> || std::is_same_v<T, std::vector<double>> ||
                           std::is_same_v<T, std::vector<std::int64_t>>;

/// The empty column of another's type.
struct EmptyLike {
  template <typename T>
  Values operator()(const T&) const {
    return T{};
  }
};

/// What holds the values of two types; the first of them where nothing does.
struct Meet {
  template <typename A, typename B>
  Values operator()(const A&, const B&) const {
    constexpr bool differ = !std::is_same_v<A, B>;
    if constexpr (differ && is_number<A> && is_number<B>) {
      return std::vector<double>{};
    } else if constexpr (differ && !is_number<A> && !is_number<B>) {
      return Labels{};
    } else {
      return A{};
    }
  }
};

Labels labels_of(const Text& texts) {
  Labels labels;
  std::vector<std::string> categories;
  std::unordered_map<std::string_view, std::int32_t> codes;  // views into `texts`
  for (const std::string& text : texts) {
    const auto [at, is_new] = codes.emplace(text, static_cast<std::int32_t>(categories.size()));
    if (is_new) categories.push_back(text);
    labels.codes.push_back(at->second);
  }
  labels.categories = std::make_shared<const std::vector<std::string>>(std::move(categories));
  return labels;
}

Labels labels_of(const std::vector<bool>& flags) {
  static const auto words = std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"False", "True"});
  return {std::vector<std::int32_t>(flags.begin(), flags.end()), words};
}

/// False where values of this type are none of the joint one.
struct Store {
  Values* values;

  template <typename Own, typename Joint>
  bool operator()(const Own& own, const Joint&) const {
    if constexpr (is_number<Own> && std::is_same_v<Joint, std::vector<double>>) {
      *values = std::vector<double>(own.begin(), own.end());
      return true;
    } else if constexpr (!is_number<Own> && !std::is_same_v<Own, Labels> && std::is_same_v<Joint, Labels>) {
      *values = Values(labels_of(own));
      return true;
    } else {
      return false;
    }
  }
};

}  // namespace

void JointColumns::add(const std::vector<Column>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i == types_.size()) types_.push_back({columns[i].name, std::visit(EmptyLike(), columns[i].values)});
    types_[i].values = std::visit(Meet(), types_[i].values, columns[i].values);
  }
}

bool JointColumns::store(std::vector<Column>& columns) const {
  if (columns.size() != types_.size()) return false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name != types_[i].name) return false;
    if (columns[i].values.index() == types_[i].values.index()) continue;
    Values stored;
    if (!std::visit(Store{&stored}, columns[i].values, types_[i].values)) return false;
    columns[i].values = std::move(stored);
  }
  return true;
}

}  // namespace gemflow
