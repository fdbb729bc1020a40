// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gemflow/formats.hpp"
#include "inspection.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/h5ad_file.hpp"

using namespace gemflow;
using namespace gemflow::test;

namespace {

Inspection inspect_toy(const std::string& name) {
  Job job;
  return inspect(std::filesystem::path(GEMFLOW_SOURCE) / "tests/data" / ("toy_" + name + ".h5ad"), job);
}

std::string type_of(const std::vector<SlotView>& slots, const std::string& name) {
  const auto at = std::find_if(slots.begin(), slots.end(), [&](const SlotView& slot) { return slot.name == name; });
  return at == slots.end() ? "absent" : at->type;
}

}  // namespace

TEST_CASE("an inspection tells shape, matrices and what stands beside them") {
  for (const std::string name : {"0.7.8", "0.8.0", "0.13.4"}) {
    const Inspection seen = inspect_toy(name);
    CHECK(seen.format == "h5ad");
    CHECK(seen.n_cells == 12);
    CHECK(seen.n_genes == 9);
    CHECK(seen.counts_in == "X");
    CHECK(seen.gene_ids.find("Ensembl gene ids (human) in the index") != std::string::npos);
    CHECK(seen.gene_ids.find("in 'gene_symbols'") != std::string::npos);
    REQUIRE(seen.matrices.size() == 5);
    CHECK(seen.matrices[0].name == "X");
    CHECK(seen.matrices[0].layout == "csr");
    CHECK(seen.matrices[0].n_nonzeros == 60);
    CHECK(seen.matrices[0].holds == "raw counts");
    CHECK(seen.matrices[1].name == "layers/counts");
    CHECK(seen.matrices[1].type == "int32");
    CHECK(seen.matrices[2].name == "raw/X");
    CHECK(seen.matrices[2].n_genes == 12);
    CHECK(seen.matrices[3].layout == "csc");
    CHECK(seen.matrices[4].layout == "dense");
    CHECK(type_of(seen.obs, "cell_type") == "categorical (3)");
    CHECK(type_of(seen.obs, "score") == "float64");
    CHECK(type_of(seen.obs, "is_control") == "bool");
    CHECK(type_of(seen.obs, "barcode") == "string");
    CHECK(type_of(seen.var, "highly_variable") == "bool");
    CHECK(type_of(seen.obsm, "X_pca") == "float32 x 3");
    CHECK(type_of(seen.obsm, "frame") == "dataframe");
    CHECK(type_of(seen.uns, "cell_type_colors") != "absent");
  }
  CHECK(inspect_toy("0.7.8").flavour == "anndata 0.7");
  CHECK(inspect_toy("0.8.0").flavour == "anndata 0.8 or later");
  CHECK(inspect_toy("0.13.4").flavour == "anndata 0.13 or later");
  CHECK(type_of(inspect_toy("0.13.4").obs, "age") == "nullable int64");
}

TEST_CASE("an inspection names what the values are and where the counts are") {
  const Inspection seen = inspect_toy("0.12.19_log1p_raw");
  CHECK(seen.counts_in == "raw/X");
  CHECK(seen.matrices.at(0).holds.find("log1p") != std::string::npos);
  CHECK(inspect_toy("0.12.19_log1p").counts_in.empty());
}

TEST_CASE("what cannot be read is said beside what can") {
  const TempFolder folder;
  {
    const hdf5::Handle file = make_h5ad(folder / "a.h5ad");
    const hdf5::Handle layers = hdf5::create_group(file, "layers");
    const hdf5::Handle spoilt = put_csr(layers, "spoilt");
    put_numbers(spoilt, "indptr", H5T_STD_I32LE, {0, 2, 1, 3, 6});
    const Texts columns{"odd"};
    const hdf5::Handle obs(H5Gopen2(file, "obs", H5P_DEFAULT), H5Gclose);
    hdf5::write_attribute(obs, "column-order", std::span<const std::string>(columns));
    hdf5::create_group(obs, "odd");
  }
  Job job;
  const Inspection seen = inspect(folder / "a.h5ad", job);
  CHECK(seen.counts_in == "X");
  REQUIRE(seen.matrices.size() == 2);
  CHECK(seen.matrices[1].holds == "cannot be read");
  REQUIRE(seen.remarks.size() == 1);
  CHECK(seen.remarks[0].find("layers/spoilt/indptr falls from 2 to 1") != std::string::npos);
  CHECK(type_of(seen.obs, "odd") == "not read");
}

TEST_CASE("columns that repeat from gene to gene, or that gemflow wrote, do not name the genes") {
  Genes genes;
  Text symbols;
  Text chromosomes;
  Text lengths;
  for (int gene = 0; gene < 60; ++gene) {
    genes.names.push_back("ENSG00000" + std::to_string(100'000 + gene));
    symbols.push_back("GENE" + std::to_string(gene));
    chromosomes.push_back(gene % 2 == 0 ? "CHR1" : "CHRX");
    lengths.push_back(std::to_string(1000 + gene % 20));
  }
  genes.columns = {{"Chr", chromosomes}, {"feature_length", lengths}, {"gemflow_gene", symbols}};
  CHECK(describe_gene_ids(genes) == "Ensembl gene ids (human) in the index");
  genes.columns.push_back({"feature_name", symbols});
  CHECK(describe_gene_ids(genes) == "Ensembl gene ids (human) in the index, symbols (human) in 'feature_name'");
}
