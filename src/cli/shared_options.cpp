// SPDX-License-Identifier: Apache-2.0
#include "shared_options.hpp"

#include "gemflow/core/error.hpp"
#include "option_values.hpp"

namespace gemflow::cli {
namespace {

/// Of one cell or sample: a hundred times the deepest sequencing. Each count of a drawn one is drawn.
constexpr double most_counts = 1e9;
constexpr std::int64_t most_in_flight = 64;
constexpr double most_seconds = 1e7;

/// A range may be given once or left out.
void take_rows(CellChoice& cells, const std::string& text) { cells.rows = row_range(text); }

void take_latent_groups(std::vector<std::string>& groups, const std::string& text) {
  groups = text == "none" ? std::vector<std::string>{} : names_listed(text);
}

/// The prefix stands at the beginning of HDF5 names and of columns.
void take_prefix(std::string& prefix, const std::string& text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  if (text.empty() || text.find_first_not_of(allowed) != std::string::npos) {
    throw Error(ErrorKind::usage, "'" + printable(text) + "' is not a word of letters, digits, '_', '.' and '-'");
  }
  prefix = text;
}

}  // namespace

void bind_input(Options& options, InputOptions& o) {
  options.positional({"IN", "", "counts: h5ad, 10x HDF5, an MTX folder, a table (csv, tsv, plain or gzip)"},
                     [&](const std::string& text) { o.in = text; });
  bind_matrix_and_cells(options, o.open);
}

void bind_matrix_and_cells(Options& options, OpenOptions& o) {
  options.group("Which counts");
  options.text({"--layer", "auto|X|raw|NAME", "the matrix (default auto: the first that holds raw counts)"}, o.matrix);
  options.repeated({"--cells", "NAMES", "only these cells: NAME,NAME or @FILE, one name a line (for names with a comma)"},
                   [&](const std::string& text) {
                     const std::vector<std::string> names = names_listed(text);
                     o.cells.names.insert(o.cells.names.end(), names.begin(), names.end());
                   });
  options.repeated({"--where", "COLUMN=VALUE", "only cells with this value in obs; all of several must hold"},
                   [&](const std::string& text) { o.cells.where.push_back(key_value(text)); });
  bind_rows(options, o.cells, "only these rows, from 0, without B");
  bind_table_rows(options, o.orientation);
}

void bind_rows(Options& options, CellChoice& cells, std::string what) {
  options.value({"--rows", "A:B", std::move(what)}, [&](const std::string& text) { take_rows(cells, text); });
}

void bind_table_rows(Options& options, Orientation& orientation) {
  options.choice<Orientation>({"--table-rows", "auto|cells|genes", "what the rows of a table are (default auto)"},
                              orientation,
                              {{"auto", Orientation::detect},
                               {"cells", Orientation::cells_in_rows},
                               {"genes", Orientation::genes_in_rows}});
}

void bind_genes_by(Options& options, GenesBy& by) {
  options.choice<GenesBy>({"--genes-by", "auto|id|symbol", "what is compared (default auto: the column that matches best)"}, by,
                          {{"auto", GenesBy::automatic}, {"id", GenesBy::id}, {"symbol", GenesBy::symbol}});
}

void bind_genes(Options& options, GeneOptions& o) {
  options.group("Genes");
  bind_genes_by(options, o.map.by);
  options.path({"--gene-table", "FILE", "symbols and their ids: csv, tsv or GTF"}, o.table);
  options.path({"--gene-report", "FILE", "write what became of each gene"}, o.report);
  options.value({"--min-overlap", "SHARE", "stop if less of the model's mean expression is found (default 0.5)"},
                [&](const std::string& text) { o.map.min_overlap = share(text); });
  options.choice<Duplicates>({"--duplicates", "error|sum|first", "for several rows of one gene of the model (default error)"},
                             o.map.duplicates,
                             {{"error", Duplicates::error}, {"sum", Duplicates::sum}, {"first", Duplicates::first}});
}

void bind_values(Options& options, RoundInput& round) {
  options.group("Values");
  options.choice<RoundInput>({"--round-input", "error|nearest|stochastic", "for estimated counts (default error)"}, round,
                             {{"error", RoundInput::error},
                              {"nearest", RoundInput::nearest},
                              {"stochastic", RoundInput::stochastic}});
}

void bind_seed(Options& options, std::uint64_t& seed, bool& is_drawn) {
  options.value({"--seed", "N|random", "of all that is drawn (default 0; random draws one and prints it)"},
                [&](const std::string& text) {
                  seed = seed_number(text);
                  is_drawn = text == "random";
                });
}

void bind_model(Options& options, ModelOptions& o) {
  options.group("Model");
  options.value({"--model", "REF", "a .gmodel, an installed model (gemflow models), synthesize:ID, echo (default: the embedded one)"},
                [&](const std::string& text) { o.ref = text; });
  bind_seed(options, o.seed, o.seed_is_drawn);
  options.value({"--batch-size", "N", "cells asked at once (default: the model's limit)"},
                [&](const std::string& text) { o.batch_size = whole_number(text, 1); });
  options.flag({"--allow-unseen", "", "extrapolate for values that the model was not trained on"}, o.allow_unseen);
}

void bind_token_file(Options& options, std::filesystem::path& file) {
  options.path({"--token-file", "FILE", "the key, instead of SYNTHESIZE_API_KEY; readable by you alone"}, file);
}

void bind_ca_bundle(Options& options, std::filesystem::path& file) {
  options.path({"--ca-bundle", "FILE", "certificates to trust (default: the system's)"}, file);
}

void bind_hosted(Options& options, ModelOptions& o) {
  options.group("Hosted models");
  bind_token_file(options, o.hosted.token_file);
  options.path({"--journal", "DIR", "where answers that were paid are kept (default: OUT.journal, or GEMFLOW_JOURNAL_DIR)"},
               o.journal);
  options.choice<OnUnknown>({"--on-unknown", "stop|resubmit", "for a batch that may have been charged (default stop)"},
                            o.hosted.on_unknown, {{"stop", OnUnknown::stop}, {"resubmit", OnUnknown::resubmit}});
  options.flag({"--dry-run", "", "send nothing that costs; show genes, batches and bytes"}, o.hosted.dry_run);
  options.value({"--max-in-flight", "N", "batches asked at once (default 4)"}, [&](const std::string& text) {
    o.hosted.max_in_flight = static_cast<int>(whole_number(text, 1, most_in_flight));
  });
  options.value({"--poll-limit", "SECONDS", "stop waiting for one batch, which goes on there: exit 75 (default: never)"},
                [&](const std::string& text) { o.hosted.poll_limit_seconds = number(text, 1, most_seconds); });
  options.text({"--gene-order", "REF", "the model's genes, instead of the charged call that learns them"}, o.gene_order);
  options.path({"--vocab", "DIR", "JSON files of valid values, one a metadata key"}, o.hosted.vocabulary);
  bind_ca_bundle(options, o.hosted.ca_bundle);
}

void bind_max_outliers(Options& options, double& share_of_cells) {
  options.value({"--max-outliers", "SHARE", "stop if more cells lie outside what the model has seen (default 0.2)"},
                [&](const std::string& text) { share_of_cells = share(text); });
}

void bind_sampling(Options& options, QueryOptions& o) {
  options.group("Sampling");
  options.choice<Sampling>({"--sampling-strategy", "mean|sample", "expected counts, or counts drawn (default mean)"},
                           o.sampling,
                           {{"mean", Sampling::mean},
                            {"sample", Sampling::sample},
                            {"mean estimation", Sampling::mean},
                            {"sample generation", Sampling::sample}});
  options.value({"--total-count", "N", "counts of one cell (default: the model's)"},
                [&](const std::string& text) { o.total_count = number(text, 1, most_counts); });
  options.flag({"--deterministic-latents", "", "the mean of the latents instead of a draw"}, o.deterministic_latents);
  options.choice<OutputCounts>({"--output-counts", "rounded|unbiased|expected", "how counts become whole (default rounded)"},
                               o.output_counts,
                               {{"rounded", OutputCounts::rounded},
                                {"unbiased", OutputCounts::unbiased},
                                {"expected", OutputCounts::expected}});
}

void bind_conditioning(Options& options, QueryOptions& o) {
  options.flag({"--fixed-total-count", "", "--total-count instead of the cell's own depth"}, o.fixed_total_count);
  options.value({"--conditioning", "GROUPS", "latents kept from the cell: biological,technical (the default) or none"},
                [&](const std::string& text) { take_latent_groups(o.conditioning, text); });
}

void bind_conditions(Options& options, TypedConditions& o) {
  options.group("Conditions");
  options.repeated({"--set", "KEY=VALUE", "metadata; fills what --conditions leaves empty"},
                   [&](const std::string& text) { o.set.push_back(key_value(text)); });
  options.path({"--conditions", "TABLE", "one condition a line (tsv, csv), or the API's inputs (json)"}, o.table);
  options.value({"--num-samples", "N", "cells of each condition (default 1)"},
                [&](const std::string& text) { o.num_samples = whole_number(text, 1); });
}

void bind_output(Options& options, OutputOptions& o) {
  options.group("Output");
  options.path({"-o,--output", "OUT", "what is made; its kind follows its name"}, o.out);
  options.flag({"--overwrite", "", "replace an existing output"}, o.overwrite);
}

void bind_names(Options& options, OutputOptions& o) {
  options.flag({"--replace", "", "replace names that gemflow wrote before"}, o.replace);
  options.value({"--prefix", "WORD", "of the names that are written (default gemflow)"},
                [&](const std::string& text) { take_prefix(o.prefix, text); });
}

void bind_prefix(Options& options, std::string& prefix) {
  options.value({"--prefix", "WORD", "of the names that were written (default gemflow)"},
                [&](const std::string& text) { take_prefix(prefix, text); });
}

void bind_metadata_out(Options& options, OutputOptions& o) {
  options.path({"--metadata-out", "FILE", "where the metadata goes when OUT is a table"}, o.metadata_out);
}

void bind_part(Options& options, OutputOptions& o) {
  options.flag({"--part", "", "the answers to --rows alone, for gemflow merge"}, o.is_part);
}

}  // namespace gemflow::cli
