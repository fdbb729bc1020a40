// SPDX-License-Identifier: Apache-2.0
#include "gene_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "card_text.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/models.hpp"
#include "opening.hpp"

namespace gemflow::cli {
namespace {

bool is_model(const std::string& ref) {
  return std::any_of(plugins().begin(), plugins().end(), [&](const Plugin* plugin) { return plugin->recognises(ref); });
}

bool is_list(const std::filesystem::path& path, Job& job) {
  if (!std::filesystem::is_regular_file(path)) return false;
  try {
    return inspect(path, job).matrices.empty();
  } catch (const Error& error) {
    return error.kind() == ErrorKind::input || error.kind() == ErrorKind::unsupported;
  }
}

}  // namespace

GeneOrder read_gene_order(const std::string& ref, Job& job) {
  if (!std::filesystem::exists(ref) || is_model(ref)) {
    const auto model = open_model(ref, job);
    const ModelCard& card = model->card();
    require_gene_order(card);
    return {card.gene_order, card.mean_expression, fmt::format("model '{}'", card.id)};
  }
  const std::string what = fmt::format("'{}'", file_name(ref));
  if (is_list(ref, job)) return {{read_gene_list(ref, job), {}, {}}, {}, what};
  OpenOptions options;
  options.automatic = AutoMatrix::first;
  Genes genes = open(ref, options, job)->genes();
  genes.source.clear();
  return {std::move(genes), {}, what};
}

}  // namespace gemflow::cli
