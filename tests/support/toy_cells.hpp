// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "gemflow/core/genes.hpp"
#include "gemflow/core/in_memory.hpp"
#include "gemflow/models.hpp"
#include "gemflow/ops/philox.hpp"
#include "gemflow/ops/sampling.hpp"
#include "support/chunks.hpp"

namespace gemflow::test {

/// A made-up study whose truth is known: three cell types with ten markers each, a drug that raises ten genes fivefold,
/// donors that differ a little. Every number follows from the seed.
struct Toy {
  static constexpr std::size_t n_genes = 120;
  static constexpr std::array<const char*, 3> types{"CL:0000236", "CL:0000576", "CL:0000623"};
  static constexpr std::array<const char*, 3> names{"B cell", "monocyte", "NK cell"};

  std::int64_t n_cells = 600;
  std::uint64_t seed = 1;
  bool rare_type = true;           ///< 5 cells of a fourth type
  bool treated_unlabelled = true;  ///< most treated cells have no cell type, as in real studies
  double depth = 400;

  /// Mean share of a gene before scaling.
  static double rate(std::size_t gene, int type, bool treated, int donor) {
    double r = 1 + 0.3 * std::sin(static_cast<double>(gene));
    if (gene / 10 == static_cast<std::size_t>(type)) r *= 8;
    if (treated && gene / 10 == 5) r *= 5;
    if (gene / 10 == 7) r *= 1 + 0.2 * donor;
    return r;
  }

  [[nodiscard]] Chunk cells() const {
    Chunk chunk;
    Text type_ids, type_names, drugs, drug_types, donors;
    for (std::int64_t i = 0; i < n_cells; ++i) {
      const Random random(seed, {i, 0, Stream::training});
      const bool rare = rare_type && i % (n_cells / 5) == 7;
      const int type = rare ? 3 : static_cast<int>(random.uniform(0) * 3);
      const bool treated = random.uniform(1) < 0.5;
      const int donor = static_cast<int>(random.uniform(2) * 4);
      append(chunk, i, type, treated, donor);
      const bool unlabelled = treated && treated_unlabelled && random.uniform(3) < 0.7;
      const std::string id = rare ? "CL:0000556" : types[static_cast<std::size_t>(type % 3)];
      type_ids.push_back(unlabelled ? "" : id);
      type_names.push_back(unlabelled ? "" : rare ? "megakaryocyte" : names[static_cast<std::size_t>(type % 3)]);
      drugs.push_back(treated ? "CHEMBL25" : "");
      drug_types.push_back(treated ? "compound" : "control");
      donors.push_back("Donor-" + std::to_string(donor));
      chunk.cell_names.push_back("cell" + std::to_string(i));
    }
    chunk.obs = {{"type_id", std::move(type_ids)},
                 {"type_name", std::move(type_names)},
                 {"drug", std::move(drugs)},
                 {"drug_type", std::move(drug_types)},
                 {"donor", std::move(donors)}};
    return chunk;
  }

  [[nodiscard]] static Genes gene_table() {
    Genes table;
    for (std::size_t gene = 0; gene < n_genes; ++gene) table.names.push_back("G" + std::to_string(gene));
    return table;
  }

  /// What is to be learnt from the columns above; donors stay secret.
  [[nodiscard]] static TrainOptions options() {
    TrainOptions options;
    options.fields = {{"biological", "cell_type_ontology_id", "type_id", "type_name", true, true},
                      {"perturbation", "perturbation_type", "drug_type", "", true, true},
                      {"perturbation", "perturbation_ontology_id", "drug", "", true, true},
                      {"technical", "donor_id", "donor", "", true, false}};
    options.id = "toy";
    options.licence = "CC0-1.0";
    options.trained_on = "made-up cells";
    return options;
  }

 private:
  void append(Chunk& chunk, std::int64_t cell, int type, bool treated, int donor) const {
    const Random random(seed, {cell, 1, Stream::observation});
    double sum = 0;
    for (std::size_t gene = 0; gene < n_genes; ++gene) sum += rate(gene, type, treated, donor);
    const double total = depth * std::exp(0.3 * random.normal(n_genes));
    std::vector<std::int32_t> genes;
    std::vector<double> values;
    for (std::size_t gene = 0; gene < n_genes; ++gene) {
      const double count = poisson_quantile(random.uniform(gene), total * rate(gene, type, treated, donor) / sum);
      if (count == 0) continue;
      genes.push_back(static_cast<std::int32_t>(gene));
      values.push_back(count);
    }
    chunk.counts.append(genes, values);
  }
};

}  // namespace gemflow::test
