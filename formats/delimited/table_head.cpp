// SPDX-License-Identifier: Apache-2.0
#include "delimited/table_head.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <fmt/core.h>

#include "delimited/fields.hpp"
#include "delimited/table_start.hpp"
#include "gemflow/core/nearest.hpp"
#include "gemflow/ops/gene_likeness.hpp"

namespace gemflow {
namespace {

/// Headers of columns that tell about genes, whatever they hold; in lower case.
constexpr std::array<std::string_view, 35> about_genes{
    "gene_name",       "genename",     "gene_symbol",        "symbol",          "hgnc_symbol",  "description", "gene_type",
    "gene_biotype",    "biotype",      "genetype",           "chr",             "chrom",        "chromosome",  "seqname",
    "start",           "end",          "strand",             "length",          "gene_length",  "level",       "transcript_id",
    "transcript_id(s)", "entrezgene",  "entrez_id",          "entrez",          "feature_type", "gene_ids",    "gene_id",
    "geneid",          "gene_version", "external_gene_name", "ensembl_gene_id", "gene",         "gccontent",   "gcfraction"};
/// The same for columns that tell about cells, as scanpy and Seurat call them.
constexpr std::array<std::string_view, 16> about_cells{
    "n_counts",     "n_genes",      "n_umi",      "total_counts",    "n_genes_by_counts", "pct_counts_mt", "percent_mito",
    "percent.mt",   "percent.mito", "ncount_rna", "nfeature_rna",    "seurat_clusters",   "leiden",        "louvain",
    "doublet_score", "size_factor"};

constexpr const char* for_gene_table = "a table that names genes is for --gene-table FILE";

bool tells_about_genes(std::string_view label) {
  return std::find(about_genes.begin(), about_genes.end(), lower(label)) != about_genes.end();
}

bool tells_about_cells(std::string_view label) {
  return std::find(about_cells.begin(), about_cells.end(), lower(label)) != about_cells.end();
}

Error fault(const TextLines& lines, std::string_view what, std::string hint) {
  return {ErrorKind::input, fmt::format("reading '{}': {}", lines.path().string(), what), std::move(hint)};
}

/// A line of data where a header should be: a gene's id, or a name and then numbers. Cells that are named by numbers
/// count up, and the header then begins with an empty cell or a word.
bool looks_like_data(const Fields& first, std::size_t n_fields) {
  if (first.size() != n_fields || first.front().empty()) return false;
  if (parse_stable_id(first.front())) return true;
  std::vector<double> numbers;
  for (std::size_t i = 1; i < first.size(); ++i) {
    const std::optional<double> number = number_in(first[i]);
    if (!number) return false;
    numbers.push_back(*number);
  }
  const bool counts_up = std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>()) == numbers.end();
  return !(counts_up && (numbers.size() > 2 || tells_about_genes(first.front())));
}

/// Are most of a column's values, as far as they are there, no numbers?
bool holds_text(const std::vector<Fields>& rows, std::size_t column) {
  std::int64_t n_texts = 0;
  std::int64_t n_numbers = 0;
  for (const Fields& row : rows) {
    if (column >= row.size() || is_missing(row[column])) continue;
    // A comma within a number is an error that is told when its line is read.
    ++(number_in(row[column]) || has_comma_within(row[column]) ? n_numbers : n_texts);
  }
  return n_texts > n_numbers;
}

bool all_end_empty(const std::vector<Fields>& rows) {
  return std::all_of(rows.begin(), rows.end(), [](const Fields& row) { return row.back().empty(); });
}

/// Takes the header of a table off its first rows; where only a comment has the names ("# gene S1 S2"), that one.
/// `n_lines` becomes the number of lines above the data.
Fields take_header(TableStart& start, const TextLines& lines, std::int64_t& n_lines) {
  const std::size_t n_fields = start.rows.back().size();
  if (!looks_like_data(start.rows.front(), n_fields)) {
    Fields header = std::move(start.rows.front());
    start.rows.erase(start.rows.begin());
    n_lines = start.numbers.front();
    return header;
  }
  n_lines = start.numbers.front() - 1;
  if (!start.comments.empty()) {
    std::string_view comment = start.comments.back();
    comment.remove_prefix(std::min(comment.find_first_not_of(' '), comment.size()));
    std::optional<Fields> header = split(comment, start.delimiter);
    if (header && (header->size() == n_fields || header->size() + 1 == n_fields)) return std::move(*header);
  }
  throw fault(lines, fmt::format("it has no header: line {} is data", start.numbers.front()),
              holds_text(start.rows, 1) ? for_gene_table : "put a line of names above it");
}

bool holds_no_counts(const TableHead& head, const std::vector<Fields>& rows, std::size_t column) {
  return holds_text(rows, column) || tells_about_genes(head.columns[column]) || tells_about_cells(head.columns[column]);
}

/// Columns before the first one of counts: the rows' names, then whatever holds none.
std::size_t count_leading(const TableHead& head, const std::vector<Fields>& rows) {
  std::size_t n = 1;
  while (n < head.columns.size() && holds_no_counts(head, rows, n)) ++n;
  return n;
}

/// Columns behind the counts that hold none would be taken for cells or genes.
void refuse_columns_behind(const TableHead& head, std::size_t n_leading, const std::vector<Fields>& rows,
                           const TextLines& lines) {
  Fields behind;
  for (std::size_t column = n_leading; column < head.columns.size(); ++column) {
    if (holds_no_counts(head, rows, column)) behind.push_back(head.columns[column]);
  }
  if (behind.empty()) return;
  throw fault(lines, fmt::format("columns without counts stand behind those with counts: {}", quoted_names(behind)),
              "move them in front of the first column of counts, or leave them out");
}

/// "10 <tab> 5", perhaps with more tabs behind it.
void read_dimensions(const TableStart& start, TableHead& head, const TextLines& lines) {
  if (start.dimensions.empty()) return;
  const std::string_view text = start.dimensions;
  const std::string_view rows = text.substr(0, text.find_first_of("\t,"));
  const std::optional<double> number = number_in(rows);
  if (!number) throw fault(lines, "its second line does not begin with the number of its rows", "");
  head.flavour = "GCT 1.2";
  head.announced_rows = static_cast<std::int64_t>(*number);
}

/// Names of all columns first go to head.columns, whose front then moves to head.labels.
void name_columns(TableHead& head, Fields header, const std::vector<Fields>& rows, const TextLines& lines) {
  const std::size_t n_fields = rows.front().size();
  const bool is_short = header.size() + 1 == n_fields;
  head.has_empty_end = all_end_empty(rows) && (is_short || header.back().empty());
  if (head.has_empty_end && !is_short) header.pop_back();
  if (!head.has_empty_end && is_short) head.columns.emplace_back();  // R's header has nothing above the rows' names
  std::move(header.begin(), header.end(), std::back_inserter(head.columns));
  const auto n_leading = static_cast<std::ptrdiff_t>(count_leading(head, rows));
  refuse_columns_behind(head, count_leading(head, rows), rows, lines);
  head.labels.assign(head.columns.begin(), head.columns.begin() + n_leading);
  head.columns.erase(head.columns.begin(), head.columns.begin() + n_leading);
}

Error unclosed_quote(const TableStart& start, const TextLines& lines) {
  return fault(lines, fmt::format("line {} opens a quote and does not close it", start.unclosed), "");
}

void require_utf8(const TableHead& head, const TextLines& lines) {
  for (const Fields* names : {&head.labels, &head.columns}) {
    for (const std::string& name : *names) lines.require_utf8(name, head.n_lines);
  }
}

}  // namespace

TableHead read_table_head(TextLines& lines) {
  TableStart start = read_table_start(lines);
  refuse_known_tables(start, lines);
  TableHead head;
  head.delimiter = start.delimiter;
  read_dimensions(start, head, lines);
  if (start.delimiter == 0 && start.unclosed > 0) throw unclosed_quote(start, lines);
  if (start.delimiter == 0 || start.rows.empty()) {
    throw fault(lines, "it is no table: no delimiter gives its lines at least two fields each", "");
  }
  Fields header = take_header(start, lines, head.n_lines);
  if (start.rows.empty() && start.unclosed > 0) throw unclosed_quote(start, lines);
  if (start.rows.empty()) throw fault(lines, "it has a header and no rows", "");
  name_columns(head, std::move(header), start.rows, lines);
  if (head.columns.empty()) throw fault(lines, "none of its columns holds numbers", for_gene_table);
  require_utf8(head, lines);
  const bool is_feature_counts =
      !start.comments.empty() && start.comments.front().rfind(" Program:featureCounts", 0) == 0;
  if (is_feature_counts) head.flavour = "featureCounts";
  return head;
}

bool looks_like_table(const std::filesystem::path& path) noexcept {
  if (!looks_like_text(path)) return false;
  try {
    TextLines lines(path, Job{});
    const TableStart start = read_table_start(lines);
    return start.delimiter != 0 || start.unclosed > 0;
  } catch (const std::exception&) {
    return true;  // damaged further on: `open` says how
  }
}

bool next_row(TextLines& lines, const TableHead& head, std::string_view& row) {
  while (lines.next(row)) {
    if (row.empty()) continue;
    if (row.front() != '#') return true;
    const std::optional<Fields> fields = split(row, head.delimiter);
    if (fields && fields->size() == head.n_fields()) return true;
  }
  return false;
}

}  // namespace gemflow
