// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cell_runs.hpp"
#include "gemflow/core/chunk.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/genes.hpp"
#include "gemflow/core/job.hpp"
#include "gemflow/core/writer.hpp"
#include "h5ad/cell_outputs.hpp"
#include "h5ad/data_frame.hpp"
#include "h5ad/frame_additions.hpp"
#include "h5ad/gene_additions.hpp"
#include "h5ad/own_slots.hpp"
#include "hdf5/handle.hpp"
#include "hdf5/stripes.hpp"

namespace gemflow::h5ad {

/// Whose cells get additions, and how these meet what is there.
struct AdditionOptions {
  std::filesystem::path in;  ///< for messages
  hdf5::Handle
      in_file;  ///< it has the names of the cells. Not read from the file that is written: reading texts between
                ///< writing others changes where HDF5 puts them, and the bytes would follow from the chunks
  CellRuns cells;        ///< of it, those that the file holds
  bool replace = false;  ///< names that gemflow wrote before may be written anew
};

/// What is added to a file that holds a whole AnnData: columns of obs and var, obsm, layers, uns['gemflow'].
class Additions {
 public:
  /// `file` is open for writing and must outlive this, as must the job.
  Additions(hid_t file, AdditionOptions options, Job& job);

  /// What else is written with the cells may be added, before `begin`.
  [[nodiscard]] hdf5::StripeWriter& stripes() noexcept { return stripes_; }
  [[nodiscard]] std::int64_t n_genes() const noexcept { return n_genes_; }

  /// Columns of var. `given`: what is there already is kept without a word if `keep_existing`.
  void genes(const Genes& given, bool keep_existing);
  /// Creates what the first chunk has; once. Errors: usage, where a name is taken.
  void begin(const Chunk& like);
  /// The next cells. Errors: input, where they are not the file's, by number or by name.
  void append(const Chunk& chunk);
  /// Closes everything but the file. Errors: input, where cells are missing.
  [[nodiscard]] std::vector<hdf5::Receipt> finish(const Provenance& provenance);

 private:
  [[nodiscard]] Error other_cells(const std::string& what) const;
  [[nodiscard]] FrameAdditions* frame_of(const std::string& slot);
  void require_same_cells(const Chunk& chunk);
  void give(const Chunk& chunk);
  void add_provenance(const Provenance& provenance);
  void drop_superseded(const std::string& command);
  void keep(std::vector<hdf5::Receipt> receipts);

  hid_t file_;
  AdditionOptions options_;
  Job* job_;
  Style style_;  ///< of the mappings
  OwnSlots own_;
  FrameAdditions obs_, var_;
  DataFrame names_;  ///< of the cells
  CellWalk walk_;    ///< over those that are still to be given
  std::int64_t n_cells_;
  std::int64_t n_genes_;
  std::int64_t n_given_ = 0;
  std::int64_t n_left_out_ = 0;
  hdf5::Handle obsm_, layers_;
  AddedGenes genes_;
  std::optional<CellOutputs> beside_;
  hdf5::StripeWriter stripes_;
  std::vector<std::string> slots_;
  std::vector<std::string> cell_names_;
  std::vector<Layer> moved_;
  std::vector<hdf5::Receipt> receipts_;
};

}  // namespace gemflow::h5ad
