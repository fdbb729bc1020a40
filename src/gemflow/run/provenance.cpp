// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/provenance.hpp"

#include <array>

#include "gemflow/core/version.hpp"

namespace gemflow {
namespace {

std::string_view name_of(OutputCounts counts) noexcept {
  constexpr std::array<std::string_view, 3> names{"rounded", "unbiased", "expected"};
  return names[static_cast<std::size_t>(counts)];
}

}  // namespace

std::string_view name_of(RoundInput round) noexcept {
  constexpr std::array<std::string_view, 3> names{"error", "nearest", "stochastic"};
  return names[static_cast<std::size_t>(round)];
}

std::string_view name_of(Duplicates duplicates) noexcept {
  constexpr std::array<std::string_view, 3> names{"error", "sum", "first"};
  return names[static_cast<std::size_t>(duplicates)];
}

Provenance begin_provenance(std::string command, const ModelCard& card, const RunOptions& options) {
  Provenance provenance{std::move(command), {}};
  provenance.add("gemflow_version", std::string(version));
  provenance.add("model", card.id);
  provenance.add("model_version", card.version);
  provenance.add("model_checksum", card.checksum);
  provenance.add("model_licence", card.licence);
  provenance.add("model_trained_on", card.trained_on);
  provenance.add("seed", std::to_string(options.query.seed));
  if (!options.inputs.empty()) provenance.add("inputs", options.inputs);
  return provenance;
}

void add_genes(Provenance& provenance, const GeneMap& map, const Reader& in, const RunOptions& options) {
  const GeneMatch& match = map.match();
  provenance.add("matrix", in.matrix());
  provenance.add("round_input", std::string(name_of(options.round_input)));
  provenance.add("genes_by", match.by);
  if (!match.column.empty()) provenance.add("genes_column", match.column);
  provenance.add("genes_in_model", match.n_model);
  provenance.add("genes_found", match.n_found);
  if (match.share_of_expression) provenance.add("mean_expression_found", *match.share_of_expression);
}

void tell_genes(const GeneMap& map, Report& report) {
  report.note(map.line());
  for (const std::string& warning : map.warnings()) report.warning(warning);
}

void add_query(Provenance& provenance, const QueryOptions& options) {
  provenance.add("sampling_strategy", std::string(options.sampling == Sampling::mean ? "mean" : "sample"));
  if (options.total_count) provenance.add("total_count", *options.total_count);
  provenance.add("fixed_total_count", options.fixed_total_count);
  provenance.add("deterministic_latents", options.deterministic_latents);
  provenance.add("conditioning", options.conditioning);
  provenance.add("output_counts", std::string(name_of(options.output_counts)));
  provenance.add("allow_unseen", options.allow_unseen);
}

void add_conditions(Provenance& provenance, const std::vector<Condition>& conditions) {
  if (conditions.size() != 1) {
    provenance.add("n_conditions", static_cast<std::int64_t>(conditions.size()));
    return;
  }
  for (const auto& [key, value] : conditions.front().metadata.entries()) provenance.add("metadata/" + key, value);
}

CountsCheckOptions check_options(const Reader& in, const RunOptions& options) {
  CountsCheckOptions check;
  if (options.inputs.size() == 1) check.file = options.inputs.front();
  check.matrix = in.matrix();
  check.round = options.round_input;
  check.seed = options.query.seed;
  check.find_raw_counts = options.find_raw_counts;
  if (options.may_be_rounded) check.may_be_rounded = [ask = options.may_be_rounded, matrix = check.matrix] { return ask(matrix); };
  return check;
}

}  // namespace gemflow
