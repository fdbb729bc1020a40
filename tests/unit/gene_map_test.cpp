// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/gene_map.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"
#include "support/genes.hpp"

using namespace gemflow;
using test::column;
using test::id;

namespace {

using Names = std::vector<std::string>;

/// A model of four genes with ids as names and symbols beside them.
const Genes model = test::genes_with({id(1), id(2), id(3), id(4)}, {column("symbol", {"ACTB", "CD3D", "LYZ", "NKG7"})});

Genes aligned(const Genes& file, const GeneMapOptions& options = {}) {
  return map_genes(file, model, options).aligned_genes();
}

GeneMapOptions with(Duplicates duplicates) {
  GeneMapOptions options;
  options.duplicates = duplicates;
  return options;
}

std::string story_of(const GeneMap& map, const std::string& name) {
  for (const GeneStory& story : map.stories()) {
    if (story.model_gene == name || (story.model_gene.empty() && story.file_gene == name)) return story.status;
  }
  return "not told";
}

using Sources = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("genes are found by id in whatever column holds them, whatever their versions") {
  const Genes file = test::genes_with(
      {"c", "b", "a", "x"},
      {column("chromosome", {"1", "1", "2", "X"}), column("gene_ids", {id(3) + ".7", id(2), id(1) + ".12", id(9)})});
  const GeneMap map = map_genes(file, model);
  CHECK(map.match().by == "Ensembl id");
  CHECK(map.match().column == "gene_ids");
  CHECK(map.aligned_genes().source == Sources{2, 1, 0, -1});
  CHECK(map.line() ==
        "3 of 4 genes of the model (75.0 %) found by Ensembl id in column 'gene_ids'; 1 missing are zero, "
        "1 of the file's not used");
  CHECK(map.warnings().empty());
}

TEST_CASE("genes are found by symbol, as text or as labels, in the index or beside it") {
  CHECK(aligned(test::genes({"NKG7", "LYZ", "CD99.1", "ACTB"})).source == Sources{3, -1, 1, 0});
  const Genes labelled = test::genes_with(
      {"1", "2", "3"}, {{"feature_name", Labels{{1, 0, 2}, test::categories({"ACTB", "LYZ", "B2M"})}}});
  const GeneMap map = map_genes(labelled, model);
  CHECK(map.match().by == "symbol");
  CHECK(map.match().column == "feature_name");
  CHECK(map.aligned_genes().source == Sources{1, -1, 0, -1});
}

TEST_CASE("of two columns the one that finds more wins, ids and the index where they are equal") {
  const Genes equal = test::genes_with({"ACTB", "CD3D", "LYZ"}, {column("gene_ids", {id(1), id(2), id(3)})});
  CHECK(map_genes(equal, model).match().by == "Ensembl id");
  const Genes gaps = test::genes_with({"ACTB", "CD3D", "LYZ"}, {column("gene_ids", {id(1), "", id(3)})});
  CHECK(map_genes(gaps, model).match().by == "symbol");
  GeneMapOptions by_id;
  by_id.by = GenesBy::id;
  CHECK(map_genes(gaps, model, by_id).match().column == "gene_ids");
  GeneMapOptions by_symbol;
  by_symbol.by = GenesBy::symbol;
  CHECK(map_genes(equal, model, by_symbol).match().column.empty());
}

TEST_CASE("ids win over symbols that find hardly more, for symbols repeat") {
  Names names, symbols, ids;
  for (int gene = 0; gene < 200; ++gene) {
    names.push_back(id(gene));
    symbols.push_back("GENE" + std::to_string(gene));
    ids.push_back(gene < 3 ? "" : id(gene));
  }
  const Genes wide = test::genes_with(names, {column("symbol", symbols)});
  const Genes close = test::genes_with(symbols, {column("gene_ids", ids)});
  CHECK(map_genes(close, wide).match().by == "Ensembl id");
  std::fill(ids.begin(), ids.begin() + 8, "");
  const Genes far = test::genes_with(symbols, {column("gene_ids", ids)});
  CHECK(map_genes(far, wide).match().by == "symbol");
}

TEST_CASE("names that are neither ids nor symbols match each other as they are") {
  const GeneMap map = map_genes(test::genes({"probe b", "probe a"}), test::genes({"probe a", "probe b", "probe c"}));
  CHECK(map.match().by == "name");
  CHECK(map.aligned_genes().source == Sources{1, 0, -1});
}

TEST_CASE("a user's table translates symbols to ids and ids to symbols") {
  const Genes ids = test::genes({id(1), id(2), id(3)});
  GeneMapOptions options;
  options.table.symbol_and_id = {{"LYZ", id(3) + ".4"}, {"ACTB", id(1)}, {"ACTB", id(1) + ".2"}, {"B2M", id(8)}};
  const GeneMap map = map_genes(test::genes({"LYZ", "B2M", "ACTB"}), ids, options);
  CHECK(map.match().through_table);
  CHECK(map.aligned_genes().source == Sources{2, -1, 0});
  CHECK(map.line().find("found by symbol in the index through the gene table") != std::string::npos);
  const GeneMap back = map_genes(ids, test::genes({"LYZ", "B2M", "ACTB"}), options);
  CHECK(back.aligned_genes().source == Sources{2, -1, 0});
  CHECK(back.match().by == "id");
}

TEST_CASE("a symbol with several ids is left out and counted") {
  GeneMapOptions options;
  options.table.symbol_and_id = {{"ACTB", id(1)}, {"CD99", id(2)}, {"CD99", id(7)},
                                 {"LYZ", id(3)},  {"U6", id(8)},   {"U6", id(9)}};
  const GeneMap map =
      map_genes(test::genes({"LYZ", "CD99", "ACTB", "U6"}), test::genes({id(1), id(2), id(3)}), options);
  CHECK(map.aligned_genes().source == Sources{2, -1, 0});
  CHECK(map.match().n_ambiguous == 1);  // U6 is nothing to the model
  CHECK(map.match().n_unused == 1);
  CHECK(story_of(map, id(2)) == "ambiguous");
  CHECK(story_of(map, "CD99") == "ambiguous");
  CHECK(map.warnings() == Names{"1 names in the input stand for several genes and are left out: 'CD99'"});

  const Genes twice = test::genes_with({id(1), id(2), id(3)}, {column("symbol", {"MATR3", "MATR3", "LYZ"})});
  GeneMapOptions lenient;
  lenient.min_overlap = 0.1;
  const GeneMap direct = map_genes(test::genes({"MATR3", "LYZ"}), twice, lenient);
  CHECK(direct.aligned_genes().source == Sources{-1, -1, 1});
  CHECK(direct.match().n_ambiguous == 1);
}

TEST_CASE("genes that repeat are an error only where the model has them") {
  CHECK(aligned(test::genes({"B2M", "ACTB", "B2M", "LYZ"})).source == Sources{1, -1, 3, -1});
  GeneMapOptions options;
  options.file = "a.h5ad";
  const Genes file = test::genes({"LYZ", "ACTB", "LYZ", "ACTB", "NKG7"});
  const Error error = error_of([&] { (void)map_genes(file, model, options); });
  CHECK(error.kind() == ErrorKind::input);
  CHECK(error.message() ==
        "2 genes of the model stand in more than one row of 'a.h5ad', compared by symbol in the index: '" + id(1) +
            "' and '" + id(3) + "'");
  CHECK(error.hint() == "--duplicates sum adds their rows up, --duplicates first takes the first row of each");
}

TEST_CASE("rows that repeat are summed, or the first is taken") {
  const Genes file = test::genes({"LYZ", "ACTB", "LYZ", "CD3D"});
  const GeneMap sum = map_genes(file, model, with(Duplicates::sum));
  CHECK(story_of(sum, id(3)) == "summed");
  CHECK(sum.warnings() == Names{"1 genes of the model stand in several rows of the input: their rows are summed"});
  const GeneMap first = map_genes(file, model, with(Duplicates::first));
  CHECK(first.aligned_genes().source == Sources{1, 3, 0, -1});
  CHECK(story_of(first, id(3)) == "found");
  CHECK(story_of(first, "LYZ") == "duplicate");
  CHECK(first.warnings() ==
        Names{"1 genes of the model stand in several rows of the input: the first row of each is taken"});
}

TEST_CASE("copies on chromosome Y give way to the gene itself, unless the model knows them") {
  const Genes file = test::genes({id(1) + ".5_PAR_Y", id(1) + ".5", id(2) + ".1_PAR_Y", id(3)});
  const GeneMap map = map_genes(file, model);
  CHECK(map.aligned_genes().source == Sources{1, 2, 3, -1});
  CHECK(story_of(map, id(1) + ".5_PAR_Y") == "y_copy");
  CHECK(map.warnings() ==
        Names{"1 rows of the input are copies on chromosome Y of genes that are there too and are left out: '" + id(1) +
              ".5_PAR_Y'"});
  CHECK(story_of(map_genes(file, model, with(Duplicates::sum)), id(1)) == "summed");
  const GeneMap itself = map_genes(file, file);
  CHECK(itself.aligned_genes().source == Sources{0, 1, 2, 3});
}

TEST_CASE("a gene that is missing is told from one that is measured as zero") {
  const GeneMap map = map_genes(test::genes({"ACTB", "LYZ"}), model);
  const Genes genes = map.aligned_genes();
  const Column* status = genes.find_column("gemflow_status");
  REQUIRE(status != nullptr);
  CHECK(status->text_at(0) == "found");
  CHECK(status->text_at(1) == "missing");
  CHECK(genes.find_column("symbol")->text_at(1) == "CD3D");
  CHECK(genes.names == model.names);
}

TEST_CASE("of a gene order that was a file the names are taken, not the statistics") {
  Genes order = model;
  order.columns.push_back({"highly_variable", std::vector<bool>(4)});
  order.columns.push_back({"n_cells", std::vector<std::int64_t>(4)});
  order.columns.push_back(column("gemflow_gene", {"a", "b", "c", "d"}));
  const Genes genes = map_genes(test::genes({"ACTB", "LYZ"}), order).aligned_genes();
  REQUIRE(genes.columns.size() == 2);
  CHECK(genes.columns[0].name == "symbol");
  CHECK(genes.columns[1].name == "gemflow_status");
}

TEST_CASE("the file's table says which genes the model has, and replaces what an earlier one said") {
  Genes file = test::genes_with({"LYZ", "B2M", "ACTB"}, {column("mine", {"x", "y", "z"})});
  const Genes table = map_genes(file, model).table();
  CHECK(table.names == file.names);
  CHECK(table.find_column("mine")->text_at(2) == "z");
  CHECK(table.find_column("gemflow_in_model")->text_at(0) == "True");
  CHECK(table.find_column("gemflow_in_model")->text_at(1) == "False");
  CHECK(table.find_column("gemflow_gene")->text_at(0) == id(3));
  CHECK(table.find_column("gemflow_gene")->text_at(1).empty());
  const Genes again = map_genes(table, test::genes({"B2M", "LYZ"})).table();
  CHECK(again.columns.size() == 3);
  CHECK(again.find_column("gemflow_gene")->text_at(1) == "B2M");
}

TEST_CASE("the report tells every gene's story") {
  const GeneMap map =
      map_genes(test::genes_with({"a", "b\t1", "c"}, {column("gene_ids", {id(2), "ENSG00000000099", id(1)})}), model);
  CHECK(map.report() ==
        "model_gene\tstatus\tfile_gene\tfound_by\tfound_as\tnote\n"
        "ENSG00000000001\tfound\tc\tEnsembl id in column 'gene_ids'\tENSG00000000001\t\n"
        "ENSG00000000002\tfound\ta\tEnsembl id in column 'gene_ids'\tENSG00000000002\t\n"
        "ENSG00000000003\tmissing\t\t\t\tnot in the file: zero in every cell, unmeasured\n"
        "ENSG00000000004\tmissing\t\t\t\tnot in the file: zero in every cell, unmeasured\n"
        "\tunused\tb1\t\tENSG00000000099\t\n");
}

TEST_CASE("overlap is the share of the model's expression, where that is known") {
  const std::vector<float> mean{0.9F, 0.05F, 0.03F, 0.02F};
  const GeneMap map = map_genes(test::genes({"ACTB"}), model, {}, mean);
  CHECK(map.match().share_of_genes == 0.25);
  CHECK(map.line().find("1 of 4 genes of the model (25.0 %, with 90.0 % of its mean expression) found") == 0);
  CHECK_THROWS_AS(map_genes(test::genes({"CD3D", "LYZ", "NKG7"}), model, {}, mean), Error);
  CHECK_THROWS_AS(map_genes(test::genes({"ACTB"}), model), Error);
}

TEST_CASE("a model that takes any genes takes them as they are") {
  ModelCard card;
  card.any_genes = true;
  const GeneMap map = map_genes(test::genes({"a", "b", "a"}), card);
  CHECK(map.line() == "all 3 genes are taken as they are");
  CHECK(map.table().find_column("gemflow_gene")->text_at(2) == "a");
  CHECK(map.aligned_genes().source == Sources{0, 1, 2});
  CHECK(map.stories().size() == 3);
}
