// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/convert.hpp"

#include <utility>

#include "gemflow/core/version.hpp"
#include "gemflow/ops/value_look.hpp"
#include "gemflow/run/provenance.hpp"

namespace gemflow {
namespace {

/// Counts and layers of a chunk in the wanted genes. The buffers are swapped, so that nothing is allocated anew.
class Reorder {
 public:
  Reorder(const GeneMap& map, Workers& workers) : map_(&map), workers_(&workers) {}

  void operator()(Chunk& chunk) {
    align(chunk.counts);
    for (Layer& layer : chunk.layers) align(layer.counts);
  }

 private:
  void align(CountChunk& counts) {
    map_->align(counts, aligned_, *workers_);
    std::swap(counts, aligned_);
  }

  const GeneMap* map_;
  Workers* workers_;
  CountChunk aligned_;
};

void warn_if_not_counts(const Chunk& first, const Reader& in, Report& report) {
  const ValueLook look = look_at_values(first.counts);
  if (look.is_counts()) return;
  report.warning("'" + in.matrix() + "' holds no raw counts, it looks like " + look.holds + "; it is moved as it is");
}

Provenance provenance_of(const Reader& in, const ConvertOptions& options, const GeneMap* map) {
  Provenance provenance{"convert", {}};
  provenance.add("gemflow_version", std::string(version));
  if (!options.run.inputs.empty()) provenance.add("inputs", options.run.inputs);
  if (map != nullptr) {
    add_genes(provenance, *map, in, options.run);
  } else {
    provenance.add("matrix", in.matrix());
  }
  for (const auto& [key, value] : options.notes) provenance.add(key, value);
  return provenance;
}

}  // namespace

ConvertResult convert(Reader& in, Writer& out, const ConvertOptions& options, Job& job) {
  std::optional<GeneMap> map;
  if (options.gene_order) {
    map.emplace(map_genes(in.genes(), *options.gene_order, options.run.genes, options.mean_expression));
    tell_genes(*map, *job.report);
  }
  out.genes(map ? map->aligned_genes() : in.genes());

  ConvertResult result;
  std::optional<Reorder> reorder;
  if (map) {
    reorder.emplace(*map, *job.workers);
    result.genes = map->match();
  }
  Chunk chunk;
  while (job.check_stop(), in.next(chunk, {})) {
    if (result.n_cells == 0) warn_if_not_counts(chunk, in, *job.report);
    if (reorder) (*reorder)(chunk);
    out.append(chunk);
    result.n_cells += chunk.n_cells();
    result.n_nonzeros += chunk.counts.n_nonzeros();
    job.report->progress("cells", result.n_cells, in.n_cells());
  }
  out.finish(provenance_of(in, options, map ? &*map : nullptr));
  return result;
}

}  // namespace gemflow
