// SPDX-License-Identifier: Apache-2.0
#include "h5ad/frame_output.hpp"

#include "h5ad/column_outputs.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/create.hpp"

namespace gemflow::h5ad {

hdf5::Handle create_frame(hid_t parent, const std::string& name, std::size_t n_columns) {
  hdf5::Handle frame = hdf5::create_group(parent, name, n_columns > most_plain_columns);
  write_tag(frame, {"dataframe", "0.2.0"});
  hdf5::write_attribute(frame, "_index", "_index");
  return frame;
}

void write_column_order(hid_t frame, std::span<const std::string> columns) {
  hdf5::write_attribute(frame, "column-order", columns);
}

std::vector<hdf5::Receipt> write_genes(hid_t file, const Genes& genes) {
  hdf5::Handle frame = create_frame(file, "var", genes.columns.size());
  std::vector<hdf5::Receipt> receipts = write_columns(frame, Style::modern, genes.columns);
  receipts.push_back(write_text_array(frame, "_index", genes.names));
  std::vector<std::string> names;
  for (const Column& column : genes.columns) names.push_back(column.name);
  write_column_order(frame, names);
  hdf5::close_checked(std::move(frame), file, "var");
  return receipts;
}

}  // namespace gemflow::h5ad
