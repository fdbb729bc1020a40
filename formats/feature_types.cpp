// SPDX-License-Identifier: Apache-2.0
#include "feature_types.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"

namespace gemflow {
namespace {

bool is_gene_expression(std::string_view type) noexcept {
  constexpr std::string_view expected = "gene expression";
  return std::equal(type.begin(), type.end(), expected.begin(), expected.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

/// "3 'Antibody Capture', 2 'Custom'", without the genes.
std::string others(const std::map<std::string, std::int64_t>& n_of_type) {
  std::vector<std::string> parts;
  for (const auto& [type, n] : n_of_type) {
    if (!is_gene_expression(type)) parts.push_back(fmt::format("{} '{}'", n, printable(type)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

KeptFeatures keep_genes(std::span<const std::string> types, const std::filesystem::path& path, Report& report) {
  std::map<std::string, std::int64_t> n_of_type;
  for (const std::string& type : types) ++n_of_type[type];
  KeptFeatures features;
  features.n_kept = static_cast<std::int64_t>(types.size());
  if (others(n_of_type).empty()) return features;
  if (n_of_type.size() == 1) {
    report.warning(fmt::format("the features of '{}' are no genes: {}", path.string(), others(n_of_type)));
    return features;
  }
  features.n_kept = 0;
  for (const std::string& type : types) {
    features.places.push_back(is_gene_expression(type) ? static_cast<std::int32_t>(features.n_kept++) : -1);
  }
  if (features.n_kept == 0) {
    throw Error(ErrorKind::input, fmt::format("reading '{}': none of its features is of type 'Gene Expression': {}",
                                              path.string(), others(n_of_type)));
  }
  report.note(fmt::format("'{}': {} features that are no genes are left out: {}", path.string(),
                          static_cast<std::int64_t>(types.size()) - features.n_kept, others(n_of_type)));
  return features;
}

std::vector<std::string> kept(std::vector<std::string> texts, const KeptFeatures& features) {
  if (features.places.empty()) return texts;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (features.places[i] >= 0) out.push_back(std::move(texts[i]));
  }
  return out;
}

}  // namespace gemflow
