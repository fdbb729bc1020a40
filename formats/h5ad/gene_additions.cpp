// SPDX-License-Identifier: Apache-2.0
#include "h5ad/gene_additions.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "h5ad/column_outputs.hpp"
#include "h5ad/data_frame.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"

namespace gemflow::h5ad {
namespace {

/// "obs['gemflow_cell_type']", as users of anndata write it.
std::string as_written(const std::string& slot) {
  const std::size_t slash = slot.find('/');
  return fmt::format("{}['{}']", slot.substr(0, slash), printable(slot.substr(slash + 1)));
}

void remove_link(hid_t file, const std::string& path) {
  if (hdf5::kind_of(file, path) == hdf5::NodeKind::none) return;
  hdf5::checked(H5Ldelete(file, path.c_str(), H5P_DEFAULT), file, "cannot be removed", path);
}

/// var of the raw counts, where the file has it.
std::optional<DataFrame> open_raw_var(hid_t file) {
  for (const char* path : {"raw/var", "raw.var"}) {
    if (hdf5::kind_of(file, path) != hdf5::NodeKind::none) return DataFrame(file, path);
  }
  return std::nullopt;
}

enum class Verdict { write, share, leave };

}  // namespace

void make_room(hid_t file, FrameAdditions* frame, const std::string& slot, const OwnSlots& own, bool replace) {
  const std::string name = slot.substr(slot.find('/') + 1);
  const bool is_taken = frame != nullptr ? frame->has_member(name) : hdf5::kind_of(file, slot) != hdf5::NodeKind::none;
  if (!is_taken) return;
  const bool gives_way = own.came_with_cells(slot);
  if (!gives_way && !own.is_own(slot)) {
    throw Error(
        ErrorKind::usage,
        fmt::format("{}: {} is there already and was not written by gemflow", hdf5::doing_to(file), as_written(slot)),
        "choose other names: --prefix NAME");
  }
  if (!gives_way && !replace) {
    throw Error(ErrorKind::usage,
                fmt::format("{}: {} is there already, from an earlier run", hdf5::doing_to(file), as_written(slot)),
                "--replace writes it anew, --prefix NAME keeps both");
  }
  if (frame == nullptr) {
    remove_link(file, slot);
    return;
  }
  frame->remove(name);
  remove_link(file, "uns/" + name + "_colors");  // one colour a category, in the order of categories that are gone
}

AddedGenes add_genes(hid_t file, FrameAdditions& var, const Genes& genes, const OwnSlots& own, const Meeting& meeting) {
  const DataFrame frame(file, "var");
  const std::optional<DataFrame> raw_var = open_raw_var(file);
  std::vector<std::string> names;
  frame.append_names(0, frame.n_rows(), names);
  const Positions rows = find_names(names, genes.names);
  AddedGenes added;
  added.is_var = is_identity(rows, genes.size());
  added.to_var = find_names(genes.names, names);
  if (!rows.empty() && genes.size() > 0 &&
      std::all_of(rows.begin(), rows.end(), [](std::int64_t row) { return row < 0; })) {
    throw Error(ErrorKind::input, fmt::format("{}: none of the {} genes given is among the {} of var",
                                              hdf5::doing_to(file), genes.size(), names.size()));
  }

  const auto judge = [&](const Column& column) {
    const bool is_of_raw = !added.is_var && raw_var && raw_var->has_column(column.name);
    if (!var.has_member(column.name)) return is_of_raw ? Verdict::leave : Verdict::write;
    if (same_values(frame.column(column.name)->read(0, frame.n_rows()), column)) return Verdict::share;
    return (is_of_raw || meeting.keep_existing) && !own.is_own("var/" + column.name) ? Verdict::leave : Verdict::write;
  };
  std::vector<Column> columns;
  for (const Column& given : genes.columns) {
    Column column = pick(given, rows);
    const Verdict verdict = judge(column);
    const std::string slot = "var/" + column.name;
    if (verdict == Verdict::write || (verdict == Verdict::share && own.is_own(slot))) added.slots.push_back(slot);
    if (verdict != Verdict::write) continue;
    make_room(file, &var, slot, own, meeting.replace);
    var.add_to_order(column.name);
    columns.push_back(std::move(column));
  }
  added.receipts = write_columns(var.group(), var.style(), columns);
  return added;
}

}  // namespace gemflow::h5ad
