// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/synthesize_api.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/hosted.hpp"
#include "synthesize_api/digest.hpp"
#include "synthesize_api/hosted/connection.hpp"
#include "synthesize_api/hosted/dry_run.hpp"
#include "synthesize_api/hosted/hosted_model.hpp"
#include "synthesize_api/hosted/metadata_check.hpp"

namespace gemflow {
namespace {

using namespace synthesize_api;

GeneOrders gene_orders_of(const ModelId& id, const std::string& host, const HostedOptions& options) {
  const std::filesystem::path beside_journal = options.journal_stays ? options.journal.parent_path() : std::filesystem::path();
  return {host, id.family, {beside_journal, cache_folder()}};
}

/// What can be said of a model that is not asked anything.
class CardAlone final : public Model {
 public:
  explicit CardAlone(ModelCard card) : card_(std::move(card)) {}
  [[nodiscard]] const ModelCard& card() const noexcept override { return card_; }
  [[nodiscard]] Chunk answer(const Query&, Job&) override {
    throw Error(ErrorKind::internal, "a hosted model was asked that was opened for nothing");
  }

 private:
  ModelCard card_;
};

Vocabulary vocabulary_of(const HostedOptions& options) {
  return options.vocabulary.empty() ? Vocabulary() : read_vocabulary(options.vocabulary);
}

std::unique_ptr<Model> open_card(const ModelId& id, const HostedOptions& options) {
  const std::string host = origin_of(base_url_of(id.family)).text();
  ModelCard card = card_of(id, host, vocabulary_of(options));
  card.gene_order.names = gene_orders_of(id, host, options).find().value_or(options.gene_order);
  return std::make_unique<CardAlone>(std::move(card));
}

std::unique_ptr<Model> open_dry(const ModelId& id, const HostedOptions& options, Job& job) {
  const auto api = connect(options, id.family);
  const Vocabulary vocabulary = vocabulary_of(options);
  Unpaid unpaid = agree_unpaid(*api, id, options, gene_orders_of(id, api->host(), options), job);
  return std::make_unique<DryRun>(card_of(id, api->host(), vocabulary), std::move(unpaid), vocabulary, *job.report);
}

std::unique_ptr<Model> open_hosted(const ModelRequest& request, Job& job) {
  const ModelId id = model_id_of(request);
  const HostedOptions& options = request.hosted;
  if (!request.task) return open_card(id, options);
  if (options.dry_run) return open_dry(id, options, job);
  auto api = connect(options, id.family);
  const GeneOrders gene_orders = gene_orders_of(id, api->host(), options);
  Vocabulary vocabulary = vocabulary_of(options);  // before a journal is made, which would stay behind
  auto journal = open_journal(options, id, base_url_of(id.family), job);
  return std::make_unique<HostedModel>(
      HostedModel::Parts{id, options, std::move(api), std::move(journal), gene_orders, std::move(vocabulary)}, job);
}

std::vector<ModelListing> list_families() {
  return {{"synthesize:gem-1-bulk", "GEM-1 for bulk samples, hosted by Synthesize Bio; needs a key"},
          {"synthesize:gem-1-sc", "GEM-1 for single cells, hosted by Synthesize Bio; needs a key"}};
}

}  // namespace

constinit const Plugin synthesize_api_plugin{"synthesize_api", "hosted models over their HTTP API: synthesize:<family or id>",
                                             is_hosted, open_hosted, list_families};

bool is_hosted(std::string_view ref) noexcept { return ref.starts_with(scheme); }

std::vector<ModelListing> hosted_models(const HostedOptions& options, Job& job) {
  std::vector<ModelListing> models;
  for (const ListedModel& one : connect(options, {})->models(job)) {
    models.push_back({fmt::format("{}{}", scheme, printable(one.id)), printable(one.json, 400)});
  }
  return models;
}

void check_hosted_metadata(const std::vector<Metadata>& conditions, Task task, const ModelCard& card) {
  Vocabulary vocabulary;
  for (const Field& field : card.fields) {
    if (!field.values.empty()) vocabulary.emplace(field.key, field.values);
  }
  check_metadata(conditions, task, vocabulary, silence());
}

std::string hosted_example_query(const ModelRequest& request, Job& job) {
  const ModelId id = model_id_of(request);
  return connect(request.hosted, id.family)->example_query_text(id.text, job);
}

void end_run(Model& model) {
  if (auto* hosted = dynamic_cast<HostedModel*>(&model)) hosted->end_run();
}

std::optional<DryRunTally> tally_of(const Model& model) {
  const auto* dry = dynamic_cast<const DryRun*>(&model);
  return dry == nullptr ? std::nullopt : std::optional(dry->tally());
}

std::string name_of_run(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += fmt::format("{}:{}", word.size(), word);
  return sha256_hex({all}).substr(0, 16);
}

}  // namespace gemflow
