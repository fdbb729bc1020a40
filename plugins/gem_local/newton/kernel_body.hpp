// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "gem_local/newton/kernel.hpp"

// Included by one source for each kind of processor; each gets functions of its own.
// NOLINTBEGIN(misc-definitions-in-headers): shared by the linker, they would be of one kind of processor for all.
namespace gemflow::gem_local {
namespace {

constexpr double overdispersion = 0.5;  ///< genes with many counts have a say, not the last word
constexpr double largest_change = 10;   ///< of a log rate
constexpr double largest_exponent = 700;

constexpr std::size_t n_genes = genes_of_block;
constexpr std::size_t n_rows = latents_of_block;

// Vectors of the compilers' own: a processor with shorter registers takes two for one.
using Doubles = double __attribute__((vector_size(32)));
using Longs = std::int64_t __attribute__((vector_size(32)));
using Floats = float __attribute__((vector_size(32)));
using HalfFloats = float __attribute__((vector_size(16)));
constexpr std::size_t n_doubles = sizeof(Doubles) / sizeof(double);
constexpr std::size_t n_floats = sizeof(Floats) / sizeof(float);
constexpr std::size_t n_unrolled = 4;

// In memory: as aligned as one value. A copy by memcpy would come in halves, and wait for both.
template <typename Vector, typename Value>
struct InMemory {
  using Type [[gnu::aligned(sizeof(Value)), gnu::may_alias]] = Vector;
};

template <typename Vector, typename Value>
inline void load(const Value* from, Vector& to) {
  to = *reinterpret_cast<const typename InMemory<Vector, Value>::Type*>(from);
}

template <typename Vector, typename Value>
inline void store(const Vector& from, Value* to) {
  *reinterpret_cast<typename InMemory<Vector, Value>::Type*>(to) = from;
}

inline void clamp(Doubles& x, double most) {
  const Doubles highest = Doubles{} + most;
  x = x < -highest ? -highest : x;
  x = x > highest ? highest : x;
}

/// exp(x) = 2^n · exp(r), |r| <= log(2) / 2, by thirteen terms of the series. REQUIRES: |x| <= 700.
inline void exponential(Doubles& x) {
  constexpr double to_integer = 0x1.8p52;  // added to a number it leaves the nearest integer in the last bits
  constexpr double inverse_factorials[]{1.0,        1.0,         1.0 / 2,      1.0 / 6,       1.0 / 24,
                                        1.0 / 120,  1.0 / 720,   1.0 / 5040,   1.0 / 40320,   1.0 / 362880,
                                        1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600};
  const Doubles shifted = x * 1.4426950408889634 + to_integer;
  const Doubles n = shifted - to_integer;
  const Doubles r = x - n * 0x1.62e42feep-1 - n * 0x1.a39ef35793c76p-33;  // log(2) in two parts
  Doubles sum = {};
  for (std::size_t i = sizeof inverse_factorials / sizeof(double); i-- > 0;) sum = sum * r + inverse_factorials[i];
  Longs bits, exponent;
  std::memcpy(&bits, &sum, sizeof bits);
  std::memcpy(&exponent, &shifted, sizeof exponent);
  bits += exponent << 52;
  std::memcpy(&x, &bits, sizeof x);
}

/// What the genes of a block pull and how much they know at the point.
struct BlockWeights {
  double pull[n_genes];
  float information[n_genes];
};

/// `mean` comes as the log of what is expected of some neighbouring genes.
inline void weigh(Doubles& mean, const double* counts, double* pull, float* information) {
  Doubles seen;
  load(counts, seen);
  clamp(mean, largest_exponent);
  exponential(mean);
  const Doubles weight = 1.0 / (1.0 + overdispersion * mean);
  store((seen - mean) * weight, pull);
  store(__builtin_convertvector(mean * weight, HalfFloats), information);
}

inline void weigh_block(const NewtonProblem& problem, std::size_t block, BlockWeights& weights) {
  const double* const loadings = problem.wide_loadings + block * problem.n_latents * n_genes;
  for (std::size_t first = 0; first < n_genes; first += n_unrolled * n_doubles) {
    Doubles change[n_unrolled] = {};
    for (std::size_t k = 0; k < problem.n_latents; ++k) {
      for (std::size_t i = 0; i < n_unrolled; ++i) {
        Doubles loading;
        load(loadings + k * n_genes + first + i * n_doubles, loading);
        change[i] += loading * problem.latents[k];
      }
    }
    for (std::size_t i = 0; i < n_unrolled; ++i) {
      const std::size_t gene = first + i * n_doubles;
      Doubles mean;
      load(problem.log_share + block * n_genes + gene, mean);
      clamp(change[i], largest_change);
      mean = mean + problem.log_total + change[i];
      weigh(mean, problem.counts + block * n_genes + gene, weights.pull + gene, weights.information + gene);
    }
  }
}

template <typename Vector>
inline double sum_of(const Vector& values) {
  double sum = 0;
  for (std::size_t i = 0; i < sizeof values / sizeof values[0]; ++i) sum += static_cast<double>(values[i]);
  return sum;
}

inline void add_gradient(const double* loadings, const BlockWeights& weights, double* gradient) {
  Doubles sums[n_rows] = {};
  for (std::size_t gene = 0; gene < n_genes; gene += n_doubles) {
    Doubles pull;
    load(weights.pull + gene, pull);
    for (std::size_t row = 0; row < n_rows; ++row) {
      Doubles loading;
      load(loadings + row * n_genes + gene, loading);
      sums[row] += loading * pull;
    }
  }
  for (std::size_t row = 0; row < n_rows; ++row) gradient[row] += sum_of(sums[row]);
}

/// Some rows of loadings times the weights, by some rows of loadings. Floats: they are summed over one block only.
inline void add_information(const float* scaled, const float* loadings, double* information, std::size_t stride) {
  Floats sums[n_rows][n_rows] = {};
  for (std::size_t gene = 0; gene < n_genes; gene += n_floats) {
    Floats right[n_rows];
    for (std::size_t column = 0; column < n_rows; ++column) load(loadings + column * n_genes + gene, right[column]);
    for (std::size_t row = 0; row < n_rows; ++row) {
      Floats left;
      load(scaled + row * n_genes + gene, left);
      for (std::size_t column = 0; column < n_rows; ++column) sums[row][column] += left * right[column];
    }
  }
  for (std::size_t row = 0; row < n_rows; ++row) {
    for (std::size_t column = 0; column < n_rows; ++column) {
      information[row * stride + column] += sum_of(sums[row][column]);
    }
  }
}

inline void scale(const float* loadings, const BlockWeights& weights, float* scaled) {
  for (std::size_t row = 0; row < n_rows; ++row) {
    for (std::size_t gene = 0; gene < n_genes; ++gene) {
      scaled[row * n_genes + gene] = loadings[row * n_genes + gene] * weights.information[gene];
    }
  }
}

inline void newton_sums(const NewtonProblem& problem) {
  const std::size_t n = problem.n_latents;
  for (std::size_t i = 0; i < n; ++i) problem.gradient[i] = 0;
  for (std::size_t i = 0; i < n * n; ++i) problem.information[i] = 0;
  BlockWeights weights;
  float scaled[n_rows * n_genes];
  for (std::size_t block = 0; block < problem.n_blocks; ++block) {
    const float* const loadings = problem.loadings + block * n * n_genes;
    weigh_block(problem, block, weights);
    for (std::size_t row = 0; row < n; row += n_rows) {
      add_gradient(problem.wide_loadings + (block * n + row) * n_genes, weights, problem.gradient + row);
      scale(loadings + row * n_genes, weights, scaled);
      for (std::size_t column = 0; column <= row; column += n_rows) {
        add_information(scaled, loadings + column * n_genes, problem.information + row * n + column, n);
      }
    }
  }
}

}  // namespace
}  // namespace gemflow::gem_local
// NOLINTEND(misc-definitions-in-headers)
