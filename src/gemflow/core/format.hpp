// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gemflow/core/job.hpp"
#include "gemflow/core/reader.hpp"
#include "gemflow/core/writer.hpp"

namespace gemflow {

/// Which cells of a file; all conditions must hold. Cells come in file order whatever the order of the names.
struct CellChoice {
  std::vector<std::string> names;                           ///< cell names; empty: all
  std::vector<std::pair<std::string, std::string>> where;   ///< obs column = value
  std::optional<std::pair<std::int64_t, std::int64_t>> rows;  ///< from 0, half-open; may end at `open_end`
  std::vector<std::pair<std::int64_t, std::int64_t>> runs = {};  ///< several such ranges, ascending and apart; empty: all

  static constexpr std::int64_t open_end = std::numeric_limits<std::int64_t>::max();  ///< an end of `rows`: the file's own

  /// The rows meant in a file of so many cells; they may lie outside of it.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> rows_among(std::int64_t n_cells) const noexcept {
    if (!rows) return {0, n_cells};
    return {rows->first, rows->second == open_end ? n_cells : rows->second};
  }

  [[nodiscard]] bool is_all() const noexcept { return names.empty() && where.empty() && !rows && runs.empty(); }
};

/// Which axis of a table holds the genes; `detect` compares both axes with what gene ids look like.
enum class Orientation { detect, cells_in_rows, genes_in_rows };

/// Which matrix "auto" is. X stands first, then layers/counts, raw/X, the other layers.
enum class AutoMatrix {
  counts,           ///< the first that holds raw counts; where none does, the file is refused
  counts_or_first,  ///< the same; where none does, the first, whatever it holds
  first,            ///< the first, whatever it holds
};

/// What is wanted from a file.
struct OpenOptions {
  std::string matrix = "auto";      ///< "auto", "X", "raw", or a layer's name
  CellChoice cells;
  std::vector<std::string> obs;     ///< obs columns that come with each chunk; unknown ones are an input error
  std::vector<std::string> layers;  ///< layers that come with each chunk
  std::vector<std::string> obsm;    ///< dense matrices that come with each chunk, as float32; columns are named "0", "1" …
  bool counts = true;               ///< false: what stands beside the cells alone; chunks then hold no counts
  bool every_obs = false;           ///< all obs columns, instead of those named
  bool every_layer = false;         ///< all layers of numbers on the matrix' own genes, instead of those named
  Orientation orientation = Orientation::detect;
  AutoMatrix automatic = AutoMatrix::counts;
};

/// One matrix of a file, as seen without reading it whole.
struct MatrixView {
  std::string name;       ///< "X", "raw/X", "layers/counts"
  std::string layout;     ///< "csr", "csc", "dense", "table"
  std::string type;       ///< "float32", "int64"
  std::int64_t n_cells = 0;
  std::int64_t n_genes = 0;
  std::int64_t n_nonzeros = -1;  ///< -1: not known without reading
  std::string holds;      ///< "raw counts", or a guess such as "log1p of counts per 10,000", from its first values
  bool may_be_rounded = false;  ///< by the same look: counts, or estimates of counts
};

/// One column or matrix beside cells or genes.
struct SlotView {
  std::string name;
  std::string type;   ///< "categorical (8)", "float32", "string", "float32 x 50"
};

/// What a file is: for people and for `--json`. The matrix is not read beyond its first values.
struct Inspection {
  std::string format;          ///< the descriptor's name
  std::string flavour;         ///< version or writer, where the file tells
  std::int64_t n_cells = 0;
  std::int64_t n_genes = 0;
  std::vector<MatrixView> matrices;
  std::string counts_in;       ///< name of the first matrix that passes the counts check; empty: none
  std::string gene_ids;        ///< "Ensembl gene ids (human) in 'gene_ids'", "symbols in the index"
  std::vector<SlotView> obs, var, obsm, uns;
  std::vector<std::string> remarks;
};

/// How a file is written.
struct WriteOptions {
  bool overwrite = false;       ///< replace an existing destination
  bool replace = false;         ///< annotate: replace what gemflow wrote before; never a foreign name
  /// create: an input of the same format whose other content (raw, obs, obsm, uns, what nobody knows) is carried over,
  /// its var rows following Genes::source. Empty: nothing is carried.
  std::filesystem::path carry;
  std::string carry_matrix = "X";  ///< what Reader::matrix of that input says: Genes::source numbers that matrix' genes
  CellChoice cells;             ///< annotate, carry: the rows of the input that the output holds
  std::filesystem::path metadata_out;  ///< tables: where obs goes when the table holds counts
};

/// One file format: names and functions, `constinit`, on a list by hand. A null function: it cannot.
struct Format {
  std::string_view name;                         ///< "h5ad"
  std::span<const std::string_view> extensions;  ///< ".h5ad"; what a destination's name must end in
  /// By content: is this path (a file or a folder) of this format? `head`: the first 4,096 bytes; empty for a folder.
  bool (*detect)(const std::filesystem::path& path, std::string_view head);
  Inspection (*inspect)(const std::filesystem::path& path, Job& job);
  std::unique_ptr<Reader> (*open)(const std::filesystem::path& path, const OpenOptions& options, Job& job);
  std::unique_ptr<Writer> (*create)(const std::filesystem::path& path, const WriteOptions& options, Job& job);
  /// Starts from a copy of `in`, of this format, and writes only what is new.
  std::unique_ptr<Writer> (*annotate)(const std::filesystem::path& in, const std::filesystem::path& out,
                                      const WriteOptions& options, Job& job);
};

}  // namespace gemflow
