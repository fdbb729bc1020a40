// SPDX-License-Identifier: Apache-2.0
#include "gemflow/serve.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>

#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/models.hpp"
#include "opening.hpp"
#include "option_values.hpp"

namespace gemflow::cli {
namespace {

struct Alias {
  std::string id;
  std::string ref;  ///< empty: that of --model
};

struct ServeArguments {
  std::optional<std::string> ref;
  std::vector<Alias> aliases;
  ServeOptions serve;
};

void take_alias(std::vector<Alias>& aliases, const std::string& text) {
  const std::size_t cut = text.find('=');
  aliases.push_back({text.substr(0, cut), cut == std::string::npos ? std::string() : text.substr(cut + 1)});
}

void bind_limits(Options& options, ServeLimits& limits) {
  constexpr std::int64_t mib = 1 << 20;
  options.group("Limits");
  options.value({"--max-body", "MB", "the largest query, in MiB (default 64)"},
                [&limits](const std::string& text) { limits.body_bytes = static_cast<std::size_t>(whole_number(text, 1, 1024) * mib); });
  options.value({"--max-queries", "N", "queries that wait or run (default 256)"},
                [&limits](const std::string& text) { limits.queries = static_cast<std::size_t>(whole_number(text, 1, 100'000)); });
  options.value({"--results-ttl", "SECONDS", "how long a result is kept (default 3600)"},
                [&limits](const std::string& text) { limits.results_age = std::chrono::seconds(whole_number(text, 1, 31'536'000)); });
}

void bind_serve(Options& options, ServeArguments& o) {
  options.group("Model");
  options.value({"--model", "REF", "a .gmodel, an installed model (gemflow models), echo (default: the embedded one)"},
                [&](const std::string& text) { o.ref = text; });
  options.repeated({"--as", "ID[=REF]", "serve the model (or REF) under a hosted id: gem-1-sc_predict-metadata"},
                   [&](const std::string& text) { take_alias(o.aliases, text); });
  options.group("Address");
  options.value({"--port", "N", "where to listen (default 0: a free one)"},
                [&](const std::string& text) { o.serve.port = static_cast<std::uint16_t>(whole_number(text, 0, 65535)); });
  options.text({"--host", "ADDRESS", "on which address (default 127.0.0.1: this machine alone)"}, o.serve.host);
  options.repeated({"--allow-host", "NAME", "a name under which clients call, besides addresses and localhost"},
                   [&](const std::string& text) { o.serve.names.push_back(text); });
  options.path({"--token-file", "FILE", "the key that clients bear; made if it is not there (default: a new key, printed)"},
               o.serve.token_file);
  bind_limits(options, o.serve.limits);
}

/// Each model once, however many ids it has.
class OpenModels {
 public:
  explicit OpenModels(Session& session) : session_(&session) {}

  Model& open(const std::optional<std::string>& ref) {
    if (ref) require_here(*ref, "serve");
    auto& model = models_[ref.value_or("default")];
    if (!model) {
      model = open_model(ref.value_or("default"), session_->job);
      tell_model(model->card(), ref.has_value(), *session_);
    }
    return *model;
  }

 private:
  Session* session_;
  std::map<std::string, std::unique_ptr<Model>> models_;
};

std::vector<ServedModel> served_models(const ServeArguments& o, OpenModels& models) {
  if (o.aliases.empty()) return own_ids(models.open(o.ref));
  std::vector<ServedModel> served;
  for (const Alias& alias : o.aliases) {
    served.push_back(stand_in(models.open(alias.ref.empty() ? o.ref : alias.ref), alias.id));
  }
  return served;
}

/// What is typed to use it. The key goes to the terminal alone, never to a log or a summary.
void tell_key(const ServeOptions& serve, const std::string& url, Session& session) {
  const std::string key = serve.token_file.empty() ? serve.token : fmt::format("\"$(cat '{}')\"", serve.token_file.string());
  session.report.clear();
  session.report.voice().write(fmt::format("export SYNTHESIZE_API_BASE_URL={} SYNTHESIZE_API_KEY={}\n", url, key));
}

void tell_models(const std::vector<ServedModel>& models, Session& session) {
  session.result["models"] = Json::array();
  for (const ServedModel& served : models) {
    const std::string& real = served.model->card().id;
    session.result["models"].push_back({{"model_id", served.id}, {"model", real}, {"task", name_of(served.task)}});
    session.report.note(fmt::format("model_id {}: model '{}', {}", served.id, real, name_of(served.task)));
  }
}

void run_serve(const ServeArguments& o, Session& session) {
  check_destinations({}, {o.serve.token_file}, false, session);
  OpenModels models(session);
  ServeOptions serve = o.serve;
  serve.models = served_models(o, models);
  if (serve.token_file.empty()) serve.token = new_token();
  tell_models(serve.models, session);
  if (!is_loopback(serve.host)) {
    session.report.warning(
        "other machines reach this server, and HTTP hides nothing on its way: let a proxy with TLS stand before it");
  }
  const ServeCounts counts = gemflow::serve(serve, session.job, [&](const std::string& url) {
    session.result["url"] = url;
    session.report.note(fmt::format("serving at {} (Ctrl-C ends it)", url));
    tell_key(serve, url, session);
  });
  session.result["n_ready"] = counts.ready;
  session.result["n_failed"] = counts.failed;
  session.result["n_dropped"] = counts.dropped;
  session.result["n_samples"] = counts.samples;
  session.report.note(fmt::format("served: {}, {} failed", counted(counts.ready, "answer"), counts.failed));
  if (counts.dropped > 0) {
    session.report.warning(fmt::format("queries dropped, open when the stop came: {}", counts.dropped));
  }
}

}  // namespace

constinit const Command serve_command{
    .name = "serve",
    .description = "the hosted API in front of a model, for clients that speak it",
    .usage = "[--model REF] [options]",
    .examples = "  gemflow serve --model default --port 8080\n"
                "  gemflow serve --as gem-1-sc --as gem-1-sc_predict-metadata --token-file key\n"
                "  gemflow serve --model echo --as gem-1-bulk_predict-metadata --results-ttl 600\n",
    .reads_counts = true,
    .bind = [](Options& options) { return bound<ServeArguments>(options, bind_serve, run_serve); },
};

}  // namespace gemflow::cli
