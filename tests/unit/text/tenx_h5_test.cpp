// SPDX-License-Identifier: Apache-2.0
#include "tenx_h5/tenx_h5.hpp"

#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/made_tenx.hpp"
#include "support/read_all.hpp"
#include "support/said.hpp"

using namespace gemflow;
using Catch::Matchers::Contains;
using test::Rows;
using Names = std::vector<std::string>;

namespace {

const test::Rows three_cells{{1, 0, 2, 3}, {0, 0, 0, 0}, {0, 4, 0, 5}};

void write_matrix(hid_t group) {
  test::write_tenx_counts(group, test::counts(three_cells), {"AAAC-1", "AAAG-1", "AAAT-1"}, 4);
}

/// A file to be filled; closed and opened as counts by `open`.
struct File {
  test::TempFolder folder;
  std::filesystem::path path = folder / "m.h5";
  hdf5::Handle file = hdf5::create_file(path);
  test::Said said;
  Job job;

  File() { job.report = &said; }

  void write_v3(const Names& types, bool probes = false) {
    const hdf5::Handle matrix = hdf5::create_group(file, "matrix");
    write_matrix(matrix);
    const hdf5::Handle features = hdf5::create_group(matrix, "features");
    hdf5::write_texts(features, "id",
                      Names{"ENSG00000000003", "ENSG00000000005", "ENSG00000000419", "ENSG00000000457"});
    hdf5::write_texts(features, "name", Names{"TSPAN6", "TNMD", "DPM1", "SCYL3"});
    hdf5::write_texts(features, "feature_type", types);
    hdf5::write_texts(features, "genome", Names{"GRCh38", "GRCh38", "GRCh38", "GRCh38"});
    if (!probes) return;
    hdf5::write_texts(features, "gene_id", Names{"A", "B", "B", "A"});
    hdf5::write_texts(features, "gene_name", Names{"a", "b", "b", "a"});
    test::write_numbers<std::int8_t>(features, "filtered_probes", H5T_NATIVE_INT8, {1, 1, 0, 1});
  }
  void write_legacy(const std::string& genome) {
    const hdf5::Handle group = hdf5::create_group(file, genome);
    write_matrix(group);
    hdf5::write_texts(group, "genes", Names{"g0", "g1", "g2", "g3"});
    hdf5::write_texts(group, "gene_names", Names{"s0", "s1", "s2", "s3"});
  }
  void close() {
    if (file.is_open()) hdf5::close_written(file, path);
  }
  std::unique_ptr<Reader> open(const OpenOptions& options = {}) {
    close();
    return tenx_h5_format.open(path, options, job);
  }
  Inspection inspect() {
    close();
    return tenx_h5_format.inspect(path, job);
  }
};

const Names genes_alone(4, "Gene Expression");

}  // namespace

TEST_CASE("a 10x file gives its cells as they lie") {
  File file;
  file.write_v3(genes_alone);
  const std::unique_ptr<Reader> reader = file.open();
  const test::AllCells all = test::all_cells(*reader);
  CHECK(all.rows == three_cells);
  CHECK(all.names == Names{"AAAC-1", "AAAG-1", "AAAT-1"});
  CHECK(reader->matrix() == "matrix");
  CHECK(reader->genes().names.front() == "ENSG00000000003");
  CHECK(reader->genes().find_column("gene_symbols")->text_at(3) == "SCYL3");
  CHECK(reader->genes().find_column("genome")->text_at(0) == "GRCh38");

  OpenOptions options;
  options.cells.names = {"AAAT-1", "AAAC-1"};
  CHECK(test::all_cells(*file.open(options)).rows == Rows{{1, 0, 2, 3}, {0, 4, 0, 5}});
  options.cells = {{}, {}, {{1, 3}}};
  CHECK(test::all_cells(*file.open(options)).names == Names{"AAAG-1", "AAAT-1"});
}

TEST_CASE("proteins are left out of a 10x file") {
  File file;
  file.write_v3({"Gene Expression", "Antibody Capture", "Gene Expression", "Antibody Capture"});
  const std::unique_ptr<Reader> reader = file.open();
  CHECK(test::all_cells(*reader).rows == Rows{{1, 2}, {0, 0}, {0, 0}});
  CHECK(reader->genes().names == Names{"ENSG00000000003", "ENSG00000000419"});
  CHECK(reader->genes().find_column("gene_symbols")->text_at(1) == "DPM1");
  CHECK_THAT(file.said.notes.back(), Contains("2 features that are no genes are left out: 2 'Antibody Capture'"));
}

TEST_CASE("probes that passed the filter are summed to genes") {
  File file;
  file.write_v3(genes_alone, true);
  const std::unique_ptr<Reader> reader = file.open();
  CHECK(test::all_cells(*reader).rows == Rows{{4, 0}, {0, 0}, {5, 4}});
  CHECK(reader->genes().names == Names{"A", "B"});
  CHECK(reader->genes().find_column("gene_symbols")->text_at(1) == "b");
  CHECK_THAT(file.said.notes.back(), Contains("summed to 2 genes; 1 of 4 did not pass the filter"));
  CHECK(file.inspect().flavour == "10x v3, probes");
}

TEST_CASE("an old 10x file has a matrix for each genome") {
  File file;
  file.write_legacy("hg19");
  CHECK(test::all_cells(*file.open()).rows.front() == std::vector<double>{1, 0, 2, 3});
  CHECK(file.inspect().flavour == "10x before v3");

  File two;
  two.write_legacy("hg19");
  two.write_legacy("mm10");
  const gemflow::Error error = error_of([&] { two.open(); });
  CHECK_THAT(error.message(), Contains("it holds a matrix for each of several genomes: 'hg19' and 'mm10'"));
  CHECK(error.hint() == "choose one: --layer hg19");
  OpenOptions options;
  options.matrix = "mm10";
  CHECK(two.open(options)->matrix() == "mm10");
  options.matrix = "mm9";
  CHECK_THAT(error_of([&] { two.open(options); }).message(), Contains("there is no matrix 'mm9'"));
  const Inspection seen = two.inspect();
  REQUIRE(seen.matrices.size() == 2);
  CHECK(seen.matrices[1].name == "mm10");
  CHECK_THAT(seen.remarks.back(), Contains("one matrix for each genome: choose one with --layer"));
}

TEST_CASE("an inspection of a 10x file says what is in it") {
  File file;
  file.write_v3({"Gene Expression", "Antibody Capture", "Gene Expression", "Gene Expression"});
  const Inspection seen = file.inspect();
  CHECK(seen.format == "10x");
  CHECK(seen.flavour == "10x v3");
  CHECK(seen.n_cells == 3);
  CHECK(seen.n_genes == 3);
  REQUIRE(seen.matrices.size() == 1);
  CHECK(seen.matrices[0].type == "int32");
  CHECK(seen.matrices[0].holds == "raw counts");
  CHECK(seen.counts_in == "matrix");
  CHECK_THAT(seen.gene_ids, Contains("Ensembl gene ids (human) in the index"));
}

TEST_CASE("a list of molecules is no matrix, and is told from other files") {
  File file;
  for (const char* const name : {"barcode_idx", "feature_idx", "umi"}) {
    test::write_numbers<std::int64_t>(file.file, name, H5T_NATIVE_INT64, {1});
  }
  CHECK(error_of([&] { file.open(); }).kind() == ErrorKind::unsupported);
  CHECK(tenx_h5_format.detect(file.path, test::bytes_of(file.path).substr(0, 4096)));
  File empty;
  empty.close();
  CHECK_FALSE(tenx_h5_format.detect(empty.path, test::bytes_of(empty.path).substr(0, 4096)));
  CHECK_FALSE(tenx_h5_format.detect(empty.path, "text"));
}
