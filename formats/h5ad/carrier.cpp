// SPDX-License-Identifier: Apache-2.0
#include "h5ad/carrier.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "h5ad/additions.hpp"
#include "h5ad/cell_choice.hpp"
#include "h5ad/csr_output.hpp"
#include "h5ad/output_file.hpp"
#include "h5ad/take_file.hpp"
#include "hdf5/file.hpp"
#include "hdf5/node.hpp"

namespace gemflow::h5ad {
namespace {

std::vector<std::string> names_of(hid_t file, const std::string& path) {
  const DataFrame frame(file, path);
  std::vector<std::string> names;
  frame.append_names(0, frame.n_rows(), names);
  return names;
}

/// var of the matrix that the genes are numbered by.
std::string var_of(hid_t file, const std::string& matrix) {
  if (matrix != "raw/X") return "var";
  return hdf5::kind_of(file, "raw/var") != hdf5::NodeKind::none ? "raw/var" : "raw.var";
}

class CarriedFile final : public Writer {
 public:
  CarriedFile(const std::filesystem::path& out, const WriteOptions& options, Job& job)
      : output_(out, {options.overwrite, std::span(&options.carry, 1)}, job), options_(options), job_(&job) {
    in_ = hdf5::open_to_read(options_.carry, *job.report);
    if (options_.cells.is_all()) output_.reserve_space(std::filesystem::file_size(options_.carry));
  }

  void genes(const Genes& genes) override {
    output_.guarded([&] { take(genes); });
  }

  void append(const Chunk& chunk) override {
    output_.guarded([&] {
      if (!x_) begin(chunk);
      x_->give(chunk.counts);
      additions_->append(chunk);
    });
  }

  void finish(const Provenance& provenance) override {
    output_.guarded([&] {
      if (!x_) begin(Chunk());
      x_->finish(additions_->n_genes());
      keep(additions_->finish(provenance));
      additions_.reset();
      x_.reset();
      in_ = {};
      output_.finish(receipts_);
    });
  }

 private:
  /// Everything but X and layers.
  void take(const Genes& genes) {
    take_.var = var_of(in_, options_.carry_matrix);
    const std::vector<std::string> old_names = names_of(in_, take_.var);
    Positions source = genes.source.empty() ? find_names(genes.names, old_names) : genes.source;
    pick_genes(source, old_names);
    take_.var_rows = picks_of(source, static_cast<std::int64_t>(old_names.size()));
    if (genes.names != old_names) take_.gene_names = genes.names;
    const DataFrame obs(in_, "obs");
    const CellRuns cells = choose_cells(obs, options_.cells, options_.carry, *job_);
    take_.cells = picks_of(cells, obs.n_rows());
    const std::set<std::string> later = take_.without;
    take_.without.insert({"X", "layers"});
    receipts_ = take_file(in_, output_.file(), take_, *job_);
    take_.without = later;
    take_.gene_names = {};
    hdf5::Handle names = hdf5::open_to_read(options_.carry, *job_->report);
    additions_.emplace(output_.file(), AdditionOptions{options_.carry, std::move(names), cells, true}, *job_);
    additions_->genes(with_source(genes, source, old_names), true);
  }

  /// Layers, varm and varp are on the axis of var, which need not be that of the genes given.
  void pick_genes(const Positions& source, const std::vector<std::string>& old_names) {
    const std::vector<std::string> var_names = take_.var == "var" ? old_names : names_of(in_, "var");
    const Positions in_var = find_names(old_names, var_names);
    Positions rows;
    bool lacks_some = false;
    for (const std::int64_t at : source) {
      rows.push_back(at < 0 ? -1 : in_var[static_cast<std::size_t>(at)]);
      lacks_some |= at >= 0 && rows.back() < 0;
    }
    take_.genes = picks_of(std::move(rows), static_cast<std::int64_t>(var_names.size()));
    if (!lacks_some) return;
    take_.without = {"layers", "varm", "varp"};
    job_->report->warning("genes of raw are not all in var: layers, varm and varp are left out");
  }

  /// The file's own names as a column, where the new names are others.
  static Genes with_source(const Genes& genes, const Positions& source, const std::vector<std::string>& old_names) {
    Genes named = genes;
    Text own(source.size());
    bool differs = false;
    for (std::size_t i = 0; i < source.size(); ++i) {
      if (source[i] < 0) continue;
      own[i] = old_names[static_cast<std::size_t>(source[i])];
      differs |= own[i] != genes.names[i];
    }
    if (differs) named.columns.push_back({"gemflow_source", std::move(own)});
    return named;
  }

  void begin(const Chunk& like) {
    TakeOptions layers = take_;
    for (const Layer& layer : like.layers) layers.without.insert("layers/" + layer.name);
    if (!take_.without.contains("layers")) keep(take_layers(in_, output_.file(), layers, *job_));
    x_.emplace(output_.file(), "X", like.counts.stored_type());
    x_->add_to(additions_->stripes());
    additions_->begin(like);
  }

  void keep(std::vector<hdf5::Receipt> receipts) {
    for (hdf5::Receipt& receipt : receipts) receipts_.push_back(std::move(receipt));
  }

  OutputFile output_;  // before all that is in the file: closed after it
  WriteOptions options_;
  Job* job_;
  hdf5::Handle in_;
  TakeOptions take_;
  std::optional<Additions> additions_;
  std::optional<CsrOutput> x_;
  std::vector<hdf5::Receipt> receipts_;
};

}  // namespace

std::unique_ptr<Writer> carry_h5ad(const std::filesystem::path& out, const WriteOptions& options, Job& job) {
  return std::make_unique<CarriedFile>(out, options, job);
}

}  // namespace gemflow::h5ad
