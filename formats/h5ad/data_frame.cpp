// SPDX-License-Identifier: Apache-2.0
#include "h5ad/data_frame.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gemflow/core/nearest.hpp"
#include "h5ad/stored_values.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"

namespace gemflow::h5ad {

DataFrame::DataFrame(hid_t file, std::string path) : file_(file), path_(std::move(path)) {
  switch (hdf5::kind_of(file_, path_)) {
    case hdf5::NodeKind::group: open_group(); break;
    case hdf5::NodeKind::dataset: open_records(); break;
    default: throw hdf5::fault(file_, "is missing: an h5ad has obs and var", {}, path_);
  }
  n_rows_ = index_->n_rows();
}

void DataFrame::open_group() {
  group_ = hdf5::open_group(file_, path_);
  index_name_ = hdf5::text_attribute(group_, "_index").value_or("_index");
  const std::vector<std::string> members = hdf5::names_in(group_);
  if (hdf5::kind_of(group_, index_name_) == hdf5::NodeKind::none) {
    throw hdf5::fault(group_, fmt::format("has no index: there is no '{}' in it", printable(index_name_)),
                      did_you_mean(index_name_, members));
  }
  index_ = open_column(group_, index_name_);
  const auto is_column = [&](const std::string& name) { return name != index_name_ && name != "__categories"; };
  const auto order = hdf5::texts_attribute(group_, "column-order").value_or(members);
  std::copy_if(order.begin(), order.end(), std::back_inserter(columns_), is_column);
}

// The first field holds the names, whatever it is called.
void DataFrame::open_records() {
  columns_ = fields_of(hdf5::open_dataset(file_, path_));
  if (columns_.empty()) throw hdf5::fault(file_, "is no data frame", {}, path_);
  index_name_ = columns_.front();
  columns_.erase(columns_.begin());
  index_ = open_field(file_, path_, index_name_, nullptr);
}

bool DataFrame::has_column(const std::string& name) const {
  return std::find(columns_.begin(), columns_.end(), name) != columns_.end();
}

void DataFrame::append_names(std::int64_t begin, std::int64_t count, std::vector<std::string>& out) const {
  Column names = index_->read(begin, count);
  if (auto* texts = std::get_if<Text>(&names.values)) {
    out.insert(out.end(), std::make_move_iterator(texts->begin()), std::make_move_iterator(texts->end()));
    return;
  }
  for (std::size_t row = 0; row < names.n_rows(); ++row) out.push_back(names.text_at(row));
}

// Labels of anndata 0.5 and 0.6: uns/<column>_categories, a scalar where there is one label; for raw.var:
// raw.cat/<column>_categories.
std::shared_ptr<const std::vector<std::string>> DataFrame::old_categories(const std::string& field) const {
  const std::string labels = (path_ == "raw.var" ? "raw.cat/" : "uns/") + field + "_categories";
  if (!hdf5::is_dataset(file_, labels)) return nullptr;
  if (hdf5::extent_of(hdf5::open_dataset(file_, labels)).size() > 1) return nullptr;
  return std::make_shared<const std::vector<std::string>>(read_as_texts(*open_column(file_, labels)));
}

std::unique_ptr<ColumnReader> DataFrame::column(const std::string& name) const {
  if (!has_column(name)) {
    throw hdf5::fault(file_, fmt::format("has no column '{}'", printable(name)), did_you_mean(name, columns_), path_);
  }
  auto reader = group_.is_open() ? open_column(group_, name) : open_field(file_, path_, name, old_categories(name));
  if (reader->n_rows() == n_rows_) return reader;
  throw hdf5::fault(file_, fmt::format("has {} rows where {} are expected", reader->n_rows(), n_rows_), {},
                    path_ + "/" + name);
}

Genes read_genes(const DataFrame& var) {
  Genes genes;
  var.append_names(0, var.n_rows(), genes.names);
  for (const std::string& name : var.columns()) {
    try {
      Column column = var.column(name)->read(0, var.n_rows());
      column.name = name;
      genes.columns.push_back(std::move(column));
    } catch (const Error&) {
      // A column that cannot be read is not needed to read counts; who asks for it by name is told.
      continue;
    }
  }
  return genes;
}

}  // namespace gemflow::h5ad
