// SPDX-License-Identifier: Apache-2.0
#include "h5ad/writer.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "h5ad/carrier.hpp"
#include "h5ad/cell_outputs.hpp"
#include "h5ad/frame_output.hpp"
#include "h5ad/output_file.hpp"
#include "h5ad/provenance_output.hpp"
#include "hdf5/node.hpp"
#include "hdf5/text_stripes.hpp"

namespace gemflow::h5ad {
namespace {

/// What a new file holds besides its root; in the order in which anndata's names sort.
struct Groups {
  hdf5::Handle layers, obs, obsm;
};

class NewFile final : public Writer {
 public:
  NewFile(const std::filesystem::path& out, const WriteOptions& options, Job& job, const CsrLayout& layout)
      : output_(out, {options.overwrite, {}}, job), job_(&job), layout_(layout) {}

  void genes(const Genes& genes) override {
    output_.guarded([&] {
      n_genes_ = static_cast<std::int64_t>(genes.size());
      write_tag(output_.file(), root_tag);
      for (const char* name : {"layers", "obsm", "obsp", "uns", "varm", "varp"}) {
        static_cast<void>(create_tagged_group(output_.file(), name, mapping_tag));
      }
      receipts_ = write_genes(output_.file(), genes);
    });
  }

  void append(const Chunk& chunk) override {
    output_.guarded([&] {
      if (!x_) begin(chunk);
      job_->check_stop();
      x_->give(chunk.counts);
      names_->give(names_of(chunk));
      beside_->give(chunk);
      stripes_.write_complete(*job_->workers);
    });
  }

  void finish(const Provenance& provenance) override {
    output_.guarded([&] {
      if (!x_) begin(Chunk());
      x_->finish(n_genes_);
      beside_->set_shapes(n_genes_);
      keep(stripes_.finish());
      keep(beside_->finish());
      write_column_order(groups_.obs, beside_->obs_names());
      write_provenance(output_.file(), provenance, {}, Style::modern);
      close();
      output_.finish(receipts_);
    });
  }

 private:
  /// Creates everything that grows, as the first chunk shows it.
  void begin(const Chunk& like) {
    const hid_t file = output_.file();
    groups_.layers = hdf5::open_group(file, "layers");
    groups_.obsm = hdf5::open_group(file, "obsm");
    groups_.obs = create_frame(file, "obs", like.obs.size());
    x_.emplace(file, "X", like.counts.stored_type(), layout_);
    x_->add_to(stripes_);
    names_.emplace(groups_.obs, "_index");
    write_tag(names_->dataset(), text_array_tag);
    stripes_.add(*names_);
    beside_.emplace(CellSlots{groups_.obs, groups_.obsm, groups_.layers, Style::modern, Style::modern, {}, layout_},
                    like);
    beside_->add_to(stripes_);
  }

  /// Cells without names (a model's answer) are numbered, as anndata does.
  const std::vector<std::string>& names_of(const Chunk& chunk) {
    if (!chunk.cell_names.empty() || chunk.n_cells() == 0) return chunk.cell_names;
    numbers_.clear();
    const std::int64_t first = x_->n_cells() - chunk.n_cells();
    for (std::int64_t i = 0; i < chunk.n_cells(); ++i) numbers_.push_back(std::to_string(first + i));
    return numbers_;
  }

  void keep(std::vector<hdf5::Receipt> receipts) {
    for (hdf5::Receipt& receipt : receipts) receipts_.push_back(std::move(receipt));
  }

  /// Everything but the file itself.
  void close() {
    beside_.reset();
    names_.reset();
    x_.reset();
    groups_ = {};
  }

  OutputFile output_;  // declared first: closed last
  Job* job_;
  CsrLayout layout_;
  std::int64_t n_genes_ = 0;
  Groups groups_;
  std::optional<CsrOutput> x_;
  std::optional<hdf5::TextStripes> names_;
  std::optional<CellOutputs> beside_;
  hdf5::StripeWriter stripes_;
  std::vector<std::string> numbers_;
  std::vector<hdf5::Receipt> receipts_;
};

}  // namespace

std::unique_ptr<Writer> create_h5ad(const std::filesystem::path& out, const WriteOptions& options, Job& job) {
  if (!options.carry.empty()) return carry_h5ad(out, options, job);
  return create_h5ad(out, options, job, {});
}

std::unique_ptr<Writer> create_h5ad(const std::filesystem::path& out, const WriteOptions& options, Job& job,
                                    const CsrLayout& layout) {
  return std::make_unique<NewFile>(out, options, job, layout);
}

}  // namespace gemflow::h5ad
