// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include <fmt/core.h>

#include "delimited/fields.hpp"
#include "delimited/text_table.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"

namespace gemflow {
namespace {

/// First lines that are headers; in lower case.
constexpr std::array<std::string_view, 12> headers{"gene",       "genes",           "gene_id", "gene_ids",
                                                   "geneid",     "gene_name",       "symbol",  "gene_symbol",
                                                   "ensembl_id", "ensembl_gene_id", "feature", ""};

bool is_header(const std::string& name) {
  return std::find(headers.begin(), headers.end(), lower(name)) != headers.end();
}

}  // namespace

std::vector<std::string> read_gene_list(const std::filesystem::path& path, const Job& job) {
  TextTable table(path, job);
  std::vector<std::string> genes;
  std::unordered_map<std::string, std::int64_t> lines;
  const auto add = [&](const std::string& name) {
    const auto [at, is_new] = lines.emplace(name, table.line());
    if (!is_new) {
      throw table.error_here(fmt::format("names '{}' again, which stands in line {}", printable(name), at->second));
    }
    genes.push_back(name);
  };
  if (!is_header(table.first().front())) add(table.first().front());
  for (std::vector<std::string> row; table.next(row);) add(row.front());
  if (genes.empty()) throw table.error_here("is a header, and no gene is below it");
  return genes;
}

}  // namespace gemflow
