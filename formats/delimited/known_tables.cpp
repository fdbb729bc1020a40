// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/core.h>

#include "delimited/fields.hpp"
#include "delimited/table_start.hpp"
#include "gemflow/core/error.hpp"

namespace gemflow {
namespace {

/// A table that is told by words of its header, in lower case. Sources: what these programs write.
struct KnownTable {
  std::array<std::string_view, 3> words;
  std::size_t n_columns;  ///< 0: any number
  std::string_view name;
  std::string_view hint;
};

constexpr std::string_view merge_samples = "merge the samples into one table of genes x samples first";
constexpr std::string_view make_wide =
    "turn it into a table of genes x cells first (umi_tools: --wide-format-cell-counts)";

constexpr std::string_view no_counts = "the table of counts that it was made from is needed";

constexpr std::array known{
    KnownTable{{"gene", "cell", "count"}, 3, "a long table of genes, cells and counts", make_wide},
    KnownTable{{"gene_id", "cell_id", "count"}, 3, "a long table of genes, cells and counts", make_wide},
    KnownTable{{"gene", "barcode", "count"}, 3, "a long table of genes, cells and counts", make_wide},
    KnownTable{{"name", "effectivelength", "numreads"}, 0, "salmon's table of one sample", merge_samples},
    KnownTable{{"target_id", "est_counts", "tpm"}, 0, "kallisto's table of one sample", merge_samples},
    KnownTable{{"gene_id", "expected_count", "fpkm"}, 0, "RSEM's table of one sample", merge_samples},
    KnownTable{{"transcript_id", "expected_count", "fpkm"}, 0, "RSEM's table of one sample", merge_samples},
    KnownTable{{"t_name", "cov", "fpkm"}, 0, "StringTie's table of one sample", merge_samples},
    KnownTable{{"gene id", "coverage", "fpkm"}, 0, "StringTie's table of one sample", merge_samples},
    KnownTable{{"tname", "len", "num_reads"}, 0, "oarfish's table of one sample", merge_samples},
    KnownTable{{"target_name", "tpm", "ecount"}, 0, "piscem-infer's table of one sample", merge_samples},
    KnownTable{{"basemean", "log2foldchange", "pvalue"}, 0, "a table of results of DESeq2", no_counts},
    KnownTable{{"logfc", "logcpm", "pvalue"}, 0, "a table of results of edgeR", no_counts},
    KnownTable{{"unstranded", "stranded_first", "stranded_second"},
               0,
               "GDC's table of one sample, with three kinds of counts",
               "choose the column of counts and write it as a table of genes x samples"},
};

bool has_words(const Fields& header, const KnownTable& table) {
  if (table.n_columns != 0 && header.size() != table.n_columns) return false;
  return std::all_of(table.words.begin(), table.words.end(), [&](std::string_view word) {
    return std::any_of(header.begin(), header.end(), [&](const std::string& field) { return lower(field) == word; });
  });
}

[[noreturn]] void refuse(const TextLines& lines, std::string_view name, std::string_view hint) {
  throw Error(ErrorKind::unsupported,
              fmt::format("reading '{}': it is {}, which is not read", lines.path().string(), name), std::string(hint));
}

void refuse_by_comment(const std::string& comment, const TextLines& lines) {
  if (comment.rfind("1.3", 0) == 0) {
    refuse(lines, "a GCT 1.3 table", "write it as a table of genes x samples without further rows and columns");
  }
  if (comment.rfind("#annotation=", 0) == 0) {
    refuse(lines, "a table of recount3, whose sums of coverage are no counts", "scale them to counts first");
  }
}

/// Nine fields between tabs, the last one of attributes: 'gene_id "ENSG…";' or 'ID=gene:ENSG…;'.
bool is_annotation(const Fields& row) {
  return row.size() == 9 && row.back().find_first_of("=\"") != std::string::npos;
}

}  // namespace

void refuse_known_tables(const TableStart& start, const TextLines& lines) {
  if (!start.comments.empty()) refuse_by_comment(start.comments.front(), lines);
  if (start.rows.empty()) return;
  const Fields& header = start.rows.front();
  for (const KnownTable& table : known) {
    if (has_words(header, table)) refuse(lines, table.name, table.hint);
  }
  if (is_annotation(header)) {
    refuse(lines, "an annotation of genes (GTF or GFF3)", "to name genes by it: --gene-table FILE");
  }
  if (header.front() == "N_unmapped") {
    refuse(lines, "STAR's table of one sample (ReadsPerGene), with three kinds of counts",
           "choose the column of the library's strand and write it as a table of genes x samples");
  }
  if (header.front() == "Status" && start.rows.back().front().rfind("Unassigned", 0) == 0) {
    refuse(lines, "featureCounts' summary", "use the table beside it, without .summary");
  }
}

}  // namespace gemflow
