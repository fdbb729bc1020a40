// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/format.hpp"
#include "gemflow/core/query.hpp"
#include "gemflow/ops/gene_map.hpp"

namespace gemflow {

/// All formats, in the order in which their `detect` is asked.
[[nodiscard]] std::span<const Format* const> formats() noexcept;

/// The format whose content this is, whatever its name. Errors: input, with what was found instead.
[[nodiscard]] const Format& format_of(const std::filesystem::path& path);

/// What a file is, without reading its matrix. Errors: input, with what was found instead.
[[nodiscard]] Inspection inspect(const std::filesystem::path& path, Job& job);

/// Opens a file or folder by its content, whatever its name.
/// Errors: input (not there, damaged, no such matrix, column or cell), unsupported (known, but not read).
[[nodiscard]] std::unique_ptr<Reader> open(const std::filesystem::path& path, const OpenOptions& options, Job& job);

/// The format that writes files of such a name. Errors: usage, with the endings that are known.
[[nodiscard]] const Format& format_for(const std::filesystem::path& out);

/// A new file; its format follows its name. Errors: usage (exists, unknown ending), io.
[[nodiscard]] std::unique_ptr<Writer> create(const std::filesystem::path& out, const WriteOptions& options, Job& job);

/// Answers beside an input's own content, in the format of OUT's name: a copy of IN where that is IN's too, else a
/// new file, whose chunks must be whole; a table gets obs alone. Errors: usage (exists, is IN, a foreign name), io.
[[nodiscard]] std::unique_ptr<Writer> annotate(const std::filesystem::path& in, const std::filesystem::path& out,
                                               const WriteOptions& options, Job& job);

/// A table that grows row by row: fields in quotes where they need them, numbers in their shortest exact form.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  virtual void row(std::span<const std::string> fields) = 0;
  /// A name and each of `n_genes` counts, zeros included.
  virtual void row(std::string_view name, CellCounts counts, std::int64_t n_genes, ValueType stored) = 0;
  /// Nothing is at the destination before. Errors: io.
  virtual void finish() = 0;
};

/// Errors: usage, where the name is not that of a table.
void require_table(const std::filesystem::path& out);
/// Rows of a file: a tab between fields for ".tsv", a comma for ".csv", either with ".gz". Errors: usage (exists, another
/// ending), io.
[[nodiscard]] std::unique_ptr<RowWriter> create_rows(const std::filesystem::path& out, bool overwrite, Job& job);
/// Rows of whatever takes text, in pieces of some size, the last one at `finish`.
[[nodiscard]] std::unique_ptr<RowWriter> write_rows(std::function<void(std::string_view)> take, char delimiter);

/// The names in a part of an h5ad ("obs", "obsm", "layers", "uns/gemflow"); none where there is no such part.
[[nodiscard]] std::vector<std::string> names_in(const std::filesystem::path& file, const std::string& part, Job& job);
/// A list of texts in an h5ad ("uns/gemflow/predict_metadata/classes/cell_type"); nothing where there is none.
[[nodiscard]] std::optional<std::vector<std::string>> texts_in(const std::filesystem::path& file, const std::string& place,
                                                               Job& job);

/// What commands wrote into a file about how it was made, one a command; entries are sorted by key. Nothing where the file is no
/// h5ad, or no command of gemflow's was there. Errors: input.
[[nodiscard]] std::vector<Provenance> read_provenance(const std::filesystem::path& path, Job& job);

/// Symbols and the ids they stand for (`--gene-table`), from a table with a column of each (csv, tsv; found by its header or
/// by the look of it) or from a GTF or GFF3 file; plain, gzip or BGZF. Errors: input.
[[nodiscard]] GeneTable read_gene_table(const std::filesystem::path& path, const Job& job);

/// Genes of a text file, one a line; of a table the first column. A header ("gene_id") is left out, comments too.
/// Errors: input (a gene that is named twice).
[[nodiscard]] std::vector<std::string> read_gene_list(const std::filesystem::path& path, const Job& job);

/// The rows of a table of conditions (csv, tsv) as keys and values in the order of its columns, all columns, empty cells
/// left out. Errors: input (no rows, a column without a name or with that of another, more fields than columns).
[[nodiscard]] std::vector<Metadata> read_metadata(const std::filesystem::path& path, const Job& job);

/// A library that formats are read or written with, and its version as it was found.
struct LibraryVersion {
  std::string_view name;
  std::string version;
};
[[nodiscard]] std::vector<LibraryVersion> format_libraries();

/// For the `main` of a program, before all else: HDF5 installs no exit handler and loads no plug-ins. Changes the state
/// of the process, which a library must not do unasked; such a program ends by `_exit`.
///
/// Without it an h5ad that could not be written (disk full, EIO) is an Error of kind io like any other, and the process lives on:
/// the file is given up. HDF5's exit handler could crash on what it failed to close (1.10.8), so it is not installed
/// where gemflow is the first to use HDF5: a program that leaves files of its own open must close them itself. What cannot be
/// promised: where HDF5 was used before, its handler is there, and a close that failed may end in a crash at the exit of the process.
void guard_process() noexcept;

}  // namespace gemflow
