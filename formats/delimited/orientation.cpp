// SPDX-License-Identifier: Apache-2.0
#include "delimited/orientation.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/core.h>

#include "delimited/fields.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/ops/gene_likeness.hpp"

namespace gemflow {
namespace {

constexpr double clear_lead = 0.25;

/// Headers of a column that names genes, and of one that names cells; in lower case.
constexpr std::array<std::string_view, 14> gene_words{
    "gene",        "genes",   "gene_id",  "gene_ids",   "geneid",          "gene_name",   "symbol",
    "gene_symbol", "feature", "features", "ensembl_id", "ensembl_gene_id", "hgnc_symbol", "#gene"};
constexpr std::array<std::string_view, 14> cell_words{"cell",      "cells",    "cell_id",      "cellid", "cell_index",
                                                      "barcode",   "barcodes", "cell_name",    "sample", "samples",
                                                      "sample_id", "bc_wells", "cell_barcode", "spot"};

template <std::size_t N>
bool is_one_of(const std::string& label, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), lower(label)) != words.end();
}

/// Eight or more bases, perhaps with something in front or behind: "AAACCCAAGGAGAGTA-1", "ctrl_ACGTACGTAC".
bool is_barcode(std::string_view name) {
  std::size_t run = 0;
  for (const char c : name) {
    run = std::string_view("ACGTN").find(c) != std::string_view::npos ? run + 1 : 0;
    if (run == 8) return true;
  }
  return false;
}

double share_of_barcodes(std::span<const std::string> names) {
  const auto n = std::count_if(names.begin(), names.end(), [](const std::string& name) { return is_barcode(name); });
  return names.empty() ? 0 : static_cast<double>(n) / static_cast<double>(names.size());
}

/// How sure an axis is one of genes; none are, where most names are barcodes.
double confidence(std::span<const std::string> names) {
  return share_of_barcodes(names) > 0.5 ? 0 : gene_likeness(names).confidence;
}

/// +1: the leading columns speak for genes in rows; -1: for cells; 0: nothing.
int what_labels_say(const TableHead& head) {
  if (is_one_of(head.labels.front(), cell_words)) return -1;
  const bool has_gene_words = std::any_of(head.labels.begin(), head.labels.end(),
                                          [](const std::string& label) { return is_one_of(label, gene_words); });
  return has_gene_words ? 1 : 0;
}

}  // namespace

bool are_cells_in_rows(const TableHead& head, std::span<const std::vector<std::string>> leading,
                       const std::filesystem::path& path) {
  if (!head.flavour.empty()) return false;
  double in_rows = 0;
  for (const std::vector<std::string>& names : leading) in_rows = std::max(in_rows, confidence(names));
  const double in_columns = confidence(head.columns);
  if (in_rows - in_columns > clear_lead) return false;
  if (in_columns - in_rows > clear_lead) return true;
  if (const int labels = what_labels_say(head); labels != 0) return labels < 0;
  const double barcodes_in_rows = share_of_barcodes(leading.front());
  const double barcodes_in_columns = share_of_barcodes(head.columns);
  if (barcodes_in_rows > 0.5 && barcodes_in_columns < 0.1) return true;
  if (barcodes_in_columns > 0.5 && barcodes_in_rows < 0.1) return false;
  throw Error(
      ErrorKind::input,
      fmt::format("reading '{}': its {} rows ('{}', …) and its {} columns ('{}', …) look alike: either may be genes",
                  path.string(), leading.front().size(), printable(leading.front().front(), 40), head.columns.size(),
                  printable(head.columns.front(), 40)),
      "say which: --table-rows cells, or --table-rows genes");
}

}  // namespace gemflow
