// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/convert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/ops/concat.hpp"
#include "gene_order.hpp"
#include "joined_inputs.hpp"
#include "opening.hpp"

namespace gemflow::cli {
namespace {

struct ConvertArguments {
  std::vector<std::filesystem::path> in;
  OpenOptions open;
  GeneOptions genes;
  std::optional<RoundInput> round;  ///< absent: values are moved as they are
  OutputOptions output;
  std::string gene_order;
  std::string to;
  Join join = Join::inner;
  std::string sample_key = "sample";
};

void bind_convert(Options& options, ConvertArguments& o) {
  options.positionals({"IN...", "", "counts: h5ad, 10x HDF5, MTX folders, tables; several become one"},
                      [&](const std::string& text) { o.in.emplace_back(text); });
  bind_matrix_and_cells(options, o.open);
  bind_output(options, o.output);
  bind_metadata_out(options, o.output);
  options.text({"--to", "FORMAT", "the format (default: by the name of OUT; gemflow formats lists them)"}, o.to);
  options.group("Several inputs");
  options.choice<Join>({"--join", "inner|outer", "the genes of all inputs, or of any (default inner)"}, o.join,
                       {{"inner", Join::inner}, {"outer", Join::outer}});
  options.text({"--sample-key", "COLUMN", "obs column for the input's name (default sample)"}, o.sample_key);
  bind_genes(options, o.genes);
  options.text({"--gene-order", "REF", "wanted genes: a model, a text file of ids, a count file"}, o.gene_order);
  options.group("Values");
  options.choice<std::optional<RoundInput>>(
      {"--round-input", "error|nearest|stochastic", "refuse what is no counts, or round estimates (default: as they are)"}, o.round,
      {{"error", RoundInput::error}, {"nearest", RoundInput::nearest}, {"stochastic", RoundInput::stochastic}});
}

/// Throws where OUT's name is not of a format that is written, or of another one than was asked for.
void check_format(const ConvertArguments& o) {
  require_format(o.output);
  const Format& format = format_for(o.output.out);
  if (o.to.empty() || o.to == format.name) return;
  std::vector<std::string> known;
  for (const Format* each : formats()) {
    if (each->create == nullptr) continue;
    known.emplace_back(each->name);
    if (each->name != o.to) continue;
    throw Error(ErrorKind::usage, fmt::format("writing '{}': the names of {} files end in '{}'", o.output.out.string(), o.to,
                                              fmt::join(each->extensions, "' or '")));
  }
  throw Error(ErrorKind::usage, fmt::format("no format '{}' is written", printable(o.to)), did_you_mean(o.to, known));
}

/// What comes with each cell: obs, where the output is made anew; layers, where a new order of genes touches them too.
/// Carried over, X stays X; else OUT holds one matrix alone: the counts, if there are any. `notes`: of several inputs.
std::unique_ptr<Reader> open_all(const ConvertArguments& o, bool carries, ConvertOptions::Notes& notes, Session& session) {
  if (o.in.size() > 1) {
    if (o.sample_key == "_index") {
      throw Error(ErrorKind::usage, "--sample-key: '_index' is where the names of cells stand", "--sample-key sample");
    }
    const bool holds_beside = format_for(o.output.out).name == "h5ad";
    return open_joined({o.in, o.open, {o.join, o.sample_key, o.genes.map.by}, holds_beside, o.round.has_value()}, notes, session);
  }
  OpenOptions options = o.open;
  options.automatic = carries ? AutoMatrix::first : AutoMatrix::counts_or_first;
  options.every_obs = !carries;
  options.every_layer = carries && !o.gene_order.empty();
  return open_input(o.in.front(), options, session);
}

/// Is all that stands beside the counts carried over as it is, from a file of OUT's own format?
bool carries_the_rest(const ConvertArguments& o) {
  return o.in.size() == 1 && &format_of(o.in.front()) == &format_for(o.output.out);
}

ConvertOptions convert_options(const ConvertArguments& o, Session& session) {
  ConvertOptions options;
  for (const auto& path : o.in) options.run.inputs.push_back(file_name(path));
  options.run.genes = gene_options(o.genes, o.in.front(), session);
  if (o.gene_order.empty()) return options;
  GeneOrder order = read_gene_order(o.gene_order, session.job);
  options.run.genes.target = order.what;
  options.gene_order = std::move(order.genes);
  options.mean_expression = std::move(order.mean_expression);
  return options;
}

void run_convert(const ConvertArguments& o, Session& session) {
  std::vector<std::filesystem::path> inputs = o.in;
  inputs.insert(inputs.end(), {o.genes.table, o.gene_order});
  check_destinations({o.output.out, o.output.metadata_out, o.genes.report}, inputs, o.output.overwrite, session);
  check_format(o);
  const bool carries = carries_the_rest(o);
  ConvertOptions options = convert_options(o, session);
  const auto whole = open_all(o, carries, options.notes, session);
  const auto checked = o.round ? checked_inputs(*whole, o.in, *o.round, session) : nullptr;
  Reader* const in = checked ? checked.get() : whole.get();
  if (options.gene_order) {
    ModelCard wanted;
    wanted.gene_order = *options.gene_order;
    write_gene_report(o.genes, options.run.genes, in->genes(), wanted);
  }
  WriteOptions write = write_options(o.output, o.open.cells);
  if (carries) {
    write.carry = o.in.front();
    write.carry_matrix = in->matrix();
  }
  const auto out = create(o.output.out, write, session.job);
  const ConvertResult result = convert(*in, *out, options, session.job);
  session.result["n_cells"] = result.n_cells;
  session.result["n_nonzeros"] = result.n_nonzeros;
  session.result["genes"] = result.genes ? json_of(*result.genes) : Json();
  session.result["output"] = o.output.out.string();
  session.report.note(fmt::format("written: {} ({}, {})", o.output.out.string(), counted(result.n_cells, "cell"),
                                  counted(result.n_nonzeros, "non-zero")));
}

}  // namespace

constinit const Command convert_command{
    .name = "convert",
    .description = "counts into another file, in another order of genes, or many samples into one",
    .usage = "IN... -o OUT [options]",
    .examples = "  gemflow convert filtered_feature_bc_matrix -o counts.h5ad\n"
                "  gemflow convert cells.h5ad --gene-order default -o in_model_order.h5ad\n"
                "  gemflow convert one.h5ad two.h5ad --sample-key sample -o both.h5ad\n",
    .reads_counts = true,
    .bind = [](Options& options) { return bound<ConvertArguments>(options, bind_convert, run_convert); },
};

}  // namespace gemflow::cli
