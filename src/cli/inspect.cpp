// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "stderr_report.hpp"
#include "text_table.hpp"

namespace gemflow::cli {
namespace {

struct InspectOptions {
  std::filesystem::path file;
};

void bind_inspect(Options& options, InspectOptions& o) {
  options.positional({"FILE", "", "h5ad, 10x HDF5, an MTX folder, a table"}, [&](const std::string& text) { o.file = text; });
}

std::string matrices_table(const Inspection& found) {
  TextTable table({"matrix", "layout", "type", "cells", "genes", "non-zeros", "holds"});
  for (const MatrixView& matrix : found.matrices) {
    table.row({matrix.name, matrix.layout, matrix.type, with_commas(matrix.n_cells), with_commas(matrix.n_genes),
               matrix.n_nonzeros < 0 ? "?" : with_commas(matrix.n_nonzeros), matrix.holds});
  }
  return table.text();
}

void add_slots(TextTable& table, const std::string& where, const std::vector<SlotView>& slots) {
  for (const SlotView& slot : slots) table.row({where, slot.name, slot.type});
}

std::string text_of(const Inspection& found, const std::string& file) {
  std::string text = fmt::format("{}: {}{}, {} x {}\n", printable(file, 4096), found.format,
                                 found.flavour.empty() ? "" : fmt::format(" ({})", printable(found.flavour)),
                                 counted(found.n_cells, "cell"), counted(found.n_genes, "gene"));
  text += fmt::format("  raw counts  {}\n", found.counts_in.empty() ? "none found" : printable(found.counts_in));
  text += fmt::format("  gene ids    {}\n\n", printable(found.gene_ids));
  text += matrices_table(found);
  TextTable slots({"slot", "name", "type"});
  add_slots(slots, "obs", found.obs);
  add_slots(slots, "var", found.var);
  add_slots(slots, "obsm", found.obsm);
  add_slots(slots, "uns", found.uns);
  if (!(found.obs.empty() && found.var.empty() && found.obsm.empty() && found.uns.empty())) text += '\n' + slots.text();
  for (const std::string& remark : found.remarks) text += fmt::format("\nnote: {}\n", printable(remark, 2000));
  return text;
}

Json json_of(const std::vector<SlotView>& slots) {
  Json json = Json::array();
  for (const SlotView& slot : slots) json.push_back({{"name", slot.name}, {"type", slot.type}});
  return json;
}

Json json_of(const Inspection& found, const std::string& file) {
  Json matrices = Json::array();
  for (const MatrixView& matrix : found.matrices) {
    matrices.push_back({{"name", matrix.name},
                        {"layout", matrix.layout},
                        {"type", matrix.type},
                        {"n_cells", matrix.n_cells},
                        {"n_genes", matrix.n_genes},
                        {"n_nonzeros", matrix.n_nonzeros < 0 ? Json() : Json(matrix.n_nonzeros)},
                        {"holds", matrix.holds}});
  }
  return {{"file", file},
          {"format", found.format},
          {"flavour", found.flavour},
          {"n_cells", found.n_cells},
          {"n_genes", found.n_genes},
          {"counts_in", found.counts_in.empty() ? Json() : Json(found.counts_in)},
          {"gene_ids", found.gene_ids},
          {"matrices", std::move(matrices)},
          {"obs", json_of(found.obs)},
          {"var", json_of(found.var)},
          {"obsm", json_of(found.obsm)},
          {"uns", json_of(found.uns)},
          {"remarks", found.remarks}};
}

void run_inspect(const InspectOptions& o, Session& session) {
  check_destinations({}, {o.file}, false, session);
  const Inspection found = inspect(o.file, session.job);
  session.result = json_of(found, o.file.string());
  session.print(text_of(found, o.file.string()));
}

}  // namespace

constinit const Command inspect_command{
    .name = "inspect",
    .description = "what a file is: format, shape, where raw counts are, the kind of gene ids; the matrix is not read",
    .usage = "FILE [options]",
    .examples = "  gemflow inspect cells.h5ad\n"
                "  gemflow inspect filtered_feature_bc_matrix\n"
                "  gemflow inspect cells.h5ad --json\n",
    .reads_counts = true,
    .bind = [](Options& options) { return bound<InspectOptions>(options, bind_inspect, run_inspect); },
};

}  // namespace gemflow::cli
