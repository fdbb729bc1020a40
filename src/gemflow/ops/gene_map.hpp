// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gemflow/core/genes.hpp"
#include "gemflow/core/job.hpp"
#include "gemflow/core/model.hpp"

namespace gemflow {

enum class GenesBy { automatic, id, symbol };
/// What to do with several rows of the file that are one gene of the model.
enum class Duplicates { error, sum, first };

/// Symbols and the ids they stand for, as a user's table has them; either may repeat.
struct GeneTable {
  std::vector<std::pair<std::string, std::string>> symbol_and_id;
};

struct GeneMapOptions {
  GenesBy by = GenesBy::automatic;
  Duplicates duplicates = Duplicates::error;
  double min_overlap =
      0.5;  ///< share of the model's mean expression that must be found; of its genes where that is unknown
  GeneTable table;
  std::string file;                  ///< as messages name it; empty: "the input"
  std::string target = "the model";  ///< as messages name what is mapped to: "the model", "'genes.txt'"
};

/// How a file's genes met a model's.
struct GeneMatch {
  std::string by;      ///< "Ensembl id", "id", "symbol", "name"
  std::string column;  ///< the file's column that was compared; empty: its index
  bool through_table = false;
  std::int64_t n_model = 0;
  std::int64_t n_file = 0;
  std::int64_t n_found = 0;                   ///< genes of the model
  std::int64_t n_missing = 0;                 ///< genes of the model that the file lacks; zero in every cell
  std::int64_t n_ambiguous = 0;               ///< the file's rows whose name stands for several genes; left out
  std::int64_t n_repeated = 0;                ///< genes of the model that stand in several rows
  std::int64_t n_unused = 0;                  ///< the file's rows that are in no gene of the model
  double share_of_genes = 0;                  ///< n_found / n_model
  std::optional<double> share_of_expression;  ///< of the model's mean expression that lies in genes found
};

/// One gene in the report. Genes of the model come first, in their order, then the file's rows that are in none of
/// them.
struct GeneStory {
  std::string model_gene;  ///< empty for a row of the file that is in no gene of the model
  std::string status;      ///< found, summed, missing, ambiguous, unused, duplicate, y_copy
  std::string file_gene;   ///< the row's name in the file; several joined by ","
  std::string found_as;    ///< what stands there in the column that was compared
  std::string note;
};

/// A file's genes seen from a model, and back. One call at a time: calls share their scratch memory.
class GeneMap {
 public:
  GeneMap(GeneMap&&) noexcept;
  GeneMap& operator=(GeneMap&&) noexcept;
  ~GeneMap();

  /// The file's counts in the model's genes. Missing genes are absent, that is zero; repeated ones are summed.
  /// REQUIRES: the file's genes; `out` is another chunk.
  void align(const CountChunk& file_counts, CountChunk& out, Workers& workers) const;

  /// Values in the model's genes, back in the file's. What the model says of genes that the file lacks is dropped;
  /// genes that the model lacks keep the cell's own counts, or are zero where `own` is null (for fold changes). Of rows
  /// that were summed the first gets the answer and the others zero. REQUIRES: as many cells in `own`.
  void place(const CountChunk& answer, const CountChunk* own, CountChunk& out, Workers& workers) const;
  /// Which of the model's genes `place` finds a row for; empty where it takes any genes.
  [[nodiscard]] std::vector<bool> measured() const;

  /// The file's genes with `gemflow_in_model` (flag) and `gemflow_gene` (the model's name) beside what they had.
  [[nodiscard]] Genes table() const;
  /// The model's genes, with their text columns, `source`, and `gemflow_status` (found, summed, missing, ambiguous): a
  /// gene that is missing is told from one that was measured as zero.
  [[nodiscard]] Genes aligned_genes() const;

  [[nodiscard]] const GeneMatch& match() const noexcept;
  /// For stderr: "18,912 of 19,264 genes of the model (98.2 %) found by Ensembl id in column 'gene_ids'; 352 missing
  /// …".
  [[nodiscard]] std::string line() const;
  /// What the user should know and that stops nothing: sums, ambiguous symbols, names that became dates.
  [[nodiscard]] std::vector<std::string> warnings() const;
  [[nodiscard]] std::vector<GeneStory> stories() const;
  /// The stories as tab-separated text, one line each below a header.
  [[nodiscard]] std::string report() const;

 private:
  struct State;
  explicit GeneMap(std::unique_ptr<State> state);
  friend GeneMap map_genes(const Genes&, const Genes&, const GeneMapOptions&, std::span<const float>);
  friend GeneMap map_genes(const Genes&, const ModelCard&, const GeneMapOptions&);
  std::unique_ptr<State> state_;
};

/// Compares every text column of the file, and its index, with the model's ids and symbols, and takes the best match.
/// `mean_expression`: one value a gene of `gene_order`, or empty.
/// Errors: input, where too little of the model is found (with what the names look like) or genes repeat.
[[nodiscard]] GeneMap map_genes(const Genes& file, const Genes& gene_order, const GeneMapOptions& options = {},
                                std::span<const float> mean_expression = {});
/// The same for a model; one that takes any genes gets the file's as they are.
[[nodiscard]] GeneMap map_genes(const Genes& file, const ModelCard& card, const GeneMapOptions& options = {});

}  // namespace gemflow
