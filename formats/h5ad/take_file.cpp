// SPDX-License-Identifier: Apache-2.0
#include "h5ad/take_file.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "h5ad/data_frame.hpp"
#include "h5ad/encoding.hpp"
#include "h5ad/matrix.hpp"
#include "h5ad/records.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/copy.hpp"
#include "hdf5/create.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"

namespace gemflow::h5ad {
namespace {

/// As anndata before 0.7 tagged it.
bool is_old_sparse(hid_t group) { return hdf5::has_attribute(group, "h5sparse_format"); }

bool is_sparse(hid_t group) {
  const std::string type = hdf5::text_attribute(group, "encoding-type").value_or("");
  return type == "csr_matrix" || type == "csc_matrix" || is_old_sparse(group);
}

bool stays(const Picks* picks) { return picks == nullptr || picks->is_all; }

/// One walk over a file.
class Take {
 public:
  Take(hid_t in, hid_t out, const TakeOptions& options, Job& job)
      : in_(in), out_(out), options_(options), context_{&job, &receipts_, options.gene_names} {}

  std::vector<hdf5::Receipt> file() {
    hdf5::copy_attributes(in_, out_);
    const bool has_records = hdf5::is_dataset(in_, "obs") || hdf5::is_dataset(in_, "var");
    if (has_records) write_tag(out_, root_tag);
    for (const std::string& name : hdf5::names_in(in_)) {
      if (!options_.without.contains(name)) root_member(name);
    }
    const Style style = hdf5::has_attribute(out_, "encoding-type") ? Style::modern : Style::before_0_8;
    for (const char* name : {"layers", "obsm", "obsp", "uns", "varm", "varp"})
      static_cast<void>(open_mapping(out_, name, style));
    return std::move(receipts_);
  }

  std::vector<hdf5::Receipt> layers() {
    if (hdf5::is_group(in_, "layers")) mapping("layers", {&options_.cells, &options_.genes}, Fill::zero);
    return std::move(receipts_);
  }

 private:
  void root_member(const std::string& name) {
    const Picks* cells = &options_.cells;
    const Picks* genes = &options_.genes;
    if (name == "X") return element(in_, name, out_, {cells, genes}, Fill::zero);
    if (name == "obs") return frame(name, name, *cells, {});
    if (name == "var") return frame(options_.var, name, options_.var_rows, options_.gene_names);
    if (name == "layers") return mapping(name, {cells, genes}, Fill::zero);
    if (name == "obsm") return mapping(name, {cells, nullptr}, Fill::missing);
    if (name == "varm") return mapping(name, {genes, nullptr}, Fill::missing);
    if (name == "obsp") return mapping(name, {cells, cells}, Fill::missing);
    if (name == "varp") return mapping(name, {genes, genes}, Fill::missing);
    if (name == "raw" && hdf5::is_group(in_, name)) return raw();
    if (name == "uns" && !cells->is_all && !graphs_in_uns().empty()) return uns_with_graphs();
    if (name.starts_with("raw.")) return old_raw(name);
    if (hdf5::kind_of(in_, name) != hdf5::NodeKind::none) hdf5::copy_object(in_, name, out_, name);
  }

  void frame(const std::string& name, const std::string& new_name, const Picks& rows,
             std::span<const std::string> index) {
    if (hdf5::is_dataset(in_, name)) {
      take_records({in_, name}, {out_, new_name}, rows, index, context_);
    } else if (rows.is_all && index.empty()) {
      hdf5::copy_object(in_, name, out_, new_name);
    } else {
      take_frame(hdf5::open_group(in_, name), {out_, new_name}, rows, index, context_);
    }
  }

  void mapping(const std::string& name, const Axes& axes, Fill fill) {
    if (hdf5::is_dataset(in_, name)) return take_record_matrices(in_, name, out_, *axes.rows, context_);
    const hdf5::Handle from = hdf5::open_group(in_, name);
    hdf5::Handle to;
    if (hdf5::kind_of(out_, name) == hdf5::NodeKind::none) {
      to = hdf5::create_group(out_, name);
      hdf5::copy_attributes(from, to);
    } else {
      to = hdf5::open_group(out_, name);
    }
    for (const std::string& member : hdf5::names_in(from)) {
      if (!options_.without.contains(fmt::format("{}/{}", name, member))) element(from, member, to, axes, fill);
    }
  }

  void raw() {
    const hdf5::Handle from = hdf5::open_group(in_, "raw");
    const bool is_old = hdf5::is_group(from, "X") && is_old_sparse(hdf5::open_group(from, "X"));
    if (options_.cells.is_all && !is_old) return hdf5::copy_object(in_, "raw", out_, "raw");
    const hdf5::Handle to = hdf5::create_group(out_, "raw");
    hdf5::copy_attributes(from, to, {"shape"});
    if (auto shape = hdf5::integers_attribute(from, "shape"); shape && shape->size() == 2) {
      hdf5::write_attribute(to, "shape", std::array{options_.cells.count((*shape)[0]), (*shape)[1]});
    }
    for (const std::string& member : hdf5::names_in(from)) {
      const Picks* cells = member == "X" ? &options_.cells : nullptr;
      element(from, member, to, {cells, nullptr}, Fill::zero);
    }
  }

  /// Before anndata 0.7 the graphs of neighbours, cells x cells, were not in obsp but in uns/neighbors.
  [[nodiscard]] std::set<std::string> graphs_in_uns() const {
    std::set<std::string> graphs;
    const std::int64_t n_cells = DataFrame(in_, "obs").n_rows();
    for (const std::string name : {"connectivities", "distances"}) {
      const std::string path = "uns/neighbors/" + name;
      if (!hdf5::is_group(in_, path) || !is_sparse(hdf5::open_group(in_, path))) continue;
      const hdf5::MatrixShape shape = describe_matrix(in_, {path, path, ""}).shape;
      if (shape.n_cells == n_cells && shape.n_genes == n_cells) graphs.insert(name);
    }
    return graphs;
  }

  void uns_with_graphs() {
    const auto copy_all_but = [](hid_t from, hid_t to, const std::set<std::string>& without) {
      hdf5::copy_attributes(from, to);
      for (const std::string& member : hdf5::names_in(from)) {
        if (!without.contains(member)) hdf5::copy_object(from, member, to, member);
      }
    };
    const hdf5::Handle uns = hdf5::open_group(in_, "uns");
    const hdf5::Handle new_uns = hdf5::create_group(out_, "uns");
    copy_all_but(uns, new_uns, {"neighbors"});
    const hdf5::Handle neighbors = hdf5::open_group(uns, "neighbors");
    const hdf5::Handle new_neighbors = hdf5::create_group(new_uns, "neighbors");
    const std::set<std::string> graphs = graphs_in_uns();
    copy_all_but(neighbors, new_neighbors, graphs);
    for (const std::string& name : graphs) {
      element(neighbors, name, new_neighbors, {&options_.cells, &options_.cells}, Fill::zero);
    }
  }

  /// "raw.X", "raw.var", "raw.varm" of the root are members of the group raw today; labels of raw.var ("raw.cat") are
  /// read with it.
  void old_raw(const std::string& name) {
    const hdf5::Handle to = open_raw();
    const std::string member = name.substr(4);
    if (member == "X") return element_as({in_, name}, {to, member}, {&options_.cells, nullptr}, Fill::zero);
    const Picks all;
    if (member == "var") return take_records({in_, name}, {to, member}, all, {}, context_);
  }

  hdf5::Handle open_raw() {
    if (hdf5::is_group(out_, "raw")) return hdf5::open_group(out_, "raw");
    return create_tagged_group(out_, "raw", {"raw", "0.1.0"});
  }

  void element(hid_t from, const std::string& name, hid_t to, const Axes& axes, Fill fill) {
    element_as({from, name}, {to, name}, axes, fill);
  }

  void element_as(const Member& from, const Member& to, const Axes& axes, Fill fill) {
    const hdf5::NodeKind kind = hdf5::kind_of(from.parent, from.name);
    if (kind == hdf5::NodeKind::none) return;
    const hdf5::Handle group = kind == hdf5::NodeKind::group ? hdf5::open_group(from.parent, from.name) : hdf5::Handle();
    const bool is_old = group.is_open() && is_old_sparse(group);
    if (stays(axes.rows) && stays(axes.columns) && !is_old) {
      return hdf5::copy_object(from.parent, from.name, to.parent, to.name);
    }
    if (!group.is_open()) return take_dataset(from, to, axes, fill, context_);
    if (is_sparse(group)) return take_sparse(from, to, axes, context_);
    if (hdf5::has_attribute(group, "column-order")) {
      const bool is_by_gene = axes.rows == &options_.genes;
      return take_frame(group, to, *axes.rows,
                        is_by_gene ? options_.gene_names : std::span<const std::string>(), context_);
    }
    context_.job->report->warning(
        fmt::format("{} is of a kind of which no rows can be taken, and was left out", hdf5::path_of(group)));
  }

  hid_t in_;
  hid_t out_;
  const TakeOptions& options_;
  std::vector<hdf5::Receipt> receipts_;
  TakeContext context_;
};

}  // namespace

Picks picks_of(Positions positions, std::int64_t n) {
  Picks picks;
  picks.n_old = n;
  picks.is_all = is_identity(positions, static_cast<std::size_t>(n));
  if (picks.is_all) return picks;
  picks.has_missing = std::any_of(positions.begin(), positions.end(), [](std::int64_t at) { return at < 0; });
  picks.positions = std::move(positions);
  return picks;
}

Picks picks_of(const CellRuns& cells, std::int64_t n) {
  Positions positions;
  for (const CellRun& run : cells) {
    for (std::int64_t cell = run.begin; cell < run.end; ++cell) positions.push_back(cell);
  }
  return picks_of(std::move(positions), n);
}

std::vector<hdf5::Receipt> take_file(hid_t in, hid_t out, const TakeOptions& options, Job& job) {
  return Take(in, out, options, job).file();
}

std::vector<hdf5::Receipt> take_layers(hid_t in, hid_t out, const TakeOptions& options, Job& job) {
  return Take(in, out, options, job).layers();
}

}  // namespace gemflow::h5ad
