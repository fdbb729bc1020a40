// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/reply_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "gemflow/core/error.hpp"

namespace gemflow::synthesize_api {

std::string name_fault(std::string_view name) {
  if (name.empty()) return "a column cannot be without a name";
  const auto is_odd = [](char c) { return c == '/' || c == '\x7f' || (c >= 0 && c < ' '); };
  if (std::none_of(name.begin(), name.end(), is_odd)) return {};
  return fmt::format("'{}' cannot name a column: it holds '/' or a control character", printable(name));
}

void require_different_columns(const Chunk& answer) {
  std::unordered_set<std::string_view> seen{"status", "outlier", "outlier_score"};  // gemflow's own
  for (const Column& column : answer.obs) {
    if (seen.insert(column.name).second) continue;
    throw Error(ErrorKind::model, fmt::format("the reply predicts '{}' where another column has this name", printable(column.name)));
  }
}

}  // namespace gemflow::synthesize_api
