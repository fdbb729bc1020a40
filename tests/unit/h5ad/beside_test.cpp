// SPDX-License-Identifier: Apache-2.0
// What stands beside the cells of an h5ad: dense matrices, names, lists of texts; and cells without their counts.
#include "gemflow/formats.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/h5ad_file.hpp"

using namespace gemflow;
using namespace gemflow::test;
using Catch::Matchers::Contains;
using hdf5::Handle;

namespace {

/// Four cells; obsm/X_pca of float64 in chunks of 3 x 2, obsm/X_umap of float32, obsm/frame, which is a group.
std::filesystem::path file_in(const TempFolder& folder) {
  const Handle file = make_h5ad(folder / "a.h5ad");
  const Handle obsm = hdf5::create_group(file, "obsm");
  const Handle pca = hdf5::create_dataset(obsm, "X_pca", H5T_IEEE_F64LE, {{4, 3}, {3, 2}, false, 0, false});
  const std::vector<double> values{0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32.1};
  hdf5::write_rows(pca, H5T_NATIVE_DOUBLE, 0, 4, values.data());
  put_numbers(obsm, "X_umap", H5T_IEEE_F32LE, {1, 2, 3, 4}, {4, 1});
  put_numbers(obsm, "short", H5T_IEEE_F32LE, {1, 2, 3}, {3, 1});
  hdf5::create_group(obsm, "frame");
  const Handle classes = hdf5::create_group(hdf5::create_group(file, "uns"), "classes");
  put_texts(classes, "cell_type", {"B cell", "T cell"});
  put_numbers(classes, "age", H5T_IEEE_F32LE, {1});
  return folder / "a.h5ad";
}

Error error_with(const std::string& matrix) {
  const TempFolder folder;
  const auto path = file_in(folder);
  Job job;
  OpenOptions options;
  options.obsm = {matrix};
  return error_of([&] { static_cast<void>(open(path, options, job)); });
}

}  // namespace

TEST_CASE("dense matrices come with the chosen cells, as float32, in chunks of any size") {
  const std::int64_t at_once = GENERATE(1, 2, 100);
  const bool with_counts = GENERATE(true, false);
  const TempFolder folder;
  Job job;
  OpenOptions options;
  options.obsm = {"X_umap", "X_pca"};
  options.counts = with_counts;
  options.cells.names = {"c0", "c2", "c3"};
  const auto reader = open(file_in(folder), options, job);
  for (int round = 0; round < 2; ++round) {
    std::vector<float> umap, pca;
    std::vector<std::string> names;
    std::int64_t n_values = 0;
    for (Chunk chunk; reader->next(chunk, {at_once, 1000});) {
      REQUIRE(chunk.obsm.size() == 2);
      CHECK(chunk.obsm[0].name == "X_umap");
      CHECK(chunk.obsm[1].columns == std::vector<std::string>{"0", "1", "2"});
      CHECK(chunk.obsm[1].values.size() == 3 * chunk.cell_names.size());
      umap.insert(umap.end(), chunk.obsm[0].values.begin(), chunk.obsm[0].values.end());
      pca.insert(pca.end(), chunk.obsm[1].values.begin(), chunk.obsm[1].values.end());
      names.insert(names.end(), chunk.cell_names.begin(), chunk.cell_names.end());
      CHECK(chunk.counts.number(0) == (names.size() == chunk.cell_names.size() ? 0 : names[names.size() - 1][1] - '0'));
      n_values += chunk.counts.n_nonzeros();
      if (at_once == 2 && chunk.n_cells() == 2) break;
    }
    if (at_once == 2) {
      CHECK(pca == std::vector<float>{0, 1, 2, 20, 21, 22});
    } else {
      CHECK(names == std::vector<std::string>{"c0", "c2", "c3"});
      CHECK(umap == std::vector<float>{1, 3, 4});
      CHECK(pca == std::vector<float>{0, 1, 2, 20, 21, 22, 30, 31, 32.1F});
      CHECK(n_values == (with_counts ? 6 : 0));
    }
    reader->rewind();
  }
}

TEST_CASE("a matrix that is not there, or is none, is told with its name") {
  const Error missing = error_with("X_pac");
  CHECK(missing.kind() == ErrorKind::input);
  CHECK_THAT(missing.message(), Contains("is missing: there is no matrix 'X_pac' in obsm"));
  CHECK(missing.hint() == "did you mean 'X_pca'?");
  CHECK_THAT(error_with("frame").message(), Contains("obsm/frame is no dense matrix of numbers"));
  CHECK_THAT(error_with("short").message(), Contains("obsm/short has 3 rows where 4 are expected"));
  const TempFolder folder;
  Job job;
  OpenOptions options;
  options.obsm = {"X_pca"};
  const auto table = folder.file("a.csv", "cell,A\nc,1\n");
  CHECK(error_of([&] { static_cast<void>(open(table, options, job)); }).message().ends_with("there is no obsm matrix 'X_pca'"));
}

TEST_CASE("names and texts of an h5ad are found by their place") {
  const TempFolder folder;
  const auto path = file_in(folder);
  Job job;
  CHECK(names_in(path, "obsm", job) == std::vector<std::string>{"X_pca", "X_umap", "frame", "short"});
  CHECK(names_in(path, "layers", job).empty());
  CHECK(names_in(path, "uns/none/deeper", job).empty());
  CHECK(names_in(path, "obs", job).empty());
  CHECK(texts_in(path, "uns/classes/cell_type", job) == std::vector<std::string>{"B cell", "T cell"});
  CHECK(!texts_in(path, "uns/classes/age", job));
  CHECK(!texts_in(path, "uns/classes/tissue", job));
}
