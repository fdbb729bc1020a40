// SPDX-License-Identifier: Apache-2.0
#include "card_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"
#include "text_table.hpp"

namespace gemflow::cli {
namespace {

std::vector<std::string> tasks_of(const ModelCard& card) {
  std::vector<std::string> names;
  for (const Task task : card.tasks) names.emplace_back(name_of(task));
  return names;
}

std::string values_text(const Field& field) {
  const auto& shown = field.names.empty() ? field.values : field.names;
  return shown.empty() ? "not listed" : fmt::format("{}: {}", shown.size(), quoted_names(shown, 4));
}

std::string fields_table(const ModelCard& card) {
  TextTable table({"metadata", "group", "predicted", "values"});
  for (const Field& field : card.fields) {
    table.row({field.key, field.group, field.predicted ? "yes" : "-", values_text(field)});
  }
  return table.text();
}

}  // namespace

std::string text_of(const ModelCard& card) {
  const bool is_learnt_later = !card.host.empty() && card.gene_order.names.empty();
  const std::string genes = is_learnt_later ? "learnt with the first answer" : card.any_genes ? "any" : std::to_string(card.gene_order.size());
  std::string text = card.version.empty() ? card.id + '\n' : fmt::format("{} {}\n", card.id, card.version);
  const auto line = [&](std::string_view what, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<13}{}\n", what, value);
  };
  line("trained on", card.trained_on);
  line("licence", card.licence);
  line("modality", std::string(name_of(card.modality)));
  line("genes", genes);
  line("tasks", fmt::format("{}", fmt::join(tasks_of(card), ", ")));
  line("latents", fmt::format("{}", fmt::join(card.latent_groups, ", ")));
  line("checksum", card.checksum);
  return card.fields.empty() ? text : text + '\n' + fields_table(card);
}

Json json_of(const ModelCard& card) {
  Json fields = Json::array();
  for (const Field& field : card.fields) {
    fields.push_back({{"key", field.key},
                      {"group", field.group},
                      {"predicted", field.predicted},
                      {"n_values", field.values.size()}});
  }
  return {{"id", card.id},
          {"version", card.version},
          {"checksum", card.checksum},
          {"modality", name_of(card.modality)},
          {"any_genes", card.any_genes},
          {"n_genes", card.gene_order.size()},
          {"tasks", tasks_of(card)},
          {"latent_groups", card.latent_groups},
          {"licence", card.licence},
          {"trained_on", card.trained_on},
          {"fields", std::move(fields)}};
}

const Field& field_of(const ModelCard& card, const std::string& key) {
  if (const Field* field = card.find_field(key)) return *field;
  std::vector<std::string> known;
  for (const Field& field : card.fields) known.push_back(field.key);
  throw Error(ErrorKind::usage, fmt::format("model '{}' has no metadata key '{}'", card.id, printable(key)),
              did_you_mean(key, known));
}

void require_gene_order(const ModelCard& card) {
  if (card.gene_order.names.empty() && !card.host.empty()) {
    throw Error(ErrorKind::unsupported, fmt::format("the genes of '{}' are not known here yet", card.id),
                "they are learnt, and kept, with the first answer that is charged");
  }
  if (!card.any_genes) return;
  throw Error(ErrorKind::unsupported, fmt::format("model '{}' takes any genes and has no gene_order of its own", card.id));
}

bool is_restrictive(const std::string& licence) {
  std::string upper = licence;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  const auto holds = [&](std::string_view part) { return upper.find(part) != std::string::npos; };
  return holds("-NC") || holds("NONCOMMERCIAL") || holds("NON-COMMERCIAL") || holds("GPL") || holds("-SA");
}

}  // namespace gemflow::cli
