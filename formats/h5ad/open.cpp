// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "gemflow/core/nearest.hpp"
#include "gemflow/ops/counts_check.hpp"
#include "gemflow/ops/value_look.hpp"
#include "h5ad/cell_choice.hpp"
#include "h5ad/h5ad.hpp"
#include "h5ad/matrix.hpp"
#include "h5ad/reader.hpp"
#include "hdf5/container.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/file.hpp"
#include "hdf5/node.hpp"

namespace gemflow::h5ad {
namespace {

/// Non-zeros that `auto` looks at in each matrix.
constexpr std::int64_t looked_at = 1'300'000;

constexpr std::string_view layers_folder = "layers/";

/// Matrices as `--layer` takes them: "X", "raw", and layers without their folder.
std::vector<std::string> names_of(const std::vector<MatrixPlace>& places) {
  std::vector<std::string> names;
  for (const MatrixPlace& place : places) {
    const bool is_layer = place.name.rfind(layers_folder, 0) == 0;
    names.push_back(is_layer ? place.name.substr(layers_folder.size()) : place.name == "raw/X" ? "raw" : place.name);
  }
  return names;
}

/// "raw" is raw/X; a layer may be named with or without its folder.
std::optional<MatrixPlace> find_place(const std::vector<MatrixPlace>& places, const std::string& wanted) {
  const std::string layer = "layers/" + wanted;
  const std::string name = wanted == "raw" ? "raw/X" : wanted;
  const auto at = std::find_if(places.begin(), places.end(),
                               [&](const MatrixPlace& place) { return place.name == name || place.name == layer; });
  return at == places.end() ? std::nullopt : std::optional(*at);
}

// Sizes of obs and of the matrix's own var must be those of the matrix.
void require_shape(hid_t file, const StoredMatrix& matrix, std::int64_t n_cells, std::int64_t n_genes) {
  if (matrix.shape.n_cells == n_cells && matrix.shape.n_genes == n_genes) return;
  throw hdf5::fault(file, fmt::format("has {} x {} values, but there are {} cells and {} genes", matrix.shape.n_cells,
                                      matrix.shape.n_genes, n_cells, n_genes),
                    {}, matrix.place.path);
}

StoredMatrix describe_checked(hid_t file, const MatrixPlace& place, const DataFrame& obs) {
  StoredMatrix matrix = describe_matrix(file, place);
  require_shape(file, matrix, obs.n_rows(), DataFrame(file, place.var).n_rows());
  return matrix;
}

/// The first place that passes the counts check; failing that, the first that holds estimated counts, which the caller
/// may want to round; failing that, the first.
struct Decision {
  StoredMatrix matrix;
  bool may_be_counts = true;
};

Decision decide(hid_t file, const std::vector<MatrixPlace>& places, const DataFrame& obs, const Job& job) {
  std::optional<StoredMatrix> estimated;
  for (const MatrixPlace& place : places) {
    const StoredMatrix matrix = describe_checked(file, place, obs);
    const ValueLook look = look_at_values(first_values(file, matrix, looked_at, job));
    if (look.is_counts()) return {matrix, true};
    if (look.kind == ValueKind::estimated_counts && !estimated) estimated = matrix;
  }
  if (estimated) return {*estimated, true};
  return {describe_checked(file, places.front(), obs), false};
}

StoredMatrix named_layer(hid_t file, const std::vector<MatrixPlace>& places, const std::string& name,
                         const StoredMatrix& matrix) {
  const auto place = find_place(places, name);
  if (!place || place->name != "layers/" + name) {
    throw hdf5::fault(file, fmt::format("is missing: there is no layer '{}'", printable(name)),
                      did_you_mean(name, names_of(places)), "layers/" + name);
  }
  StoredMatrix layer = describe_matrix(file, *place);
  require_shape(file, layer, matrix.shape.n_cells, matrix.shape.n_genes);
  return layer;
}

std::vector<StoredMatrix> chosen_layers(hid_t file, const std::vector<MatrixPlace>& places, const OpenOptions& options,
                                        const StoredMatrix& matrix) {
  std::vector<StoredMatrix> layers;
  if (!options.every_layer) {
    for (const std::string& name : options.layers) layers.push_back(named_layer(file, places, name, matrix));
  } else if (matrix.place.var == "var") {
    for (const MatrixPlace& place : places) {
      const bool is_layer = place.name.rfind(layers_folder, 0) == 0;
      if (!is_layer || !holds_numbers(file, place)) continue;
      layers.push_back(named_layer(file, places, place.name.substr(layers_folder.size()), matrix));
    }
  }
  return layers;
}

// What is there in place of X. May throw what is wrong with it.
Error no_matrix(hid_t file) {
  if (!hdf5::has_link(file, "X")) return hdf5::fault(file, "is missing, and there are neither layers nor raw", {}, "X");
  if (hdf5::kind_of(file, "X") == hdf5::NodeKind::none) (void)hdf5::open_dataset(file, "X");
  return hdf5::fault(file, "is no matrix", {}, "X");
}

// No matrix holds counts: the check itself says what is wrong, with the first cell and gene.
void refuse(Reader& reader, const std::filesystem::path& path, Job& job) {
  CountsCheckOptions options;
  options.file = printable(path.string(), 4096);
  options.matrix = reader.matrix();
  CountsCheck check(reader.genes(), std::move(options));
  Chunk chunk;
  if (reader.next(chunk, Limit())) check.check(chunk, *job.workers);
  reader.rewind();
}

}  // namespace

bool is_h5ad(const std::filesystem::path& path, std::string_view head) {
  if (!hdf5::is_hdf5(head)) return false;
  try {
    const hdf5::Handle file = hdf5::open_to_read(path, silence());
    return hdf5::kind_of(file, "obs") != hdf5::NodeKind::none && hdf5::kind_of(file, "var") != hdf5::NodeKind::none &&
           !hdf5::is_group(file, "mod");
  } catch (const Error&) {
    return false;  // whoever opens it next says what is wrong
  }
}

std::unique_ptr<Reader> open(const std::filesystem::path& path, const OpenOptions& options, Job& job) {
  hdf5::Handle file = hdf5::open_to_read(path, *job.report);
  DataFrame obs(file, "obs");
  const std::vector<MatrixPlace> places = find_matrices(file);
  if (places.empty()) throw no_matrix(file);

  Decision decision;
  if (options.matrix == "auto" && options.automatic != AutoMatrix::first && options.counts) {
    decision = decide(file, places, obs, job);
  } else if (const auto place = find_place(places, options.matrix == "auto" ? places.front().name : options.matrix)) {
    decision.matrix = describe_checked(file, *place, obs);
  } else {
    throw hdf5::fault(file, fmt::format("has no matrix '{}'", printable(options.matrix)),
                      did_you_mean(options.matrix, names_of(places)));
  }
  std::vector<StoredMatrix> layers = chosen_layers(file, places, options, decision.matrix);
  CellRuns cells = choose_cells(obs, options.cells, path, job);
  std::vector<std::string> columns = options.every_obs ? obs.columns() : options.obs;
  auto reader = make_reader({std::move(file), std::move(obs), std::move(decision.matrix), std::move(cells),
                             std::move(layers), std::move(columns), options.obsm, options.counts, &job});
  if (!decision.may_be_counts && options.automatic == AutoMatrix::counts) refuse(*reader, path, job);
  return reader;
}

}  // namespace gemflow::h5ad
