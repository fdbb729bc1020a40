// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/connection.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/version.hpp"

namespace gemflow::synthesize_api {
namespace {

std::filesystem::path temporary_journal(const Job& job) {
  std::string pattern = ((job.scratch.empty() ? std::filesystem::temp_directory_path() : job.scratch) / "gemflow-journal-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw Error(ErrorKind::io, fmt::format("no folder for a journal can be made as '{}'", pattern));
  }
  return pattern;
}

}  // namespace

std::string_view without_scheme(std::string_view ref) noexcept {
  if (ref.starts_with(scheme)) ref.remove_prefix(scheme.size());
  return ref;
}

ModelId model_id_of(const ModelRequest& request) {
  const std::string_view name = without_scheme(request.ref);
  if (name.empty()) {
    throw Error(ErrorKind::usage, fmt::format("'{}' names no hosted model", printable(request.ref)), "--model synthesize:gem-1-sc");
  }
  if (!is_id(name)) {
    throw Error(ErrorKind::usage, fmt::format("'{}' is no id of a model: at most 64 letters, digits, '.', '_', '-'", printable(name)),
                "--model synthesize:gem-1-sc");
  }
  ModelId id = read_model_id(name);
  if (!request.task) return id;
  if (id.text == id.family) return read_model_id(id_for(id.family, *request.task));
  if (id.task == request.task) return id;
  throw Error(ErrorKind::unsupported,
              fmt::format("hosted model '{}' does not answer {}", printable(id.text), name_of(*request.task)),
              fmt::format("--model synthesize:{} lets the command choose", id.family));
}

std::unique_ptr<ApiCalls> connect(const HostedOptions& options, std::string_view family) {
  require_network();
  ApiSettings settings;
  settings.base_url = base_url_of(family);
  const bool is_here = origin_of(settings.base_url).is_loopback();
  settings.token = is_here ? Token::read_if_any(options.token_file) : Token::read(options.token_file);
  settings.http.ca_bundle = options.ca_bundle;
  settings.poll.limit_seconds = options.poll_limit_seconds;
  return std::make_unique<ApiCalls>(std::move(settings));
}

std::unique_ptr<Journal> open_journal(const HostedOptions& options, const ModelId& id, const std::string& base_url, Job& job) {
  JournalStart start;
  start.command = options.command;
  start.working_folder = std::filesystem::current_path().string();
  start.base_url = base_url;
  start.model = id.text;
  start.version = version;
  return Journal::open(options.journal.empty() ? temporary_journal(job) : options.journal, start, job);
}

}  // namespace gemflow::synthesize_api
