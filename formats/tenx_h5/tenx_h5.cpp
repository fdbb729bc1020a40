// SPDX-License-Identifier: Apache-2.0
#include "tenx_h5/tenx_h5.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "gemflow/core/error.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/container.hpp"
#include "hdf5/file.hpp"
#include "hdf5/node.hpp"
#include "inspection.hpp"
#include "tenx_h5/tenx_reader.hpp"

namespace gemflow {
namespace {

bool detect(const std::filesystem::path& path, std::string_view head) {
  if (!hdf5::is_hdf5(head)) return false;
  try {
    const hdf5::Handle file = hdf5::open_to_read(path, silence());
    return tenx::is_molecule_info(file) || !tenx::find_places(file).empty();
  } catch (const Error&) {
    return false;  // whoever opens it next says what is wrong
  }
}

std::string flavour_of(const tenx::Matrix& matrix) {
  if (hdf5::is_group(matrix.file, "droplet_latents") || matrix.place.group == "matrix_v2") return "CellBender";
  if (!matrix.place.has_features) return "10x before v3";
  const std::string writer = hdf5::text_attribute(matrix.file, "software_version").value_or("");
  const std::string kind = matrix.features.are_probes() ? "10x v3, probes" : "10x v3";
  return writer.empty() ? kind : kind + ", " + printable(writer, 60);
}

/// Adds the matrix to what was seen, with a look at its first cells.
void inspect_matrix(Inspection& seen, tenx::Matrix& matrix, const Job& job) {
  const hdf5::MatrixShape shape = matrix.shape();
  hdf5::CompressedCells cells(matrix.group, shape, all_cells(shape.n_cells), job);
  CountChunk first;
  cells.take(cells.n_that_fit({shape.n_cells + 1, inspected_values}), first);
  const auto n_genes = static_cast<std::int64_t>(matrix.features.genes().size());
  MatrixView view{matrix.place.group, "csr", std::string(name_of(cells.stored_type())), shape.n_cells, n_genes, -1, ""};
  if (matrix.features.are_genes()) {
    view.n_nonzeros = cells.n_nonzeros();
    inspect_values(seen, std::move(view), first);
    return;
  }
  CountChunk by_gene;
  matrix.features.gather(first, by_gene, *job.workers);
  inspect_values(seen, std::move(view), by_gene);
}

Inspection inspect(const std::filesystem::path& path, Job& job) {
  const std::vector<tenx::Place> places = tenx::find_places(hdf5::open_to_read(path, *job.report));
  tenx::Matrix first(path, places.empty() ? "auto" : places.front().group, *job.report);
  Inspection seen;
  seen.format = tenx_h5_format.name;
  seen.flavour = flavour_of(first);
  seen.n_cells = first.shape().n_cells;
  inspect_genes(seen, first.features.genes());
  inspect_matrix(seen, first, job);
  for (std::size_t i = 1; i < places.size(); ++i) {
    tenx::Matrix further(path, places[i].group, *job.report);
    inspect_matrix(seen, further, job);
  }
  if (places.size() > 1) seen.remarks.emplace_back("there is one matrix for each genome: choose one with --layer");
  return seen;
}

constexpr std::array<std::string_view, 1> extensions{".h5"};

}  // namespace

constinit const Format tenx_h5_format{"10x", extensions, detect, inspect, tenx::open, nullptr, nullptr};

}  // namespace gemflow
