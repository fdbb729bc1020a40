// SPDX-License-Identifier: Apache-2.0
#include "h5ad/annotator.hpp"

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "h5ad/additions.hpp"
#include "h5ad/cell_choice.hpp"
#include "h5ad/output_file.hpp"
#include "h5ad/take_file.hpp"
#include "hdf5/file.hpp"

namespace gemflow::h5ad {
namespace {

/// A copy of `in`, or an empty file where a choice of its cells is wanted. Throws, before anything is copied, if `in`
/// cannot be added to.
OutputFile begin_file(const std::filesystem::path& in, const std::filesystem::path& out, const WriteOptions& options,
                      Job& job) {
  const DestinationOptions destination{options.overwrite, std::span(&in, 1)};
  if (!options.cells.is_all()) return OutputFile(out, destination, job);
  const hdf5::Handle file = hdf5::open_to_read(in, *job.report);
  for (const char* name : {"obs", "var"}) static_cast<void>(FrameAdditions(file, name));
  return OutputFile(in, out, destination, job);
}

class AnnotatedFile final : public Writer {
 public:
  AnnotatedFile(const std::filesystem::path& in, const std::filesystem::path& out, const WriteOptions& options,
                Job& job)
      : output_(begin_file(in, out, options, job)) {
    output_.guarded([&] {
      hdf5::Handle file = hdf5::open_to_read(in, *job.report);
      CellRuns cells = choose_cells(DataFrame(file, "obs"), options.cells, in, job);
      if (!options.cells.is_all()) take_cells(file, cells, job);
      additions_.emplace(output_.file(), AdditionOptions{in, std::move(file), std::move(cells), options.replace}, job);
    });
  }

  void genes(const Genes& genes) override {
    output_.guarded([&] { additions_->genes(genes, false); });
  }

  void append(const Chunk& chunk) override {
    output_.guarded([&] { additions_->append(chunk); });
  }

  void finish(const Provenance& provenance) override {
    output_.guarded([&] {
      for (hdf5::Receipt& receipt : additions_->finish(provenance)) receipts_.push_back(std::move(receipt));
      additions_.reset();
      output_.finish(receipts_);
    });
  }

 private:
  void take_cells(hid_t in, const CellRuns& cells, Job& job) {
    TakeOptions take;
    take.cells = picks_of(cells, DataFrame(in, "obs").n_rows());
    receipts_ = take_file(in, output_.file(), take, job);
  }

  OutputFile output_;  // before all that is in the file: closed after it
  std::optional<Additions> additions_;
  std::vector<hdf5::Receipt> receipts_;
};

}  // namespace

std::unique_ptr<Writer> annotate_h5ad(const std::filesystem::path& in, const std::filesystem::path& out,
                                      const WriteOptions& options, Job& job) {
  return std::make_unique<AnnotatedFile>(in, out, options, job);
}

}  // namespace gemflow::h5ad
