// SPDX-License-Identifier: Apache-2.0
// Rows and columns are taken by position: an element whose axes are not those of the file is refused, not read beyond its end.
#include <functional>

#include "gemflow/run/workers.hpp"
#include "h5ad/take_file.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/h5ad_file.hpp"

using namespace gemflow;
using namespace gemflow::test;
using Catch::Matchers::Contains;
using hdf5::Handle;

namespace {

Handle group(hid_t file, const char* path) { return {H5Gopen2(file, path, H5P_DEFAULT), H5Gclose}; }

/// What taking says of an ordinary file of 4 cells and 3 genes in which one thing was spoilt.
std::string said_of(const std::function<void(hid_t)>& spoil, h5ad::Positions cells, h5ad::Positions genes) {
  const TempFolder folder;
  const auto workers = start_workers(1);
  Job job;
  job.workers = workers.get();
  const Handle in = make_h5ad(folder / "in.h5ad");
  spoil(in);
  const Handle out(H5Fcreate((folder / "out.h5ad").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  h5ad::TakeOptions options;
  options.cells = h5ad::picks_of(std::move(cells), 4);
  options.genes = h5ad::picks_of(std::move(genes), 3);
  options.var_rows = options.genes;
  options.var = "var";
  const Error error = error_of([&] { (void)h5ad::take_file(in, out, options, job); });
  CHECK(error.kind() == ErrorKind::input);
  return error.message();
}

std::string said_of_cells(const std::function<void(hid_t)>& spoil) { return said_of(spoil, {1, 3}, {0, 1, 2}); }
std::string said_of_genes(const std::function<void(hid_t)>& spoil) { return said_of(spoil, {0, 1, 2, 3}, {2, 0, 1}); }

}  // namespace

TEST_CASE("rows are taken from what has the rows of the file") {
  const auto column = [](std::vector<hsize_t> extent) {
    return [extent](hid_t f) { put_numbers(group(f, "obs"), "n", H5T_STD_I32LE, {1, 2, 3, 4, 5}, extent); };
  };
  CHECK_THAT(said_of_cells(column({3})), Contains("obs/n has 3 rows where 4 are expected"));
  CHECK_THAT(said_of_cells(column({5})), Contains("obs/n has 5 rows where 4 are expected"));
  const auto scalar = [](hid_t f) {
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Handle one(H5Dcreate2(group(f, "obs"), "n", H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
  };
  CHECK_THAT(said_of_cells(scalar), Contains("obs/n has 0 axes where at least 1 are expected"));
}

TEST_CASE("columns are taken from what has the genes of the file") {
  const auto layer = [](std::vector<hsize_t> extent) {
    return [extent](hid_t f) {
      const Handle layers = hdf5::create_group(f, "layers");
      put_numbers(layers, "a", H5T_IEEE_F32LE, std::vector<double>(16, 1), extent);
    };
  };
  CHECK_THAT(said_of_genes(layer({4, 2})), Contains("layers/a has 2 columns where 3 are expected"));
  CHECK_THAT(said_of_genes(layer({4})), Contains("layers/a has 1 axes where at least 2 are expected"));
  const auto sparse = [](hid_t f) {
    const Handle layers = hdf5::create_group(f, "layers");
    const std::array<std::int64_t, 2> shape{4, 2};
    const Handle a = put_csr(layers, "a");
    hdf5::write_attribute(a, "shape", shape);
    put_numbers(a, "indices", H5T_STD_I32LE, {0, 1, 1, 0, 1, 1});
  };
  CHECK_THAT(said_of_genes(sparse), Contains("layers/a has 2 columns where 3 are expected"));
  const auto var = [](hid_t f) { put_numbers(group(f, "var"), "n", H5T_STD_I32LE, {1, 2}); };
  CHECK_THAT(said_of_genes(var), Contains("var/n has 2 rows where 3 are expected"));
}

TEST_CASE("what has a long or a strange name is found again") {
  const TempFolder folder;
  const auto workers = start_workers(1);
  Job job;
  job.workers = workers.get();
  const Handle in = make_h5ad(folder / "in.h5ad");
  const Handle layers = hdf5::create_group(in, "layers");
  put_csr(layers, std::string(5000, 'x'));
  put_csr(layers, "red \x1b[31m");
  const Handle out(H5Fcreate((folder / "out.h5ad").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  h5ad::TakeOptions options;
  options.cells = h5ad::picks_of(h5ad::Positions{1, 3}, 4);
  const auto receipts = h5ad::take_file(in, out, options, job);
  REQUIRE(receipts.size() >= 9);  // three of each matrix
  for (const hdf5::Receipt& receipt : receipts) CHECK_NOTHROW(hdf5::verify(out, receipt));
}
