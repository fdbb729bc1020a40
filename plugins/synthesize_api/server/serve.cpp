// SPDX-License-Identifier: Apache-2.0
#include "gemflow/serve.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "gemflow/core/error.hpp"
#include "gemflow/models.hpp"
#include "synthesize_api/client/origin.hpp"
#include "synthesize_api/server/endpoints.hpp"
#include "synthesize_api/server/http_server.hpp"
#include "synthesize_api/server/queries.hpp"
#include "synthesize_api/server/secrets.hpp"
#include "synthesize_api/server/spool.hpp"
#include "synthesize_api/wire/metadata_keys.hpp"
#include "synthesize_api/wire/model_id.hpp"

namespace gemflow {
namespace {

using namespace synthesize_api;

constexpr std::chrono::milliseconds look_around{500};

void check(const ServeOptions& options) {
  if (options.models.empty()) throw Error(ErrorKind::usage, "there is no model to serve", "gemflow models lists those at hand");
  std::set<std::string> ids;
  for (const ServedModel& served : options.models) {
    if (!is_id(served.id)) {
      throw Error(ErrorKind::usage, fmt::format("'{}' is no id of a model: at most 64 letters, digits, '.', '_', '-'",
                                                printable(served.id)));
    }
    if (!ids.insert(served.id).second) {
      throw Error(ErrorKind::usage, fmt::format("two models are to be served as '{}'", served.id));
    }
  }
}

/// Other machines may call only where the network is allowed at all.
void allow_others(const std::string& host) {
  try {
    require_network();
  } catch (const Error&) {
    throw Error(ErrorKind::unsupported,
                fmt::format("GEMFLOW_OFFLINE forbids the network, over which '{}' is reached", printable(host)),
                "leave --host out: this machine alone is served then");
  }
}

/// A model's own key as the API says it: clients of the API know no other.
std::string api_key_of(const std::string& key) {
  const std::string longer = key + "_ontology_id";
  const auto keys = metadata_keys();
  return std::any_of(keys.begin(), keys.end(), [&](const MetadataKey& one) { return one.key == longer; }) ? longer : key;
}

std::string example_of(const ServedModel& served, Job& job) {
  auto query = nlohmann::ordered_json::parse(example_query(*served.model, served.task, job));
  for (auto& input : query["inputs"]) {
    if (!input.contains("metadata")) continue;
    auto metadata = nlohmann::ordered_json::object();
    for (const auto& [key, value] : input["metadata"].items()) metadata[api_key_of(key)] = value;
    input["metadata"] = std::move(metadata);
  }
  return query.dump();
}

std::map<std::string, std::string> examples_of(const ServeOptions& options, Job& job) {
  std::map<std::string, std::string> examples;
  for (const ServedModel& served : options.models) {
    examples[served.id] = fmt::format("{{\"example_query\":{}}}", example_of(served, job));
  }
  return examples;
}

/// Why a query failed, for the one who asked. Paths and our own faults are not theirs to know.
std::string reason_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::io) return "the server could not store the result";
    return error.hint().empty() ? error.message() : error.message() + "; " + error.hint();
  } catch (const std::bad_alloc&) {
    return "the server has too little memory for this query; ask in several";
  } catch (...) {
    return "a fault of the server";
  }
}

/// Answers a piece of a query. False: the stop came in the middle of it.
bool answer_piece(OpenQuery& query, Queries& queries, Job& job) {
  const std::int64_t before = query.n_samples();
  try {
    const bool is_more = query.answer_piece(job);
    const std::int64_t n = query.n_samples() - before;
    if (is_more) {
      queries.put_back(n);
    } else {
      queries.finish(n);
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) {
      queries.put_back(0);
      return false;
    }
    queries.fail(reason_of(std::current_exception()));
  } catch (...) {
    queries.fail(reason_of(std::current_exception()));
  }
  return true;
}

}  // namespace

std::vector<ServedModel> own_ids(Model& model) {
  const ModelCard& card = model.card();
  std::vector<ServedModel> ids;
  for (const Task task : {Task::generate, Task::condition, Task::predict_metadata}) {
    if (card.does(task)) ids.push_back({id_for(card.id, task), task, card.modality, &model, false});
  }
  return ids;
}

ServedModel stand_in(Model& model, const std::string& id) {
  const ModelId read = read_model_id(id);
  if (!read.task) {
    throw Error(ErrorKind::usage, fmt::format("'{}' is no id of a hosted model that says its task", printable(id)),
                "such ids are gem-1-sc, gem-1-bulk_reference-conditioning, gem-1-sc_predict-metadata");
  }
  const ModelCard& card = model.card();
  if (!card.does(*read.task)) {
    throw Error(ErrorKind::unsupported,
                fmt::format("model '{}' cannot stand in for '{}': it does not {}", card.id, id, name_of(*read.task)),
                fmt::format("gemflow models {} shows what it does", card.id));
  }
  return {id, *read.task, read.modality, &model, true};
}

ServeCounts serve(const ServeOptions& options, Job& job, const std::function<void(const std::string& url)>& listening) {
  check(options);
  if (!is_loopback(options.host)) allow_others(options.host);
  Token token = token_of(options.token_file, options.token);
  const PrivateFolder folder(job.scratch);
  Queries queries(options.limits, job.memory / 2, folder.path());
  Endpoints endpoints(options, std::move(token), examples_of(options, job), queries, job.stop);
  Listening socket(options.host, options.port);
  const std::string url = socket.url();
  {
    const HttpServer server(socket, options.limits, folder.path(), endpoints);
    listening(url);
    while (!job.stop.stop_requested()) {
      queries.expire(Queries::Clock::now());
      OpenQuery* const query = queries.next(job.stop, look_around);
      if (query != nullptr && !answer_piece(*query, queries, job)) break;
    }
  }
  const QueryCounts counts = queries.counts();
  return {counts.all_ready, counts.all_failed, static_cast<std::int64_t>(counts.queued + counts.running), counts.samples};
}

}  // namespace gemflow
