// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/model.hpp"
#include "gemflow/core/reader.hpp"
#include "gemflow/core/writer.hpp"
#include "gemflow/run/generate.hpp"
#include "gemflow/run/options.hpp"

namespace gemflow {

/// The word for it, as `--round-input` takes it.
[[nodiscard]] std::string_view name_of(RoundInput round) noexcept;
/// As `--duplicates` takes it.
[[nodiscard]] std::string_view name_of(Duplicates duplicates) noexcept;

/// What every command says: version, model, licence, seed, inputs. Nothing that differs between equal runs.
[[nodiscard]] Provenance begin_provenance(std::string command, const ModelCard& card, const RunOptions& options);

/// Which matrix was read, and how its genes met the model's.
void add_genes(Provenance& provenance, const GeneMap& map, const Reader& in, const RunOptions& options);

/// The line about the genes, and what the user should know about them.
void tell_genes(const GeneMap& map, Report& report);

/// The options of a query that change its answer.
void add_query(Provenance& provenance, const QueryOptions& options);

/// The metadata of a single condition; of several only their number (each cell carries its own).
void add_conditions(Provenance& provenance, const std::vector<Condition>& conditions);

/// The counts check of a run over `in`.
[[nodiscard]] CountsCheckOptions check_options(const Reader& in, const RunOptions& options);

}  // namespace gemflow
