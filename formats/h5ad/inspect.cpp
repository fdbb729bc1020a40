// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <fmt/format.h>

#include "h5ad/cell_source.hpp"
#include "h5ad/data_frame.hpp"
#include "h5ad/h5ad.hpp"
#include "h5ad/matrix.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/file.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"
#include "inspection.hpp"

namespace gemflow::h5ad {
namespace {

// What the tags tell of the writer's age; the version itself is in no file.
std::string flavour_of(hid_t file) {
  if (hdf5::is_dataset(file, "obs")) return "anndata before 0.7";
  const hdf5::Handle obs = hdf5::open_group(file, "obs");
  if (hdf5::text_attribute(obs, "encoding-version").value_or("") == "0.1.0") return "anndata 0.7";
  if (!hdf5::has_attribute(obs, "encoding-type")) return "without encoding tags";
  const std::string index = hdf5::text_attribute(obs, "_index").value_or("_index");
  return hdf5::is_group(obs, index) ? "anndata 0.13 or later" : "anndata 0.8 or later";
}

void look_at(Inspection& seen, hid_t file, const MatrixPlace& place, const Job& job) {
  MatrixView view;
  view.name = place.name;
  try {
    const StoredMatrix matrix = describe_matrix(file, place);
    view.layout = name_of(matrix.layout);
    view.type = gemflow::name_of(matrix.type);
    view.n_cells = matrix.shape.n_cells;
    view.n_genes = matrix.shape.n_genes;
    view.n_nonzeros = matrix.n_nonzeros;
    inspect_values(seen, view, first_values(file, matrix, inspected_values, job));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    view.holds = "cannot be read";
    seen.matrices.push_back(std::move(view));
    seen.remarks.push_back(error.message());
  }
}

std::vector<SlotView> columns_of(const DataFrame& frame) {
  std::vector<SlotView> columns;
  for (const std::string& name : frame.columns()) {
    try {
      columns.push_back({name, frame.column(name)->type()});
    } catch (const Error&) {
      columns.push_back({name, "not read"});
    }
  }
  return columns;
}

// "float32 x 50" for a dense matrix, the tag or "group" for anything else.
std::string type_of(hid_t mapping, const std::string& name) {
  if (hdf5::is_group(mapping, name)) {
    return hdf5::text_attribute(hdf5::open_group(mapping, name), "encoding-type").value_or("group");
  }
  if (!hdf5::is_dataset(mapping, name)) return "other";
  const hdf5::Handle dataset = hdf5::open_dataset(mapping, name);
  const auto number = hdf5::stored_type_of(dataset);
  std::string type = number ? std::string(gemflow::name_of(*number)) : hdf5::text_attribute(dataset, "encoding-type").value_or("other");
  const std::vector<std::int64_t> extent = hdf5::extent_of(dataset);
  for (std::size_t axis = 1; axis < extent.size(); ++axis) type += fmt::format(" x {}", extent[axis]);
  return type;
}

std::vector<SlotView> members_of(hid_t file, const std::string& path) {
  std::vector<SlotView> slots;
  if (!hdf5::is_group(file, path)) return slots;
  const hdf5::Handle mapping = hdf5::open_group(file, path);
  for (const std::string& name : hdf5::names_in(mapping)) {
    try {
      slots.push_back({name, type_of(mapping, name)});
    } catch (const Error&) {
      slots.push_back({name, "not read"});
    }
  }
  return slots;
}

}  // namespace

Inspection inspect(const std::filesystem::path& path, Job& job) {
  const hdf5::Handle file = hdf5::open_to_read(path, *job.report);
  const DataFrame obs(file, "obs");
  const DataFrame var(file, "var");
  Inspection seen;
  seen.format = "h5ad";
  seen.flavour = flavour_of(file);
  seen.n_cells = obs.n_rows();
  inspect_genes(seen, read_genes(var));
  for (const MatrixPlace& place : find_matrices(file)) look_at(seen, file, place, job);
  seen.obs = columns_of(obs);
  seen.var = columns_of(var);
  seen.obsm = members_of(file, "obsm");
  seen.uns = members_of(file, "uns");
  if (seen.matrices.empty()) seen.remarks.emplace_back("there is no matrix in it");
  return seen;
}

}  // namespace gemflow::h5ad
