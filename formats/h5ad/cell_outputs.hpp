// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "h5ad/column_outputs.hpp"
#include "h5ad/csr_output.hpp"
#include "h5ad/encoding.hpp"
#include "h5ad/matrix_output.hpp"
#include "hdf5/handle.hpp"
#include "hdf5/stripes.hpp"

namespace gemflow::h5ad {

/// Where what stands beside the cells goes.
struct CellSlots {
  hid_t obs;
  hid_t obsm;
  hid_t layers;
  Style frame_style = Style::modern;      ///< of obs
  Style style = Style::modern;            ///< of the mappings
  std::optional<std::int64_t> n_cells{};  ///< where it is known
  CsrLayout layout{};
};

/// Everything that comes with the cells of a chunk but its counts and names: obs columns, obsm, layers. The first chunk
/// says what there is.
class CellOutputs {
 public:
  /// Creates it all, empty. The groups must outlive this. Errors: io.
  CellOutputs(const CellSlots& slots, const Chunk& like);

  void add_to(hdf5::StripeWriter& writer);
  /// The next cells; borrowed until StripeWriter::write_complete is done. REQUIRES: the slots of the first chunk, in
  /// order.
  void give(const Chunk& chunk) { give(chunk, chunk.layers); }
  /// The same with other layers than the chunk's own.
  void give(const Chunk& chunk, std::span<const Layer> layers);
  /// Before StripeWriter::finish: the shapes of the layers.
  void set_shapes(std::int64_t n_genes);
  /// After it: labels, contiguous blocks.
  [[nodiscard]] std::vector<hdf5::Receipt> finish();

  [[nodiscard]] std::vector<std::string> obs_names() const { return obs_.names(); }
  /// "obs/gemflow_cell_type", "obsm/X_gemflow_biological", "layers/gemflow_counts".
  [[nodiscard]] static std::vector<std::string> slots_of(const Chunk& chunk);

 private:
  ColumnOutputs obs_;
  std::list<MatrixOutput> obsm_;
  std::list<CsrOutput> layers_;
};

}  // namespace gemflow::h5ad
