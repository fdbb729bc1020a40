// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/documents.hpp"

#include <array>
#include <optional>

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "synthesize_api/wire/small_json.hpp"

namespace gemflow::synthesize_api {
namespace {

using Json = nlohmann::json;

constexpr std::string_view models_name = "the list of models";
constexpr std::string_view submitted_name = "the answer to a submitted query";
constexpr std::string_view status_name = "the status of a query";
constexpr std::size_t most_message_bytes = 2000;

Json parsed(std::string_view body, std::string_view name) {
  if (body.size() > most_document_bytes) {
    throw Error(ErrorKind::model,
                fmt::format("{} has {} bytes, more than the {} that it may have", name, body.size(), most_document_bytes));
  }
  if (nests_too_deep(body)) {
    throw Error(ErrorKind::model, fmt::format("{} nests deeper than {} levels", name, most_depth));
  }
  Json document = Json::parse(body, nullptr, false);
  if (document.is_discarded()) {
    throw Error(ErrorKind::model, fmt::format("{} is no JSON: '{}'", name, printable(trimmed(body))),
                "does a proxy answer in the server's place? curl -v shows who does");
  }
  return document;
}

std::string text_of(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// A text or a whole number as text, trimmed; nothing for anything else.
std::optional<std::string> word_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::nullopt;
  if (found->is_string()) return std::string(trimmed(found->get_ref<const std::string&>()));
  if (found->is_number_integer()) return text_of(*found);
  return std::nullopt;
}

std::string id_of(const Json& element) {
  if (element.is_string()) return element.get<std::string>();
  if (!element.is_object()) return {};
  for (const char* key : {"model_id", "id", "slug", "name"}) {
    if (const auto id = word_of(element, key); id && !id->empty()) return *id;
  }
  return {};
}

/// Human text comes first, then, in many a message, a traceback of the server's own.
std::string without_traceback(std::string_view message) {
  message = message.substr(0, message.find("\nTraceback"));
  return printable(trimmed(message), most_message_bytes);
}

bool is_failure(std::string_view word) noexcept {
  constexpr std::array<std::string_view, 5> words{"failed", "error", "cancelled", "canceled", "expired"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string why_it_failed(const Json& document) {
  if (const auto message = word_of(document, "message"); message && !message->empty()) return without_traceback(*message);
  if (const auto url = word_of(document, "errorUrl"); url && !url->empty()) return "see " + printable(*url, most_message_bytes);
  return "no reason given";
}

}  // namespace

std::vector<ListedModel> read_models(std::string_view body) {
  const Json document = parsed(body, models_name);
  const bool is_wrapped = document.is_object() && document.contains("models");
  const Json& list = is_wrapped ? document["models"] : document;
  if (!list.is_array()) throw Error(ErrorKind::model, fmt::format("{} has no array 'models'", models_name));
  std::vector<ListedModel> models;
  for (const Json& element : list) {
    std::string id = id_of(element);
    if (id.empty()) {
      throw Error(ErrorKind::model,
                  fmt::format("{} has an element without an id: '{}'", models_name, printable(text_of(element))));
    }
    models.push_back({std::move(id), element.is_object() ? text_of(element) : std::string()});
  }
  return models;
}

std::string write_models(std::span<const ListedModel> models) {
  std::string body = R"({"models":[)";
  for (const ListedModel& model : models) {
    if (body.back() != '[') body += ',';
    body += model.json.empty() ? text_of({{"model_id", model.id}}) : model.json;
  }
  return body + "]}";
}

std::string read_submitted(std::string_view body) {
  const Json document = parsed(body, submitted_name);
  const std::optional<std::string> id = document.is_object() ? word_of(document, "modelQueryId") : std::nullopt;
  if (!id || id->empty()) {
    throw Error(ErrorKind::model, fmt::format("{} has no 'modelQueryId': '{}'", submitted_name, printable(body)));
  }
  constexpr std::size_t longest = 1000;  // it becomes a step of an address
  if (*id == "." || *id == ".." || id->size() > longest) {
    throw Error(ErrorKind::model, fmt::format("{} names a query that cannot be asked for: '{}'", submitted_name, printable(*id)));
  }
  return *id;
}

std::string write_submitted(std::string_view query_id) { return text_of({{"modelQueryId", query_id}}); }

QueryStatus read_status(std::string_view body) {
  const Json document = parsed(body, status_name);
  const std::optional<std::string> word = document.is_object() ? word_of(document, "status") : std::nullopt;
  if (!word || word->empty()) {
    throw Error(ErrorKind::model, fmt::format("{} has no 'status': '{}'", status_name, printable(body)));
  }
  QueryStatus status{QueryStatus::State::running, printable(*word), {}, {}};
  if (is_failure(*word)) {
    status.state = QueryStatus::State::failed;
    status.message = why_it_failed(document);
  }
  if (*word == "ready") {
    status.state = QueryStatus::State::ready;
    status.download_url = word_of(document, "downloadUrl").value_or("");
    if (status.download_url.empty()) {
      throw Error(ErrorKind::model, fmt::format("{} is 'ready' and has no 'downloadUrl'", status_name));
    }
  }
  return status;
}

std::string write_status(const QueryStatus& status) {
  using State = QueryStatus::State;
  const char* usual = status.state == State::ready ? "ready" : status.state == State::failed ? "failed" : "running";
  Json document = {{"status", status.word.empty() ? usual : status.word}};
  if (status.state == State::ready) document["downloadUrl"] = status.download_url;
  if (status.state == State::failed && !status.message.empty()) document["message"] = status.message;
  return text_of(document);
}

}  // namespace gemflow::synthesize_api
