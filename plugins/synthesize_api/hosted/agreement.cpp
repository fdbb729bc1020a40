// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/agreement.hpp"

#include <cassert>
#include <charconv>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "synthesize_api/hosted/one_learner.hpp"
#include "synthesize_api/wire/reply.hpp"

namespace gemflow::synthesize_api {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Spelling& spelling) {
  return fmt::format("{}{}{}", spelling.says_mode ? "mode," : "", spelling.nested_counts ? "nested," : "", spelling.modality);
}

Spelling spelling_in(std::string_view text) {
  Spelling spelling;
  const auto take = [&text](std::string_view word) {
    const bool is_there = text.starts_with(word);
    if (is_there) text.remove_prefix(word.size());
    return is_there;
  };
  spelling.says_mode = take("mode,");
  spelling.nested_counts = take("nested,");
  spelling.modality = text;
  return spelling;
}

constexpr std::string_view genes_from_file = "--gene-order names a file that holds them";

/// The example query, its wrapping taken off. Errors: model (no JSON, nested too deep, no inputs).
Json query_in(const std::string& example) {
  try {
    static_cast<void>(read_example_query(example));
  } catch (const Error& error) {
    throw Error(error.kind(), error.message(), std::string(genes_from_file));
  }
  Json query = Json::parse(example);
  if (query.contains("example_query")) query = query["example_query"];
  const bool has_inputs = query.contains("inputs") && query["inputs"].is_array() && !query["inputs"].empty();
  if (has_inputs && query["inputs"][0].is_object()) return query;
  throw Error(ErrorKind::model, "the model's example query has no inputs to learn its genes from", std::string(genes_from_file));
}

/// The smallest query that still is answered with a gene_order: the example's first input, one sample of it.
std::string small_query(const std::string& example) {
  Json query = query_in(example);
  Json input = query["inputs"][0];
  if (input.contains("num_samples")) input["num_samples"] = 1;
  query["inputs"] = Json::array({std::move(input)});
  query["seed"] = 0;
  query["source"] = "gemflow";
  return query.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Asks one sample of `id`, and takes the genes from the reply; empty where it names none.
std::vector<std::string> learn_from(const ModelId& id, HostedModel::Parts& parts, Exchange& exchange, Job& job) {
  const std::string example = parts.api->example_query_text(id.text, job);
  job.report->note(fmt::format("the genes of '{}' are not known here yet: one sample of '{}' is asked for, which is charged like any other",
                               parts.id.text, id.text));
  Body body{id.text, small_query(example), "gene_order", 0, 1, "gene_order", {}};
  const auto reply = exchange.ask(body, job);
  assert(reply);  // one sample is not cut in two
  ReplyWanted wanted;
  wanted.task = id.task.value_or(Task::generate);
  wanted.n_outputs = 1;
  return read_reply(*reply, wanted).gene_order;
}

/// First of the family's open model; where the account has none of it, of the model itself. Kept for other runs.
std::vector<std::string> learn_gene_order(HostedModel::Parts& parts, Exchange& exchange, Job& job) {
  const ModelId baseline = read_model_id(id_for(parts.id.family, Task::generate));
  const std::vector<ListedModel> listed = parts.api->models(job);
  const bool has_baseline = std::any_of(listed.begin(), listed.end(), [&](const ListedModel& one) { return one.id == baseline.text; });
  std::vector<std::string> genes = learn_from(has_baseline ? baseline : parts.id, parts, exchange, job);
  if (!genes_in(lines_of(genes))) {
    throw Error(ErrorKind::model, fmt::format("the answer of '{}' names no genes that can be used", has_baseline ? baseline.text : parts.id.text),
                std::string(genes_from_file));
  }
  parts.gene_orders.keep(genes);
  return genes;
}

void require_length(const std::vector<std::string>& genes, std::int64_t n_genes, const std::string& id) {
  if (n_genes == 0 || genes.empty() || static_cast<std::int64_t>(genes.size()) == n_genes) return;
  throw Error(ErrorKind::model,
              fmt::format("'{}' takes {} counts a sample, and the gene_order at hand has {} genes", id, n_genes, genes.size()),
              "--gene-order with a file of this model's genes");
}

/// Known without a charged call, else empty. `n_genes`: what the model takes, if that is known: kept genes of another number are
/// an older model's.
std::vector<std::string> genes_at_hand(const HostedOptions& options, const GeneOrders& kept, std::int64_t n_genes) {
  if (!options.gene_order.empty()) return options.gene_order;
  std::vector<std::string> genes = kept.find().value_or(std::vector<std::string>());
  if (n_genes == 0 || genes.empty() || static_cast<std::int64_t>(genes.size()) == n_genes) return genes;
  kept.forget(genes);
  return {};
}

/// Paid for by one of several runs at once.
std::vector<std::string> learn_once(HostedModel::Parts& parts, std::int64_t n_genes, Exchange& exchange, Job& job) {
  std::vector<std::string> genes;
  const auto is_known = [&] { return !(genes = genes_at_hand(parts.options, parts.gene_orders, n_genes)).empty(); };
  const OneLearner learner(parts.gene_orders.lock_folders(), is_known, job);
  return is_known() ? genes : learn_gene_order(parts, exchange, job);
}

constexpr std::string_view no_genes_yet = "-";

/// A number that all runs of a journal go by.
std::int64_t settled_number(Journal& journal, std::string_view name, std::int64_t fresh) {
  const std::string text = journal.settle(name, std::to_string(fresh));
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault == std::errc() && end == text.data() + text.size() && number > 0) return number;
  throw Error(ErrorKind::input, fmt::format("reading the journal '{}': '{}' is no number of {}", journal.folder().string(), printable(text), name),
              "another --journal begins anew");
}

}  // namespace

Agreed agree(HostedModel::Parts& parts, Exchange& exchange, Job& job) {
  Journal& journal = *parts.journal;
  Agreed agreed;
  const Task task = parts.id.task.value_or(Task::generate);
  std::int64_t n_genes = 0;
  if (const auto known = journal.settled("spelling")) {
    agreed.spelling = spelling_in(*known);
  } else {
    const ExampleQuery example = parts.api->example_query(parts.id.text, job);
    agreed.spelling = spelling_in(journal.settle("spelling", text_of(example.spelling)));
    n_genes = example.n_genes;
  }
  if (const auto known = journal.settled("gene_order")) {
    agreed.gene_order = genes_in(*known).value_or(std::vector<std::string>());
  } else {
    agreed.gene_order = genes_at_hand(parts.options, parts.gene_orders, n_genes);
    if (agreed.gene_order.empty() && task != Task::generate) agreed.gene_order = learn_once(parts, n_genes, exchange, job);
    require_length(agreed.gene_order, n_genes, parts.id.text);
    journal.settle("gene_order", agreed.gene_order.empty() ? std::string(no_genes_yet) : lines_of(agreed.gene_order));
  }
  const Limit fresh = limit_for(task, agreed.gene_order.size());
  agreed.limit.cells = settled_number(journal, "cells a batch", fresh.cells);
  agreed.limit.nonzeros = settled_number(journal, "non-zeros a batch", fresh.nonzeros);
  return agreed;
}

RequestText request_text(const Spelling& spelling, std::int64_t n_genes, std::uint64_t seed) {
  return {n_genes, seed, spelling, {{"source", "\"gemflow\""}}};
}

Unpaid agree_unpaid(ApiCalls& api, const ModelId& id, const HostedOptions& options, const GeneOrders& kept, Job& job) {
  const ExampleQuery example = api.example_query(id.text, job);
  Unpaid unpaid;
  unpaid.agreed.spelling = example.spelling;
  unpaid.agreed.gene_order = genes_at_hand(options, kept, example.n_genes);
  require_length(unpaid.agreed.gene_order, example.n_genes, id.text);
  unpaid.n_genes = unpaid.agreed.gene_order.empty() ? example.n_genes : static_cast<std::int64_t>(unpaid.agreed.gene_order.size());
  unpaid.agreed.limit = limit_for(id.task.value_or(Task::generate), static_cast<std::size_t>(unpaid.n_genes));
  return unpaid;
}

}  // namespace gemflow::synthesize_api
