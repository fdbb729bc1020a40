// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "gemflow/core/destination.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/hosted.hpp"
#include "synthesize_api/hosted/connection.hpp"
#include "synthesize_api/hosted/exchange.hpp"
#include "synthesize_api/hosted/trouble.hpp"

namespace gemflow {
namespace {

using namespace synthesize_api;

/// Only looks whether it is one JSON object; nothing of it is kept.
void require_object(std::string_view query) {
  const std::size_t begin = query.find_first_not_of(" \t\r\n");
  if (begin != std::string_view::npos && query[begin] == '{' && nlohmann::json::accept(query)) return;
  throw Error(ErrorKind::input, "the query is not one JSON object");
}

/// The body with "source", where it has none: the API counts by it.
std::string with_source(std::string_view query) {
  if (query.find("\"source\"") != std::string_view::npos) return std::string(query);
  std::string text(query);
  const std::size_t brace = text.find('{');
  const bool is_empty = text.find_first_not_of(" \t\r\n", brace + 1) == text.rfind('}');
  text.insert(brace + 1, fmt::format("\"source\": \"gemflow\"{}", is_empty ? "" : ", "));
  return text;
}

void copy(ByteSource& from, Destination& to) {
  std::array<char, 65536> piece{};
  for (std::size_t n = from.read(piece); n > 0; n = from.read(piece)) to.write(std::string_view(piece.data(), n));
}

}  // namespace

void query_verbatim(const ModelRequest& request, std::string_view query, const std::filesystem::path& reply, bool overwrite, Job& job) {
  require_object(query);
  const ModelId id = read_model_id(without_scheme(request.ref));
  Destination out(reply, {overwrite, {}}, job);
  const auto api = connect(request.hosted, id.family);
  const auto journal = open_journal(request.hosted, id, base_url_of(id.family), job);
  Exchange exchange(*api, *journal, request.hosted.on_unknown);
  try {
    const auto answer = exchange.ask({id.text, with_source(query), "verbatim", 0, 1, "batch", {}}, job);
    copy(*answer, out);
  } catch (const Error& error) {
    throw with_way_on(error, *api, *journal, request.hosted.journal_stays);
  }
  out.commit();
  journal->ended();
}

}  // namespace gemflow
