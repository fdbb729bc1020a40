// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "synthesize_api/wire/documents.hpp"
#include "synthesize_api/wire/small_json.hpp"

namespace gemflow::synthesize_api {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_plain_bytes = 500;
constexpr std::size_t most_sentence_bytes = 2000;
constexpr std::size_t most_faults = 100;

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? std::string() : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? std::string() : printable(text_of(*found), most_plain_bytes);
}

/// FastAPI's `loc`, ["body", "inputs", 0, "num_samples"], as a path: "inputs[0].num_samples".
std::string path_of(const Json& loc) {
  if (!loc.is_array()) return printable(text_of(loc), most_plain_bytes);
  std::string path;
  for (const Json& step : loc) {
    if (path.empty() && step == "body") continue;
    if (step.is_number()) {
      path += fmt::format("[{}]", text_of(step));
    } else {
      path += (path.empty() ? "" : ".") + text_of(step);
    }
  }
  return printable(path, most_plain_bytes);
}

void add_faults(const Json& list, Refusal& refusal) {
  for (const Json& entry : list) {
    if (refusal.faults.size() == most_faults) return;
    if (!entry.is_object()) {
      refusal.faults.push_back({{}, printable(text_of(entry), most_plain_bytes), {}});
    } else if (entry.contains("loc")) {
      refusal.faults.push_back({path_of(entry["loc"]), text_at(entry, "msg"), text_at(entry, "type")});
    } else {
      refusal.faults.push_back({text_at(entry, "path"), text_at(entry, "message"), text_at(entry, "code")});
    }
  }
}

void read_object(const Json& document, Refusal& refusal) {
  for (const char* key : {"error", "message", "detail"}) {
    const auto found = document.find(key);
    if (found == document.end() || found->is_null()) continue;
    if (found->is_array()) {
      add_faults(*found, refusal);
    } else if (found->is_object()) {  // {"error": {"message": …}}
      if (refusal.message.empty()) read_object(*found, refusal);
    } else if (refusal.message.empty()) {
      refusal.message = printable(text_of(*found), most_sentence_bytes);
    }
  }
  if (const auto errors = document.find("errors"); errors != document.end() && errors->is_array()) {
    add_faults(*errors, refusal);
  }
}

}  // namespace

Refusal read_refusal(std::string_view body) {
  Refusal refusal;
  if (body.size() <= most_document_bytes && !nests_too_deep(body)) {
    const Json document = Json::parse(body, nullptr, false);
    if (document.is_object()) read_object(document, refusal);
  }
  if (refusal.message.empty() && refusal.faults.empty()) refusal.message = printable(trimmed(body), most_plain_bytes);
  return refusal;
}

std::string Refusal::sentence() const {
  std::string all = message;
  for (const FieldFault& fault : faults) {
    if (!all.empty()) all += "; ";
    all += fault.path.empty() ? fault.message : fmt::format("{}: {}", fault.path, fault.message);
  }
  return printable(all, most_sentence_bytes);
}

std::string write_refusal(const Refusal& refusal) {
  Json document = {{"error", refusal.message}};
  for (const FieldFault& fault : refusal.faults) {
    document["errors"].push_back({{"path", fault.path}, {"message", fault.message}, {"code", fault.code}});
  }
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gemflow::synthesize_api
