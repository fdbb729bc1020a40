// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "synthesize_api/wire/request.hpp"

namespace gemflow::synthesize_api {

// The small documents of the API: what the client reads and the server writes. Readers throw Error(model), whose message begins
// with what the document is ("the list of models is no JSON: '<html>…'"); text in it is printable. Depth is at most 64, size 4 MiB.

/// A model as `GET /api/models` lists it.
struct ListedModel {
  std::string id;
  std::string json;  ///< the whole element as JSON text; empty where the list has only names
};
/// Takes {"models": […]} and […], of texts or of objects with model_id, id, slug or name.
[[nodiscard]] std::vector<ListedModel> read_models(std::string_view body);
/// {"models":[{"model_id":…}]}; an element's own `json`, where there is one, is written as it is.
[[nodiscard]] std::string write_models(std::span<const ListedModel> models);

/// What an example query tells of the server's spelling. Bare or below "example_query".
struct ExampleQuery {
  Spelling spelling;
  bool says_sampling = false;    ///< has "sampling_strategy" or "mode" at all
  std::string sampling;          ///< its value: "mean estimation"
  std::int64_t n_inputs = 0;
  std::int64_t n_genes = 0;      ///< length of the first input's counts; 0: it has none
  std::vector<std::string> keys; ///< of the query, in order
};
/// Any size: numbers are counted, not kept.
[[nodiscard]] ExampleQuery read_example_query(std::string_view body);

/// The `modelQueryId` of an accepted query, text or number, trimmed.
[[nodiscard]] std::string read_submitted(std::string_view body);
[[nodiscard]] std::string write_submitted(std::string_view query_id);

/// How far a query is.
struct QueryStatus {
  enum class State { running, ready, failed };
  State state = State::running;
  std::string word;          ///< the server's own: "queued"; written as it is, or the state's usual one where it is empty
  std::string download_url;  ///< ready
  std::string message;       ///< failed: without the traceback; else what `errorUrl` says
};
/// Words that nobody knows mean "in progress". Errors: model, also for a `ready` without a `downloadUrl`.
[[nodiscard]] QueryStatus read_status(std::string_view body);
[[nodiscard]] std::string write_status(const QueryStatus& status);

/// One entry of a refusal's `errors`.
struct FieldFault {
  std::string path;  ///< "inputs.items[1].metadata.age_years"; empty: the whole request
  std::string message;
  std::string code;
};
/// What a server says when it refuses.
struct Refusal {
  std::string message;
  std::vector<FieldFault> faults;

  /// "message; path: fault; path: fault", printable, at most about 2 KB.
  [[nodiscard]] std::string sentence() const;
};
/// Any body: {"error","errors"}, `message`, `detail` (text, or FastAPI's list), HTML, text, nothing. Never throws.
[[nodiscard]] Refusal read_refusal(std::string_view body);
/// {"error":…,"errors":[{"path","message","code"}]}, `errors` only where there are some.
[[nodiscard]] std::string write_refusal(const Refusal& refusal);

}  // namespace gemflow::synthesize_api
