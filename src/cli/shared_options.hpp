// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gemflow/core/format.hpp"
#include "gemflow/core/plugin.hpp"
#include "gemflow/run/options.hpp"
#include "options.hpp"

namespace gemflow::cli {

// Options that several commands share, each bound here once.

/// Which matrix and which cells of IN.
struct InputOptions {
  std::filesystem::path in;
  OpenOptions open;
};
void bind_input(Options& options, InputOptions& o);
/// The same without IN itself.
void bind_matrix_and_cells(Options& options, OpenOptions& o);
/// `--rows`, which are `what`: "only these rows".
void bind_rows(Options& options, CellChoice& cells, std::string what);

/// How the file's genes are met with the model's.
struct GeneOptions {
  GeneMapOptions map;
  std::filesystem::path table;
  std::filesystem::path report;
};
void bind_genes(Options& options, GeneOptions& o);
/// `--genes-by` alone.
void bind_genes_by(Options& options, GenesBy& by);

/// `--round-input`.
void bind_values(Options& options, RoundInput& round);

/// Which model is asked, and how.
struct ModelOptions {
  std::optional<std::string> ref;  ///< absent: the embedded default, which nobody asked for
  std::uint64_t seed = 0;
  bool seed_is_drawn = false;
  std::int64_t batch_size = 0;
  bool allow_unseen = false;
  HostedOptions hosted;
  std::string gene_order;         ///< a REF; empty: the model says its own
  std::filesystem::path journal;  ///< the folder of journals, not the run's own; empty: beside OUT
};
void bind_model(Options& options, ModelOptions& o);
/// `--token-file` and `--ca-bundle`: who asks a hosted API, and whom it trusts.
void bind_token_file(Options& options, std::filesystem::path& file);
void bind_ca_bundle(Options& options, std::filesystem::path& file);
/// What hosted models alone need.
void bind_hosted(Options& options, ModelOptions& o);
/// `--max-outliers`.
void bind_max_outliers(Options& options, double& share_of_cells);
void bind_seed(Options& options, std::uint64_t& seed, bool& is_drawn);

/// The options that the API knows for generate and condition.
void bind_sampling(Options& options, QueryOptions& o);
/// Those of condition alone.
void bind_conditioning(Options& options, QueryOptions& o);

/// What cells are made from.
struct TypedConditions {
  std::vector<std::pair<std::string, std::string>> set;
  std::filesystem::path table;
  std::int64_t num_samples = 1;
};
void bind_conditions(Options& options, TypedConditions& o);

/// Where answers go.
struct OutputOptions {
  std::filesystem::path out;
  std::filesystem::path metadata_out;
  std::string prefix = "gemflow";
  bool overwrite = false;
  bool replace = false;
  bool is_part = false;  ///< answers to some rows alone, for `merge`
};
void bind_output(Options& options, OutputOptions& o);
/// `--prefix` and `--replace`: where names are written beside those of an input.
void bind_names(Options& options, OutputOptions& o);
/// `--prefix` of names that are looked for.
void bind_prefix(Options& options, std::string& prefix);
void bind_metadata_out(Options& options, OutputOptions& o);
/// `--part`, of commands that have `--rows`.
void bind_part(Options& options, OutputOptions& o);
void bind_table_rows(Options& options, Orientation& orientation);

}  // namespace gemflow::cli
