// SPDX-License-Identifier: Apache-2.0
#include "contract/five_cells.hpp"

#include <sstream>
#include <utility>

#include "gemflow/formats.hpp"
#include "support/chunks.hpp"
#include "support/made_tenx.hpp"

namespace gemflow::test {
namespace {

namespace fs = std::filesystem;

fs::path itself(const fs::path& path) { return path; }

fs::path make_h5ad(const TempFolder& folder) {
  Job job;
  fs::path path = folder / "five.h5ad";
  Chunk cells;
  cells.counts = counts(five_rows());
  cells.cell_names = five_names();
  const auto writer = create(path, {}, job);
  writer->genes(genes(five_genes()));
  writer->append(cells);
  writer->finish({"convert", {}});
  return path;
}

fs::path make_table(const TempFolder& folder) {
  std::ostringstream text;
  text << "cell";
  for (const std::string& gene : five_genes()) text << ',' << gene;
  for (std::size_t cell = 0; cell < five_rows().size(); ++cell) {
    text << '\n' << five_names()[cell];
    for (const double count : five_rows()[cell]) text << ',' << static_cast<long>(count);
  }
  text << '\n';
  return folder.file("five.csv", text.str());
}

fs::path make_folder(const TempFolder& folder) {
  std::ostringstream entries;
  int n = 0;
  for (std::size_t cell = 0; cell < five_rows().size(); ++cell) {
    for (std::size_t gene = 0; gene < five_genes().size(); ++gene) {
      const double count = five_rows()[cell][gene];
      if (count == 0) continue;
      ++n;
      entries << gene + 1 << ' ' << cell + 1 << ' ' << static_cast<long>(count) << '\n';
    }
  }
  std::ostringstream matrix;
  matrix << "%%MatrixMarket matrix coordinate integer general\n%\n6 5 " << n << '\n' << entries.str();
  folder.file("five/matrix.mtx", matrix.str());
  std::string genes_text;
  for (const std::string& gene : five_genes()) genes_text += gene + "\tsymbol\n";
  std::string barcodes;
  for (const std::string& name : five_names()) barcodes += name + "\n";
  folder.file("five/genes.tsv", genes_text);
  folder.file("five/barcodes.tsv", barcodes);
  return folder / "five";
}

fs::path make_tenx(const TempFolder& folder) {
  fs::path path = folder / "five.h5";
  hdf5::Handle file = hdf5::create_file(path);
  {
    const hdf5::Handle matrix = hdf5::create_group(file, "matrix");
    write_tenx_counts(matrix, counts(five_rows()), five_names(), 6);
    const hdf5::Handle features = hdf5::create_group(matrix, "features");
    hdf5::write_texts(features, "id", five_genes());
    hdf5::write_texts(features, "name", std::vector<std::string>(6, "symbol"));
    hdf5::write_texts(features, "feature_type", std::vector<std::string>(6, "Gene Expression"));
  }
  hdf5::close_written(file, path);
  return path;
}

}  // namespace

const std::vector<FormatRow>& format_rows() {
  static const std::vector<FormatRow> rows{
      {"h5ad", make_h5ad, itself},
      {"10x", make_tenx, itself},
      {"table", make_table, nullptr},
      {"mtx", make_folder, [](const fs::path& path) { return path / "matrix.mtx"; }},
  };
  return rows;
}

const std::vector<std::vector<double>>& five_rows() {
  static const std::vector<std::vector<double>> rows{
      {1, 0, 0, 3, 0, 2}, {0, 0, 70000, 0, 0, 1}, {0, 0, 0, 0, 0, 0}, {5, 6, 7, 8, 9, 10}, {0, 11, 0, 0, 1, 0}};
  return rows;
}

const std::vector<std::string>& five_names() {
  static const std::vector<std::string> names{"cell0", "cell1", "cell2", "cell3", "cell4"};
  return names;
}

const std::vector<std::string>& five_genes() {
  static const std::vector<std::string> genes{"ENSG00000141510", "ENSG00000111640", "ENSG00000075624",
                                              "ENSG00000081237", "ENSG00000010610", "ENSG00000153563"};
  return genes;
}

}  // namespace gemflow::test
