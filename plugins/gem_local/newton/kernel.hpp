// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

// What is compiled for several kinds of processor knows nothing but the language: a function of the standard library that
// was compiled for a newer processor could be linked into code for older ones.
namespace gemflow::gem_local {

constexpr std::size_t genes_of_block = 256;   ///< a block's loadings stay in a core's nearest memory
constexpr std::size_t latents_of_block = 3;

/// One point of the encoder's search, and what is summed there. Latents and genes are padded to whole blocks with ones
/// that add nothing.
struct NewtonProblem {
  std::size_t n_latents, n_blocks;  ///< padded latents, blocks of genes
  const float* loadings;            ///< block after block; in it latent after latent, one value a gene
  const double* wide_loadings;      ///< the same
  const double* log_share;          ///< one a gene
  const double* counts;             ///< one a gene
  const double* latents;
  double log_total;
  double* gradient;     ///< of the log likelihood: one a latent
  double* information;  ///< lower triangle of the expected information: latents x latents, row after row
};

using NewtonKernel = void (*)(const NewtonProblem& problem);

// One source, compiled with and without AVX2. Each operation stands in it and none is fused: both give the same bits.
void newton_sums_baseline(const NewtonProblem& problem);
void newton_sums_avx2(const NewtonProblem& problem);

}  // namespace gemflow::gem_local
