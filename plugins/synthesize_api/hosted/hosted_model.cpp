// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/hosted_model.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/slice.hpp"
#include "synthesize_api/hosted/agreement.hpp"
#include "synthesize_api/hosted/metadata_check.hpp"
#include "synthesize_api/hosted/trouble.hpp"
#include "synthesize_api/wire/reply.hpp"

namespace gemflow::synthesize_api {
namespace {

/// A body of about this size passes every gateway that is known; a larger one is cut in two when the server says so.
constexpr std::int64_t wanted_body = 4'000'000;
/// Samples that one reply may hold: a bulk sample is about 160 kB of it.
constexpr std::int64_t most_samples = 100;
/// What a batch in flight may hold: its cells, its body, its answer.
constexpr std::size_t bytes_in_flight = std::size_t{64} << 20;

int in_flight(const HostedOptions& options, std::size_t memory) noexcept {
  const auto by_memory = static_cast<int>(std::min<std::size_t>(memory / bytes_in_flight, 64));
  return std::clamp(options.max_in_flight, 1, std::max(by_memory, 1));
}

/// What the service cannot be told; each is said once, before anything is sent.
void tell_of_ignored(const QueryOptions& options, Report& report) {
  if (options.output_counts != OutputCounts::rounded) report.warning("a hosted model rounds its counts itself: --output-counts is not sent");
  if (options.sample_latents) report.warning("a hosted model chooses its latents itself: --sample-latents is not sent");
  if (options.allow_unseen) report.warning("a hosted model decides itself which values it takes: --allow-unseen is not sent");
}

/// Rows that nobody was asked for hold no counts.
Chunk no_counts(std::int64_t n_rows) {
  Chunk none;
  none.counts.append_empty(n_rows);
  return none;
}

}  // namespace

Limit limit_for(Task task, std::size_t n_genes) noexcept {
  Limit limit;
  limit.cells = most_samples;
  if (task == Task::generate || n_genes == 0) return limit;
  // A zero is two bytes, and each non-zero count some three more: both together stay near the wanted size.
  const auto by_zeros = wanted_body * 7 / 10 / (2 * static_cast<std::int64_t>(n_genes));
  limit.cells = std::clamp<std::int64_t>(by_zeros, 1, most_samples);
  limit.nonzeros = wanted_body / 5;
  return limit;
}

ModelCard card_of(const ModelId& id, const std::string& host, const Vocabulary& vocabulary) {
  ModelCard card;
  card.id = id.text;
  card.modality = id.modality;
  if (id.task) card.tasks = {*id.task};
  card.fields = fields_of(vocabulary);
  card.latent_groups = {"biological", "technical", "perturbation"};
  card.host = host;
  card.trained_on = "what its makers say of it; it is asked over the network";
  return card;
}

HostedModel::HostedModel(Parts parts, Job& job)
    : parts_(std::move(parts)), exchange_(*parts_.api, *parts_.journal, parts_.options.on_unknown) {
  try {
    agreed_ = agree(parts_, exchange_, job);
  } catch (const Error& error) {
    throw with_way_on(error, *parts_.api, *parts_.journal, parts_.options.journal_stays);
  }
  card_ = card_of(parts_.id, parts_.api->host(), parts_.vocabulary);
  card_.gene_order.names = agreed_.gene_order;
  card_.limit = agreed_.limit;
  card_.max_in_flight = in_flight(parts_.options, job.memory);
}

Chunk HostedModel::answer(const Query& query, Job& job) {
  job.check_stop();
  if (!card_.does(query.task)) {
    throw Error(ErrorKind::unsupported, fmt::format("hosted model '{}' does not answer {}", card_.id, name_of(query.task)));
  }
  try {
    check_once(query, job);
    return answer_parts(query, job);
  } catch (const Error& error) {
    throw with_way_on(error, *parts_.api, *parts_.journal, parts_.options.journal_stays);
  }
}

Chunk HostedModel::answer_parts(const Query& query, Job& job) {
  const std::int64_t n_rows = query.task == Task::predict_metadata ? query.counts.n_cells()
                                                                   : static_cast<std::int64_t>(query.samples.size());
  Chunk whole;
  std::vector<std::int64_t> rows;
  for (const Part& part : parts_of(query)) {
    append(whole, ask(part, {}, job));
    rows.insert(rows.end(), part.rows.begin(), part.rows.end());
  }
  return rows.empty() ? no_counts(n_rows) : spread(std::move(whole), rows, n_rows);
}

Chunk HostedModel::ask(const Part& part, const std::string& parent, Job& job) {
  job.check_stop();
  TextSink text;
  const auto n_genes = static_cast<std::int64_t>(agreed_.gene_order.size());
  write_request(part.query, request_text(agreed_.spelling, n_genes, part.seed), text);
  const Body body{parts_.id.text, std::move(text.text), fmt::format("{}.{}", part.position, part.replicate),
                  part.position, part.n_outputs(), "batch", parent};
  const auto reply = exchange_.ask(body, job);
  if (!reply) {
    const auto [left, right] = halves_of(part);
    Chunk both = ask(left, body.key(), job);
    append(both, ask(right, body.key(), job));
    return both;
  }
  ReplyWanted wanted;
  wanted.task = part.query.task;
  wanted.n_outputs = part.n_outputs();
  wanted.gene_order = agreed_.gene_order.empty() ? nullptr : &agreed_.gene_order;
  wanted.probabilities = part.query.options.probabilities;
  wanted.decoder_sample = part.query.options.decoder_sample;
  WireReply read = read_answer(*reply, wanted, body);
  note_reply(read.model_version, read.gene_order, job);
  // What the API tells of a synthetic cell beside its counts, a local model does not: files of both look alike.
  if (part.query.task != Task::predict_metadata) read.answer.obsm.clear();
  shapes_[(wanted.probabilities ? 2U : 0U) + (wanted.decoder_sample ? 1U : 0U)].fit(read.answer);
  return std::move(read.answer);
}

WireReply HostedModel::read_answer(ByteSource& reply, const ReplyWanted& wanted, const Body& body) const {
  const std::string doing = fmt::format("reading the answer to the batch of {} from {} on", body.n, body.first);
  try {
    return read_reply(reply, wanted);
  } catch (const OtherGenes& error) {
    parts_.gene_orders.forget();
    const bool is_given = !parts_.options.gene_order.empty();
    throw Error(error.kind(), fmt::format("{}: {}", doing, error.message()),
                is_given ? "--gene-order with a file of this model's genes" : "the model has other genes by now: a new --journal learns them");
  } catch (Error& error) {
    error.within(doing);
    throw;
  }
}

void HostedModel::check_once(const Query& query, Job& job) {
  const std::scoped_lock lock(mutex_);
  if (is_checked_) return;
  check_metadata(query.conditions, query.task, parts_.vocabulary, *job.report);
  tell_of_ignored(query.options, *job.report);
  is_checked_ = true;
}

void HostedModel::note_reply(const std::string& model_version, const std::vector<std::string>& gene_order, Job& job) {
  const std::scoped_lock lock(mutex_);
  if (card_.version.empty()) card_.version = model_version;
  if (!model_version.empty() && model_version != card_.version) {
    job.report->warning(fmt::format("model '{}' changed from version {} to {} under way", card_.id, card_.version, printable(model_version)));
  }
  if (card_.gene_order.names.empty()) {
    card_.gene_order.names = gene_order;
    parts_.gene_orders.keep(gene_order);
  }
}

}  // namespace gemflow::synthesize_api
