// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gem_local/decoder.hpp"
#include "gem_local/encoder.hpp"
#include "gem_local/heads.hpp"
#include "gem_local/latents.hpp"
#include "gem_local/parameters.hpp"
#include "gem_local/synthetic_counts.hpp"
#include "gemflow/core/model.hpp"

namespace gemflow::gem_local {

/// What a head's classes are called; shared by all its answers.
struct ClassNames {
  std::shared_ptr<const std::vector<std::string>> values, names;
};

/// The parameters with what the tasks look up in them.
struct Engine {
  explicit Engine(Parameters all);
  Engine(const Engine&) = delete;  // its parts point at its parameters
  Engine& operator=(const Engine&) = delete;
  ~Engine() = default;

  Parameters parameters;
  Encoder encoder;
  Decoder decoder;
  LatentReader latent_reader;
  std::vector<Classifier> classifiers;  ///< one a head
  std::vector<ClassNames> classes;      ///< one a head
  FloatRow half_square;                 ///< half the variance of a gene's log rate that the residual factors make
};

/// What metadata do not explain of a cell: latents of the residual factors, drawn from the prior.
[[nodiscard]] DoubleRow draw_residual(const Engine& engine, const CellRandom& random);
/// Adds these to a cell's log rates; the rates' mean over all draws is unchanged.
void add_residual(const Engine& engine, const DoubleRow& residual, FloatRow& log_rates);
/// Sets them among all the cell's latents.
void set_residual(const Engine& engine, const DoubleRow& residual, DoubleRow& latents);

[[nodiscard]] Chunk predict(const Engine& engine, const Query& query, Workers& workers);
[[nodiscard]] Chunk generate(const Engine& engine, const Query& query, Workers& workers);
[[nodiscard]] Chunk condition(const Engine& engine, const Query& query, Workers& workers);

/// A model around parameters that were trained or read.
[[nodiscard]] std::unique_ptr<Model> make_model(Parameters parameters, std::string checksum);

}  // namespace gemflow::gem_local
