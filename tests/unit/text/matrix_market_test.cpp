// SPDX-License-Identifier: Apache-2.0
#include "matrix_market/matrix_market.hpp"

#include "support/catch.hpp"
#include "support/compress.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/read_all.hpp"
#include "support/said.hpp"

using namespace gemflow;
using Catch::Matchers::Contains;
using test::Rows;

namespace {

const std::string banner = "%%MatrixMarket matrix coordinate integer general\n";
const std::string three_genes = "ENSG1\tA\tGene Expression\nENSG2\tB\tGene Expression\nENSG3\tC\tGene Expression\n";
const std::string two_cells = "AAAC-1\nAAAG-1\n";
const Rows expected{{1, 0, 2}, {0, 3, 0}};

/// A folder with a matrix of three genes x two cells, unless the test changes a part of it.
struct Folder {
  std::string matrix = banner + "%metadata_json: {\"software_version\": \"x\"}\n3 2 3\n1 1 1\n3 1 2\n2 2 3\n";
  std::string features = three_genes;
  std::string barcodes = two_cells;
  std::string prefix;
  test::TempFolder place;
  test::Said said;
  Job job;

  std::unique_ptr<Reader> open(const OpenOptions& options = {}, std::string_view inside = "") {
    write();
    return matrix_market_format.open(place / inside, options, job);
  }
  void write() {
    job.report = &said;
    place.file(prefix + "matrix.mtx", matrix);
    place.file(prefix + "features.tsv", features);
    place.file(prefix + "barcodes.tsv", barcodes);
  }
  std::string fault() {
    return error_of([&] { test::all_cells(*open()); }).message();
  }
};

}  // namespace

TEST_CASE("a 10x folder gives cells, genes, symbols and types") {
  Folder folder;
  const std::unique_ptr<Reader> reader = folder.open();
  CHECK(reader->n_cells() == 2);
  CHECK(reader->matrix() == "counts");
  CHECK(reader->genes().names == std::vector<std::string>{"ENSG1", "ENSG2", "ENSG3"});
  REQUIRE(reader->genes().find_column("gene_symbols") != nullptr);
  CHECK(reader->genes().find_column("gene_symbols")->text_at(2) == "C");
  CHECK(reader->genes().find_column("feature_types")->text_at(0) == "Gene Expression");
  const test::AllCells cells = test::all_cells(*reader);
  CHECK(cells.rows == expected);
  CHECK(cells.names == std::vector<std::string>{"AAAC-1", "AAAG-1"});
  Chunk chunk;
  reader->next(chunk, {});
  CHECK(chunk.counts.stored_type() == ValueType::int32);
}

TEST_CASE("each file may be gzipped or not, old or new by name, with a prefix and junk beside it") {
  test::TempFolder folder;
  const std::string matrix = banner + "3 2 3\n1 1 1\n3 1 2\n2 2 3\n";
  folder.file("._GSM1_matrix.mtx.gz", "junk");
  folder.file(".DS_Store", "junk");
  folder.file("GSM1_matrix.mtx.gz", test::gzip(matrix));
  folder.file("GSM1_genes.tsv", "ENSG1\tA\nENSG2\tB\nENSG3\tC\n");
  folder.file("GSM1_barcodes.tsv.gz", test::bgzf(two_cells));
  Job job;
  const std::unique_ptr<Reader> reader = matrix_market_format.open(folder.path(), {}, job);
  CHECK(test::all_cells(*reader).rows == expected);
  CHECK(reader->genes().find_column("feature_types") == nullptr);

  folder.file("GSM2_matrix.mtx", matrix);
  const gemflow::Error several = error_of([&] { matrix_market_format.open(folder.path(), {}, job); });
  CHECK_THAT(several.message(), Contains("it holds 2 matrices: 'GSM1_matrix.mtx.gz' and 'GSM2_matrix.mtx'"));
  CHECK_THAT(several.hint(), Contains("name one of them: "));
  CHECK(test::all_cells(*matrix_market_format.open(folder / "GSM1_matrix.mtx.gz", {}, job)).rows == expected);
  const gemflow::Error alone = error_of([&] { matrix_market_format.open(folder / "GSM2_matrix.mtx", {}, job); });
  CHECK_THAT(alone.message(), Contains("GSM2_matrix.mtx': there is no list of its genes beside it"));
  CHECK(alone.hint() == "looked for 'GSM2_features.tsv', also as .gz");

  folder.file("GSM1_features.tsv", three_genes);
  CHECK_THAT(error_of([&] { matrix_market_format.open(folder / "GSM1_matrix.mtx.gz", {}, job); }).message(),
             Contains("it is not clear which list is meant: 'GSM1_features.tsv' and 'GSM1_genes.tsv'"));
}

TEST_CASE("a matrix of another name has its lists by its stem, or beside it") {
  test::TempFolder folder;
  Job job;
  // kallisto | bustools: cells in rows, told by the name where both lengths are equal
  folder.file("kb/cells_x_genes.mtx", "%%MatrixMarket matrix coordinate real general\n%\n2 2 2\n1 2 5\n2 1 7\n");
  folder.file("kb/cells_x_genes.genes.txt", "G1\nG2\n");
  folder.file("kb/cells_x_genes.barcodes.txt", "c1\nc2\n");
  CHECK(test::all_cells(*matrix_market_format.open(folder / "kb", {}, job)).rows == Rows{{0, 5}, {7, 0}});
  // STARsolo: several matrices share the lists
  folder.file("star/spliced.mtx", banner + "2 1 1\n1 1 4\n");
  folder.file("star/features.tsv", "G1\tA\tGene Expression\nG2\tB\tGene Expression\n");
  folder.file("star/barcodes.tsv", "c1\n");
  CHECK(test::all_cells(*matrix_market_format.open(folder / "star/spliced.mtx", {}, job)).rows == Rows{{4, 0}});
}

TEST_CASE("lengths of the lists tell which axis is which") {
  Folder folder;
  folder.matrix = banner + "2 3 3\n1 1 1\n1 3 2\n2 2 3\n";
  CHECK(test::all_cells(*folder.open()).rows == expected);
  folder.matrix = banner + "4 2 0\n";
  CHECK_THAT(folder.fault(),
             Contains("a matrix of 4 x 2 does not fit 3 genes ('features.tsv') and 2 cells ('barcodes.tsv')"));
}

TEST_CASE("a square matrix has genes in rows unless told otherwise") {
  Folder folder;
  folder.features = "G1\nG2\n";
  folder.matrix = banner + "2 2 1\n1 2 9\n";
  CHECK(test::all_cells(*folder.open()).rows == Rows{{0, 0}, {9, 0}});
  OpenOptions told;
  told.orientation = Orientation::cells_in_rows;
  CHECK(test::all_cells(*folder.open(told)).rows == Rows{{0, 9}, {0, 0}});
}

TEST_CASE("entries in another order, repeated and zero make the same cells") {
  Folder folder;
  folder.matrix = banner + "\n% a comment\n3 2 5\n\n2 2 1\n 3\t1  2 \n1 1 1\n2 2 2\n1 2 0";  // no newline at the end
  CHECK(test::all_cells(*folder.open()).rows == expected);
  folder.matrix = banner + "3 2 5\n3 1 2\n1 1 1\n2 2 1\n2 2 2\n1 2 0\n";  // by cell, not by gene
  CHECK(test::all_cells(*folder.open()).rows == expected);
}

TEST_CASE("values are integers, reals or, without values, ones") {
  Folder folder;
  folder.matrix = "%%MatrixMarket matrix coordinate real general\n3 2 3\n1 1 7e1\n3 1 +2.5\n2 2 1e+05\n";
  CHECK(test::all_cells(*folder.open()).rows == Rows{{70, 0, 2.5}, {0, 100000, 0}});
  CHECK(folder.said.warnings.empty());
  folder.matrix = "%%MatrixMarket matrix coordinate pattern general\n3 2 1\n2 1\n";
  CHECK(test::all_cells(*folder.open()).rows == Rows{{0, 1, 0}, {0, 0, 0}});
  CHECK_THAT(folder.said.warnings.back(), Contains("says where counts are and not how many: each is taken as 1"));
}

TEST_CASE("only genes are kept where there are several feature types") {
  Folder folder;
  folder.features = "ENSG1\tA\tGene expression\nCD3\tCD3\tAntibody Capture\nENSG3\tC\tGene expression\n";
  const std::unique_ptr<Reader> reader = folder.open();
  CHECK(reader->genes().names == std::vector<std::string>{"ENSG1", "ENSG3"});
  CHECK(test::all_cells(*reader).rows == Rows{{1, 2}, {0, 0}});
  CHECK_THAT(folder.said.notes.back(), Contains("1 features that are no genes are left out: 1 'Antibody Capture'"));

  folder.features = "a\ta\tPeaks\nb\tb\tCustom\nc\tc\tPeaks\n";
  CHECK_THAT(folder.fault(), Contains("none of its features is of type 'Gene Expression': 1 'Custom', 2 'Peaks'"));
  folder.features = "a\ta\tPeaks\nb\tb\tPeaks\nc\tc\tPeaks\n";
  CHECK(test::all_cells(*folder.open()).rows == expected);
  CHECK_THAT(folder.said.warnings.back(), Contains("are no genes: 3 'Peaks'"));
}

TEST_CASE("cells are chosen by name and by row") {
  for (const bool in_order : {true, false}) {
    Folder folder;
    folder.barcodes = "a\nb\nc\nd\n";
    folder.matrix = banner + (in_order ? "3 4 3\n1 1 1\n3 1 2\n2 4 3\n" : "3 4 3\n2 4 3\n3 1 2\n1 1 1\n");
    OpenOptions options;
    options.cells.names = {"d", "a"};
    const std::unique_ptr<Reader> named = folder.open(options);
    CHECK(named->n_cells() == 2);
    CHECK(test::all_cells(*named).rows == Rows{{1, 0, 2}, {0, 3, 0}});
    CHECK(test::all_cells(*named).names == std::vector<std::string>{"a", "d"});
    options.cells.rows = {1, 4};
    CHECK(test::all_cells(*folder.open(options)).names == std::vector<std::string>{"d"});

    options.cells.rows = {2, 5};
    CHECK_THAT(error_of([&] { folder.open(options); }).message(),
               Contains("there is no range of rows 2:5, it has 4 cells"));
    options.cells = {{"aa"}, {}, {}};
    CHECK_THAT(error_of([&] { folder.open(options); }).message(), Contains("there is no cell 'aa'"));
    options.cells = {{}, {{"type", "B"}}, {}};
    CHECK_THAT(error_of([&] { folder.open(options); }).message(), Contains("there is no obs column 'type'"));
  }
}

TEST_CASE("what a folder does not have is named") {
  Folder folder;
  OpenOptions options;
  options.matrix = "raw";
  const gemflow::Error error = error_of([&] { folder.open(options); });
  CHECK_THAT(error.message(), Contains("there is no matrix 'raw'"));
  CHECK(error.hint() == "it has the one 'counts'");
  options = {};
  options.layers = {"spliced"};
  CHECK_THAT(error_of([&] { folder.open(options); }).message(), Contains("there is no layer 'spliced'"));
  const test::TempFolder empty;
  CHECK_THAT(error_of([&] { matrix_market_format.open(empty.path(), {}, folder.job); }).message(),
             Contains("it holds no .mtx file"));
}

TEST_CASE("a damaged matrix is refused where it is damaged") {
  Folder folder;
  const auto fault_of = [&](const std::string& matrix) {
    folder.matrix = matrix;
    return folder.fault();
  };
  CHECK_THAT(fault_of(banner + "3 2 3\n1 1 1\n3 1 2\n"),
             Contains("it holds 2 of the 3 entries that its header announces"));
  CHECK_THAT(fault_of(banner + "3 2 1\n1 1 1\n3 1 2\n"),
             Contains("line 4 is one more than the 1 entries that the header announces"));
  CHECK_THAT(fault_of(banner + "3 2 1\n4 1 1\n"), Contains("line 3 names the place 4, 1 in a matrix of 3 x 2"));
  CHECK_THAT(fault_of(banner + "3 2 1\n0 1 1\n"), Contains("names the place 0, 1"));
  CHECK_THAT(fault_of(banner + "3 2 1\n1 1 x\n"), Contains("line 3 holds '1 1 x', which is no entry"));
  CHECK_THAT(fault_of(banner + "3 2 1\n1 1 1 1\n"), Contains("which is no entry"));
  CHECK_THAT(fault_of(banner + "3 2 1\n1 1\n"), Contains("which is no entry"));
  CHECK_THAT(fault_of(banner + "3 2 1\n1 1 1.5\n"), Contains("and the banner says integer (of 32 bits)"));
  CHECK_THAT(fault_of(banner + "3 2 1\n1 1 3000000000\n"), Contains("and the banner says integer (of 32 bits)"));
  CHECK_THAT(fault_of(banner + "three\n"),
             Contains("line 2 holds 'three' where rows, columns and entries are expected"));
  CHECK_THAT(fault_of(banner), Contains("line 1 is the last one: rows, columns and entries are missing"));
  CHECK_THAT(fault_of("%%matrixmarket matrix\n"), Contains("line 1 is not a MatrixMarket banner"));
  CHECK_THAT(fault_of("%%MatrixMarket matrix array real general\n3 2\n"),
             Contains("it is a MatrixMarket 'matrix array real general'"));
  CHECK_THAT(fault_of("%%MatrixMarket matrix coordinate integer symmetric\n3 2\n"), Contains("integer symmetric'"));
}

TEST_CASE("order that breaks behind the first million entries is an error and not a wrong cell") {
  Folder folder;
  std::string& matrix = folder.matrix;
  folder.features.clear();
  for (int i = 0; i < 1000; ++i) folder.features += "G" + std::to_string(i) + '\n';
  folder.barcodes.clear();
  for (int i = 0; i < 1001; ++i) folder.barcodes += "c" + std::to_string(i) + '\n';
  matrix = banner + "1000 1001 1000002\n";
  for (int cell = 1; cell <= 1000; ++cell) {
    for (int gene = 1; gene <= 1000; ++gene) matrix += std::to_string(gene) + ' ' + std::to_string(cell) + " 1\n";
  }
  matrix += "1 1001 1\n1 7 1\n";
  const std::unique_ptr<Reader> reader = folder.open();
  const gemflow::Error error = error_of([&] {
    for (Chunk chunk; reader->next(chunk, {});) {
    }
  });
  CHECK_THAT(error.message(),
             Contains("line 1000004 goes back from cell 1001 to cell 7, and all before it is cell by cell"));
}

TEST_CASE("a matrix that changes while it is read is noticed") {
  Folder folder;
  const std::unique_ptr<Reader> reader = folder.open();
  folder.place.file("matrix.mtx", banner + "4 9 1\n4 9 1\n");
  CHECK_THAT(error_of([&] { reader->rewind(); }).message(),
             Contains("line 2 has other sizes than before: the file changed while it was read"));
}

TEST_CASE("an inspection of a folder says what is in it") {
  Folder folder;
  folder.features =
      "ENSG00000000003\tTSPAN6\tGene Expression\nENSG00000000419\tDPM1\tGene Expression\n"
      "ENSG00000000457\tSCYL3\tGene Expression\n";
  folder.write();
  const Inspection seen = matrix_market_format.inspect(folder.place.path(), folder.job);
  CHECK(seen.format == "mtx");
  CHECK(seen.flavour == "10x v3");
  CHECK(seen.n_cells == 2);
  CHECK(seen.n_genes == 3);
  REQUIRE(seen.matrices.size() == 1);
  CHECK(seen.matrices[0].layout == "coordinate");
  CHECK(seen.matrices[0].type == "int32");
  CHECK(seen.matrices[0].n_nonzeros == 3);
  CHECK(seen.matrices[0].holds == "raw counts");
  CHECK(seen.counts_in == "counts");
  CHECK_THAT(seen.gene_ids, Contains("Ensembl gene ids (human) in the index"));
  REQUIRE(seen.var.size() == 2);
  CHECK(seen.var[0].name == "gene_symbols");
}

TEST_CASE("a folder or file is taken for MatrixMarket by what it holds") {
  const test::TempFolder folder;
  CHECK_FALSE(matrix_market_format.detect(folder.path(), ""));
  folder.file("a/matrix.mtx.gz", "x");
  CHECK(matrix_market_format.detect(folder / "a", ""));
  CHECK(matrix_market_format.detect(folder / "a/matrix.mtx.gz", "x"));
  CHECK_FALSE(matrix_market_format.detect(folder.file("x.tsv", "x"), "x"));
}
