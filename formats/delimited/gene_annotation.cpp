// SPDX-License-Identifier: Apache-2.0
#include "delimited/gene_annotation.hpp"

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "gemflow/core/error.hpp"
#include "gemflow/ops/gene_likeness.hpp"
#include "text_lines.hpp"

namespace gemflow {
namespace {

constexpr std::size_t n_fields = 9;

/// The nine fields of a line; false for any other line.
bool split_line(std::string_view line, std::array<std::string_view, n_fields>& fields) {
  for (std::size_t i = 0; i < n_fields; ++i) {
    const std::size_t end = line.find('\t');
    if ((end == std::string_view::npos) != (i + 1 == n_fields)) return false;
    fields[i] = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
  return true;
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Value of `key "value";` (GTF) or `key=value;` (GFF3); empty if there is none.
std::string_view attribute(std::string_view attributes, std::string_view key) {
  while (!attributes.empty()) {
    const std::size_t end = attributes.find(';');
    const std::string_view one = without_blanks(attributes.substr(0, end));
    attributes.remove_prefix(end == std::string_view::npos ? attributes.size() : end + 1);
    if (one.size() <= key.size() || one.substr(0, key.size()) != key) continue;
    if (one[key.size()] != ' ' && one[key.size()] != '=') continue;
    std::string_view value = without_blanks(one.substr(key.size() + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

std::string_view first_attribute(std::string_view attributes, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const std::string_view value = attribute(attributes, key);
    if (!value.empty()) return value;
  }
  return {};
}

bool is_about_a_gene(std::string_view feature) {
  return feature == "gene" || feature == "pseudogene" || feature == "ncRNA_gene";
}

}  // namespace

bool is_gene_annotation(const std::filesystem::path& path, const Job& job) {
  TextLines lines(path, job);
  std::string_view line;
  while (lines.next(line) && (line.empty() || line.front() == '#')) {
  }
  std::array<std::string_view, n_fields> fields;
  return split_line(line, fields) && fields[8].find_first_of("=\"") != std::string_view::npos;
}

GeneTable read_gene_annotation(const std::filesystem::path& path, const Job& job) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  TextLines lines(path, job);
  Pairs of_genes;
  Pairs of_others;
  std::set<std::pair<std::string, std::string>> met;
  std::array<std::string_view, n_fields> fields;
  for (std::string_view line; lines.next(line);) {
    if (line.empty() || line.front() == '#' || !split_line(line, fields)) continue;
    const std::string_view id = id_of_name(first_attribute(fields[8], {"gene_id", "ID"}));
    const std::string_view symbol = first_attribute(fields[8], {"gene_name", "Name", "gene"});
    if (id.empty() || symbol.empty()) continue;
    const bool is_gene = is_about_a_gene(fields[2]);
    if (!is_gene && !of_genes.empty()) continue;
    if (met.emplace(symbol, id).second || is_gene) (is_gene ? of_genes : of_others).emplace_back(symbol, id);
  }
  GeneTable table{of_genes.empty() ? std::move(of_others) : std::move(of_genes)};
  if (table.symbol_and_id.empty()) {
    throw Error(ErrorKind::input,
                fmt::format("reading '{}': none of its lines has the id and the name of a gene", path.string()));
  }
  return table;
}

}  // namespace gemflow
