// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gem_local/arrays.hpp"
#include "gem_local/tensor_file.hpp"
#include "gemflow/core/model.hpp"

namespace gemflow::gem_local {

/// A level for each field of the model, -1 where the field says nothing.
using Levels = std::vector<std::int32_t>;

/// What a metadata field does to the genes' rates. Level l is row `first_effect + l` of Parameters::effects.
struct FieldPart {
  Field field;  ///< as the card shows it; its values are empty where they are secret
  std::int32_t n_levels = 0;
  std::int32_t first_effect = 0;
  /// For each level the levels of other fields of its group that all its training cells had: {field, level}.
  std::vector<std::vector<std::pair<std::int32_t, std::int32_t>>> implies;
};

/// A combination of levels that was seen in training.
struct Combination {
  Levels levels;
  std::int64_t n_cells = 0;
  double log_depth_mean = 0;  ///< of the natural logarithm of a cell's total
  double log_depth_sd = 0;
  std::int32_t interaction = -1;  ///< row of Parameters::interactions; -1: too few cells, the product of effects stands
};

/// A classifier: softmax((x / scale)·weights + bias) at a temperature, x = log1p of counts per 10,000, clipped.
struct Head {
  std::int32_t field = 0;
  std::vector<std::int32_t> classes;  ///< levels of the field
  std::vector<std::int32_t> genes;    ///< ascending
  FloatRow scale;                     ///< one a gene
  FloatMatrix weights;                ///< genes x classes
  FloatRow bias;
  float temperature = 1;
};

/// Where the classes of the training cells lie among the biological latents.
struct Outliers {
  FloatMatrix centres;    ///< classes x biological latents
  FloatMatrix precision;  ///< inverse of the covariance within classes; empty: nothing is known about outliers
  float threshold = 0;    ///< 99 % quantile of held-out cells' distances
};

enum LatentGroup { technical, biological, perturbation, n_groups };

/// Everything that a `.gmodel` holds. All matrices over genes have the columns of `genes`.
struct Parameters {
  std::string id, version, licence, trained_on, made_by;
  Modality modality = Modality::single_cell;
  Genes genes;
  std::vector<FieldPart> fields;
  std::vector<Combination> conditions;  ///< of all fields, sorted by levels
  std::vector<Combination> pairs;       ///< of the biological and perturbation fields; technical ones are -1
  FloatRow base;                        ///< log of each gene's share of all counts
  FloatRow dispersion;                  ///< variance = mean + dispersion·mean²
  FloatMatrix effects;                  ///< levels of all fields x genes, log
  FloatMatrix interactions;             ///< log, beyond the product of effects
  FloatMatrix loadings;  ///< latents x genes, ordered by group; within `biological` the residual factors come last
  std::array<std::int32_t, n_groups> n_latents{};
  std::int32_t n_residual = 0;
  double depth_cap = 0;  ///< counts of deeper cells are weighted down to this total when they are encoded
  std::vector<Head> heads;
  Outliers outliers;

  [[nodiscard]] Index n_genes() const noexcept { return base.size(); }
  [[nodiscard]] std::int32_t first_latent(LatentGroup group) const noexcept;
  /// The rows of `loadings` that no metadata explains.
  [[nodiscard]] auto residual_loadings() const {
    return loadings.middleRows(first_latent(perturbation) - n_residual, n_residual);
  }
  [[nodiscard]] LatentGroup group_of(std::size_t field) const;
  /// Position of the level among a field's values; -1 where it is not one.
  [[nodiscard]] std::int32_t find_level(std::size_t field, std::string_view value) const noexcept;
};

/// "technical", "biological", "perturbation" of `LatentGroup`; n_groups for another word.
[[nodiscard]] LatentGroup group_named(std::string_view name) noexcept;

[[nodiscard]] TensorFile to_file(const Parameters& parameters);
/// Errors: input (a piece is missing, of the wrong shape, out of range or not finite).
[[nodiscard]] Parameters from_file(const TensorFile& file);

[[nodiscard]] ModelCard card_of(const Parameters& parameters, std::string checksum);

}  // namespace gemflow::gem_local
