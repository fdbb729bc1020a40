// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/server/routes.hpp"

#include <vector>

#include "synthesize_api/wire/model_id.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::size_t most_parts = 5;

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty() && parts.size() < most_parts) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

Route::Kind kind_below_api(const std::vector<std::string_view>& parts) {
  const bool has_id = parts.size() == 4 && is_id(parts[2]);
  if (parts[1] == "models" && parts.size() == 2) return Route::Kind::models;
  if (parts[1] == "models" && has_id && parts[3] == "example-query") return Route::Kind::example_query;
  if (parts[1] == "models" && has_id && parts[3] == "predict") return Route::Kind::predict;
  if (parts[1] == "model-queries" && has_id && parts[3] == "status") return Route::Kind::status;
  return Route::Kind::unknown;
}

}  // namespace

Route find_route(std::string_view path) {
  if (path.empty() || path.front() != '/') return {};
  const std::vector<std::string_view> parts = parts_of(path);
  if (parts.empty()) return {Route::Kind::page, {}};
  if (parts.size() == 2 && parts[0] == "download" && is_id(parts[1])) return {Route::Kind::download, std::string(parts[1])};
  if (parts.size() < 2 || parts[0] != "api") return {};
  const Route::Kind kind = kind_below_api(parts);
  return {kind, parts.size() == 4 && kind != Route::Kind::unknown ? std::string(parts[2]) : std::string()};
}

}  // namespace gemflow::synthesize_api
