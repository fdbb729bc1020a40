// SPDX-License-Identifier: Apache-2.0
#include "h5ad/cell_outputs.hpp"

namespace gemflow::h5ad {

CellOutputs::CellOutputs(const CellSlots& slots, const Chunk& like) : obs_(slots.obs, slots.frame_style, like.obs) {
  for (const Matrix& matrix : like.obsm) {
    if (!matrix.columns.empty()) obsm_.emplace_back(slots.obsm, slots.style, matrix, slots.n_cells);
  }
  for (const Layer& layer : like.layers) {
    layers_.emplace_back(slots.layers, layer.name, layer.counts.stored_type(), slots.layout);
  }
}

void CellOutputs::add_to(hdf5::StripeWriter& writer) {
  obs_.add_to(writer);
  for (MatrixOutput& matrix : obsm_) matrix.add_to(writer);
  for (CsrOutput& layer : layers_) layer.add_to(writer);
}

void CellOutputs::give(const Chunk& chunk, std::span<const Layer> layers) {
  obs_.give(chunk.obs);
  auto output = obsm_.begin();
  for (const Matrix& matrix : chunk.obsm) {
    if (!matrix.columns.empty()) (output++)->give(matrix);
  }
  auto layer = layers_.begin();
  for (const Layer& more : layers) (layer++)->give(more.counts);
}

void CellOutputs::set_shapes(std::int64_t n_genes) {
  for (CsrOutput& layer : layers_) layer.finish(n_genes);
}

std::vector<hdf5::Receipt> CellOutputs::finish() {
  std::vector<hdf5::Receipt> receipts = obs_.finish();
  for (MatrixOutput& matrix : obsm_) {
    if (auto receipt = matrix.finish()) receipts.push_back(*std::move(receipt));
  }
  return receipts;
}

std::vector<std::string> CellOutputs::slots_of(const Chunk& chunk) {
  std::vector<std::string> slots;
  for (const Column& column : chunk.obs) slots.push_back("obs/" + column.name);
  for (const Matrix& matrix : chunk.obsm) slots.push_back("obsm/" + matrix.name);
  for (const Layer& layer : chunk.layers) slots.push_back("layers/" + layer.name);
  return slots;
}

}  // namespace gemflow::h5ad
