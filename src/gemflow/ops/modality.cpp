// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/modality.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "gemflow/core/error.hpp"
#include "gemflow/ops/numbers.hpp"

namespace gemflow {
namespace {

constexpr std::int64_t fewest_genes = 1000;  ///< narrower panels are not judged

struct Depth {
  double detected = 0;         ///< median number of genes with a count
  double counts_per_gene = 0;  ///< median counts in each of them
};

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::optional<Depth> depth_of(const CountChunk& counts) {
  std::vector<double> detected;
  std::vector<double> counts_per_gene;
  for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) {
    const auto n = static_cast<double>(counts.cell(cell).genes.size());
    if (n == 0) continue;
    detected.push_back(n);
    counts_per_gene.push_back(counts.total(cell) / n);
  }
  if (detected.empty()) return std::nullopt;
  return Depth{median(detected), median(counts_per_gene)};
}

std::optional<Modality> modality_of(const Depth& depth, std::int64_t n_genes) {
  if (n_genes < fewest_genes) return std::nullopt;
  const bool most_genes = depth.detected > 0.5 * static_cast<double>(n_genes) || depth.detected > 11'000;
  if (most_genes && depth.counts_per_gene > 20) return Modality::bulk;
  if (!most_genes && depth.counts_per_gene < 10) return Modality::single_cell;
  return std::nullopt;
}

/// What can be typed instead. A hosted family says in one of its parts what it knows: "gem-1-bulk", "gem-1-sc".
std::string hint_for(const ModelCard& card, Modality seen) {
  if (card.host.empty()) return "gemflow train --modality " + std::string(name_of(seen)) + " makes a model of such data";
  const std::string_view here = seen == Modality::bulk ? "-sc" : "-bulk";
  const std::string_view there = seen == Modality::bulk ? "-bulk" : "-sc";
  std::string family = card.id.substr(0, card.id.find('_'));  // the command picks the task
  const std::size_t at = family.rfind(here);
  const bool is_part = at != std::string::npos && (at + here.size() == family.size() || family[at + here.size()] == '-');
  if (!is_part) return "gemflow models synthesize: lists the models of this account";
  family.replace(at, here.size(), there);
  return "--model synthesize:" + family;
}

}  // namespace

std::optional<Modality> modality_of(const CountChunk& counts, std::int64_t n_genes) {
  const std::optional<Depth> depth = depth_of(counts);
  return depth ? modality_of(*depth, n_genes) : std::nullopt;
}

void ModalityCheck::look(const CountChunk& counts) {
  if (const std::optional<Error> error = refusal(counts)) throw *error;
}

std::optional<Error> ModalityCheck::refusal(const CountChunk& counts) {
  if (judged_ || card_->any_genes) return std::nullopt;
  const std::optional<Depth> depth = depth_of(counts);
  if (!depth) return std::nullopt;
  judged_ = true;
  const std::optional<Modality> seen = modality_of(*depth, n_genes_);
  if (!seen || *seen == card_->modality) return std::nullopt;
  const bool bulk = *seen == Modality::bulk;
  return Error(ErrorKind::unsupported,
               "model '" + card_->id + "' knows " + (bulk ? "single cells" : "bulk samples") + ", and these look like " +
                   (bulk ? "bulk samples" : "single cells") + ": " +
                   with_commas(static_cast<std::int64_t>(depth->detected)) + " genes detected in the median, with " +
                   with_commas(static_cast<std::int64_t>(depth->counts_per_gene)) + " counts each",
               hint_for(*card_, *seen));
}

}  // namespace gemflow
