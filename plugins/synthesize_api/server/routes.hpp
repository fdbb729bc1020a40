// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace gemflow::synthesize_api {

/// What a path asks for, and of which model, query or result.
struct Route {
  enum class Kind { page, models, example_query, predict, status, download, unknown };
  Kind kind = Kind::unknown;
  std::string id;

  /// "POST" for predict, else "GET".
  [[nodiscard]] std::string_view method() const noexcept { return kind == Kind::predict ? "POST" : "GET"; }
};

/// Repeated slashes count as one: a client joins its base URL and "/api/models" as they are. An id is letters, digits,
/// '.', '_', '-', at most 64; anything else is no route.
[[nodiscard]] Route find_route(std::string_view path);

}  // namespace gemflow::synthesize_api
