// SPDX-License-Identifier: Apache-2.0
#include "h5ad/additions.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "h5ad/picked_rows.hpp"
#include "h5ad/provenance_output.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"

namespace gemflow::h5ad {

Additions::Additions(hid_t file, AdditionOptions options, Job& job)
    : file_(file),
      options_(std::move(options)),
      job_(&job),
      style_(hdf5::has_attribute(file, "encoding-type") ? Style::modern : Style::before_0_8),
      own_(file),
      obs_(file, "obs"),
      var_(file, "var"),
      names_(options_.in_file, "obs"),
      walk_(options_.cells),
      n_cells_(count_cells(options_.cells)),
      n_genes_(DataFrame(file, "var").n_rows()) {}

void Additions::genes(const Genes& given, bool keep_existing) {
  genes_ = add_genes(file_, var_, given, own_, {options_.replace, keep_existing});
  keep(std::move(genes_.receipts));
}

FrameAdditions* Additions::frame_of(const std::string& slot) {
  if (slot.starts_with("obs/")) return &obs_;
  return slot.starts_with("var/") ? &var_ : nullptr;
}

void Additions::begin(const Chunk& like) {
  slots_ = CellOutputs::slots_of(like);
  for (const std::string& slot : slots_) make_room(file_, frame_of(slot), slot, own_, options_.replace);
  // A layer that the input has, carried in other genes, is not gemflow's own.
  std::erase_if(slots_, [this](const std::string& slot) {
    return slot.starts_with("layers/") && hdf5::kind_of(options_.in_file, slot) != hdf5::NodeKind::none && !own_.is_own(slot);
  });
  obsm_ = open_mapping(file_, "obsm", style_);
  layers_ = open_mapping(file_, "layers", style_);
  beside_.emplace(CellSlots{obs_.group(), obsm_, layers_, obs_.style(), style_, n_cells_, {}}, like);
  beside_->add_to(stripes_);
}

void Additions::append(const Chunk& chunk) {
  job_->check_stop();
  if (!beside_) begin(chunk);
  require_same_cells(chunk);
  give(chunk);
  stripes_.write_complete(*job_->workers);
  n_given_ += chunk.n_cells();
}

Error Additions::other_cells(const std::string& what) const {
  return {ErrorKind::input, fmt::format("annotating '{}': {}", printable(options_.in.string(), 4096), what)};
}

void Additions::require_same_cells(const Chunk& chunk) {
  const std::int64_t n = n_given_ + chunk.n_cells();
  if (n > n_cells_) throw other_cells(fmt::format("{} cells were given and it has {}", n, n_cells_));
  const CellRuns runs = walk_.next(chunk.n_cells());
  if (chunk.cell_names.empty()) return;
  cell_names_.clear();
  pick_names(names_, runs, cell_names_);
  const auto [given, there] = std::mismatch(chunk.cell_names.begin(), chunk.cell_names.end(), cell_names_.begin());
  if (given == chunk.cell_names.end()) return;
  throw other_cells(fmt::format("cell {} was given as '{}' and is '{}' there",
                                n_given_ + (given - chunk.cell_names.begin()), printable(*given), printable(*there)));
}

/// Layers are in the genes that were given; the file has them in the order of var.
void Additions::give(const Chunk& chunk) {
  if (genes_.is_var) {
    beside_->give(chunk);
    return;
  }
  moved_.resize(chunk.layers.size());
  for (std::size_t i = 0; i < moved_.size(); ++i) {
    n_left_out_ += renumber(chunk.layers[i].counts, genes_.to_var, moved_[i].counts);
  }
  beside_->give(chunk, moved_);
}

std::vector<hdf5::Receipt> Additions::finish(const Provenance& provenance) {
  if (n_given_ != n_cells_) throw other_cells(fmt::format("{} cells were given and it has {}", n_given_, n_cells_));
  if (!beside_) begin(Chunk());
  beside_->set_shapes(n_genes_);
  keep(stripes_.finish());
  keep(beside_->finish());
  for (const std::string& name : beside_->obs_names()) obs_.add_to_order(name);
  add_provenance(provenance);
  beside_.reset();
  obs_.finish();
  var_.finish();
  obsm_ = {};
  layers_ = {};
  return std::move(receipts_);
}

void Additions::add_provenance(const Provenance& provenance) {
  slots_.insert(slots_.end(), genes_.slots.begin(), genes_.slots.end());
  if (options_.replace) drop_superseded(provenance.command);
  Provenance named = provenance;
  for (int n = 2; hdf5::kind_of(file_, "uns/gemflow/" + named.command) != hdf5::NodeKind::none; ++n) {
    named.command = fmt::format("{}_{}", provenance.command, n);  // an earlier run under another prefix stays
  }
  write_provenance(file_, named, slots_, style_);
  if (n_left_out_ == 0) return;
  job_->report->warning(
      fmt::format("{} values of the layers are in genes that var does not have, and were left out", n_left_out_));
}

/// An earlier run of the same command whose names were written anew goes altogether.
void Additions::drop_superseded(const std::string& command) {
  const std::vector<std::string> dictionaries = own_.superseded_by(command, slots_);
  for (const std::string& slot : own_.left_over(dictionaries, slots_))
    make_room(file_, frame_of(slot), slot, own_, true);
  for (const std::string& name : dictionaries) {
    const std::string path = "uns/gemflow/" + name;
    hdf5::checked(H5Ldelete(file_, path.c_str(), H5P_DEFAULT), file_, "cannot be removed", path);
  }
}

void Additions::keep(std::vector<hdf5::Receipt> receipts) {
  for (hdf5::Receipt& receipt : receipts) receipts_.push_back(std::move(receipt));
}

}  // namespace gemflow::h5ad
