// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gemflow/core/format.hpp"
#include "gemflow/formats.hpp"
#include "label_names.hpp"
#include "session.hpp"

namespace gemflow::cli {

/// What a table is made from, and which.
struct TableSource {
  std::filesystem::path file;
  OpenOptions open;  ///< which cells; for counts, which matrix
  std::string prefix = "gemflow";
  std::optional<std::string> field;
  std::optional<std::string> group;
  std::optional<std::string> by;
  std::optional<std::int64_t> top;
  std::optional<std::int64_t> top_genes;
  LabelNames names;
};

// Each writes the rows of one kind of table, the header first, and returns how many cells it is of.
// Errors: input (the file holds nothing of the kind; a name that is not there, with the nearest).

std::int64_t write_labels(const TableSource& source, RowWriter& table, Session& session);
std::int64_t write_mismatches(const TableSource& source, RowWriter& table, Session& session);
std::int64_t write_metadata(const TableSource& source, RowWriter& table, Session& session);
std::int64_t write_probabilities(const TableSource& source, RowWriter& table, Session& session);
std::int64_t write_latents(const TableSource& source, RowWriter& table, Session& session);
std::int64_t write_top_changes(const TableSource& source, RowWriter& table, Session& session);
std::int64_t write_expression(const TableSource& source, RowWriter& table, Session& session);

// What they share.

/// "reading 'x.h5ad': there is no <what>" as an input error.
[[nodiscard]] Error missing_part(const TableSource& source, const std::string& what, std::string hint);

/// Calls `take` with each chunk of the chosen cells; returns the number of cells.
std::int64_t each_chunk(const TableSource& source, const OpenOptions& options, Session& session,
                        const std::function<void(const Chunk&, const Genes&)>& take);
/// The chosen cells without counts.
[[nodiscard]] OpenOptions beside_cells(const TableSource& source);

/// The middles of those names that begin with `front` and end with `back`.
[[nodiscard]] std::vector<std::string> between(const std::vector<std::string>& names, const std::string& front,
                                               const std::string& back);
/// The one of the names that `--field` or `--group` chooses (with or without "_ontology_id"), or all. `what`: "predicted field".
/// Errors: input, with the nearest.
[[nodiscard]] std::vector<std::string> chosen_names(const TableSource& source, const std::vector<std::string>& names,
                                                    const std::optional<std::string>& chosen, const std::string& what);
[[nodiscard]] bool holds(const std::vector<std::string>& names, const std::string& name);

/// A list of texts that predict-metadata noted down when it wrote `slot` ("obsm/gemflow_probs_cell_type"), or convert when it joined
/// files that have it.
[[nodiscard]] std::optional<std::vector<std::string>> noted_texts(const std::filesystem::path& file, const std::string& slot,
                                                                  const std::string& key, Session& session);
/// The classes of a field's probabilities, one a column. Errors: input, where the file does not tell.
[[nodiscard]] std::vector<std::string> classes_of(const TableSource& source, const std::string& field, Session& session);

}  // namespace gemflow::cli
