// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/server/endpoints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"
#include "synthesize_api/server/host_names.hpp"
#include "synthesize_api/server/secrets.hpp"
#include "synthesize_api/wire/documents.hpp"

namespace gemflow::synthesize_api {
namespace {

/// A non-zero costs 12 bytes, twice while its array grows; in a body it has at least two letters.
constexpr std::size_t bytes_a_nonzero = 24;
constexpr std::uint64_t bytes_a_letter = bytes_a_nonzero / 2;
constexpr int seconds_until_place = 2;

bool is_json(std::string_view content_type) {
  constexpr std::string_view wanted = "application/json";
  std::string word(content_type.substr(0, content_type.find(';')));
  while (!word.empty() && word.back() == ' ') word.pop_back();
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word == wanted;
}

Reply json(std::string text) {
  Reply reply;
  reply.text = std::move(text);
  return reply;
}

/// "inputs[1].counts[5]: -3 is negative" is a fault of that field; what begins with no field is one of the whole body.
FieldFault fault_of(const Error& error) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.[]";
  const std::string& text = error.message();
  const std::size_t colon = text.find(": ");
  const bool has_field = colon != std::string::npos && text.find_first_not_of(letters) == colon;
  if (!has_field) return {{}, text, "invalid"};
  return {text.substr(0, colon), text.substr(colon + 2), "invalid"};
}

Reply invalid(const Error& error) {
  Reply reply;
  reply.status = 422;
  reply.text = write_refusal({"Invalid request", {fault_of(error)}});
  return reply;
}

std::string listing_of(const ServedModel& served) {
  nlohmann::ordered_json json{{"model_id", served.id}};
  if (served.stands_in) json["served_by"] = served.model->card().id;
  json["task"] = name_of(served.task);
  json["modality"] = served.modality == Modality::bulk ? "bulk" : "single-cell";
  json["model_version"] = served.model->card().version;
  json["licence"] = served.model->card().licence;
  return json.dump();
}

}  // namespace

Endpoints::Endpoints(const ServeOptions& options, Token token, std::map<std::string, std::string> examples, Queries& queries,
                     std::stop_token stop)
    : options_(&options),
      token_(std::move(token)),
      examples_(std::move(examples)),
      queries_(&queries),
      stop_(std::move(stop)),
      page_needs_token_(!is_loopback(options.host)),
      page_(options.models) {}

std::optional<Reply> Endpoints::look(const Request& request) {
  if (auto refused = look_at_host(request)) return refused;
  const Route route = find_route(request.path);
  if (auto refused = look_at_secrets(request, route)) return refused;
  if (route.kind == Route::Kind::unknown) {
    return refusal(404, fmt::format("there is nothing at '{}'", printable(request.path)));
  }
  const bool is_head = request.method == "HEAD" && route.method() == "GET";
  if (request.method != route.method() && !is_head) {
    Reply reply = refusal(405, fmt::format("'{}' takes {}, not {}", printable(request.path), route.method(),
                                           printable(request.method)));
    reply.headers.emplace_back("Allow", route.method() == "GET" ? "GET, HEAD" : "POST");
    return reply;
  }
  const bool wants_model = route.kind == Route::Kind::predict || route.kind == Route::Kind::example_query;
  if (wants_model && find_model(route.id) == nullptr) {
    std::vector<std::string> known;
    for (const ServedModel& served : options_->models) known.push_back(served.id);
    return refusal(404, fmt::format("there is no model '{}' here: {}", printable(route.id), did_you_mean(route.id, known)));
  }
  if (route.kind == Route::Kind::predict) return look_at_predict(request);
  return std::nullopt;
}

std::optional<Reply> Endpoints::look_at_host(const Request& request) const {
  if (request.hosts.size() != 1) return refusal(400, "a request names one Host");
  if (is_own_host(request.hosts.front(), options_->names)) return std::nullopt;
  return refusal(403, fmt::format("this server is not called '{}'; gemflow serve --allow-host lets it be",
                                  printable(request.hosts.front())));
}

bool Endpoints::may_enter(const Request& request, const Route& route) const {
  constexpr std::string_view scheme = "Bearer ";
  if (request.authorizations.size() != 1) return false;
  const std::string_view given = request.authorizations.front();
  if (given.substr(0, scheme.size()) == scheme) return token_.equals(given.substr(scheme.size()));
  return route.kind == Route::Kind::page && token_.equals(basic_password(given));
}

std::optional<Reply> Endpoints::look_at_secrets(const Request& request, const Route& route) const {
  if (route.kind == Route::Kind::download) {
    if (request.authorizations.empty()) return std::nullopt;
    return refusal(400, "only one way to prove who you are: this address is a secret itself, leave Authorization out");
  }
  if (route.kind == Route::Kind::page && !page_needs_token_) return std::nullopt;
  if (may_enter(request, route)) return std::nullopt;
  const bool is_page = route.kind == Route::Kind::page;
  Reply reply = refusal(401, request.authorizations.empty() ? "a key is missing: Authorization: Bearer <key>"
                                                            : "the key is not this server's");
  constexpr const char* as_password = "Basic realm=\"gemflow serve\", charset=\"UTF-8\"";
  reply.headers.emplace_back("WWW-Authenticate", is_page ? as_password : "Bearer");
  return reply;
}

std::optional<Reply> Endpoints::look_at_predict(const Request& request) const {
  if (!is_json(request.content_type)) {
    return refusal(415, fmt::format("a query is application/json, not '{}'", printable(request.content_type)));
  }
  if (stop_.stop_requested()) return refusal_for_now(503, "the server is being stopped", 30);
  if (!queries_->has_place()) return refusal_for_now(429, "too many queries wait already", seconds_until_place);
  return std::nullopt;
}

const ServedModel* Endpoints::find_model(const std::string& id) const {
  const auto found = std::find_if(options_->models.begin(), options_->models.end(),
                                  [&](const ServedModel& served) { return served.id == id; });
  return found == options_->models.end() ? nullptr : &*found;
}

Reply Endpoints::answer(const Request& request, ByteSource& body, std::uint64_t size) {
  const Route route = find_route(request.path);
  switch (route.kind) {
    case Route::Kind::page: return page();
    case Route::Kind::models: return models();
    case Route::Kind::example_query: return json(examples_.at(route.id));
    case Route::Kind::predict: return predict(*find_model(route.id), body, size);
    case Route::Kind::status: return status(route.id, request.hosts.front());
    case Route::Kind::download: return download(route.id);
    case Route::Kind::unknown: break;
  }
  return refusal(404, "there is nothing here");
}

Reply Endpoints::models() const {
  std::vector<ListedModel> listed;
  for (const ServedModel& served : options_->models) listed.push_back({served.id, listing_of(served)});
  return json(write_models(listed));
}

Reply Endpoints::predict(const ServedModel& served, ByteSource& body, std::uint64_t size) {
  const ModelCard& card = served.model->card();
  const std::int64_t n_genes = card.any_genes ? 0 : static_cast<std::int64_t>(card.gene_order.size());
  const std::lock_guard lock(reading_);
  if (!queries_->has_place()) return refusal_for_now(429, "too many queries wait already", seconds_until_place);
  const std::size_t memory = queries_->memory_left();
  RequestLimits limits;
  const auto nonzeros = static_cast<std::int64_t>(memory / bytes_a_nonzero);
  if (nonzeros < limits.nonzeros && size * bytes_a_letter > memory && queries_->is_any_open()) {
    return refusal_for_now(503, "the queries that wait hold all the memory there is for them", seconds_until_place);
  }
  limits.nonzeros = std::min(limits.nonzeros, nonzeros);
  try {
    return json(write_submitted(queries_->submit(served, read_request(body, served.task, n_genes, limits))));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    return invalid(error);
  }
}

Reply Endpoints::status(const std::string& id, const std::string& host) const {
  const auto view = queries_->view(id);
  if (!view) {
    return refusal(404, fmt::format("there is no query '{}'; results are kept for {} seconds", printable(id),
                                    options_->limits.results_age.count()));
  }
  QueryStatus status;
  switch (view->state) {
    case Queries::View::State::queued: status.word = "queued"; break;
    case Queries::View::State::running: break;
    case Queries::View::State::ready:
      status.state = QueryStatus::State::ready;
      status.download_url = fmt::format("http://{}/download/{}", host, view->download);
      break;
    case Queries::View::State::failed:
      status.state = QueryStatus::State::failed;
      status.message = view->message;
      break;
  }
  return json(write_status(status));
}

Reply Endpoints::download(const std::string& word) const {
  auto file = queries_->open_result(word);
  if (!file) return refusal(403, "this address has expired, or has never been");
  Reply reply;
  reply.file = std::move(file);
  return reply;
}

Reply Endpoints::page() const { return page_.show(queries_->counts()); }

}  // namespace gemflow::synthesize_api
