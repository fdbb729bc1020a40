// SPDX-License-Identifier: Apache-2.0
// One thing is wrong in a file; the sentence says what and where.
#include <functional>

#include "h5ad/column_reader.hpp"
#include "h5ad/h5ad.hpp"
#include "h5ad/stored_values.hpp"
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

void replace_shape(hid_t file, std::int64_t n_cells, std::int64_t n_genes) {
  const std::array<std::int64_t, 2> shape{n_cells, n_genes};
  hdf5::write_attribute(group(file, "X"), "shape", shape);
}

void reads_all(const std::filesystem::path& path, const OpenOptions& options, std::size_t memory = Job().memory) {
  Job job;
  job.memory = memory;
  const auto reader = h5ad::open(path, options, job);
  Chunk chunk;
  while (reader->next(chunk, {})) continue;
}

/// What reading says after one thing in an ordinary file was spoilt.
Error error_after(const std::function<void(hid_t)>& spoil, const OpenOptions& options = {}) {
  const TempFolder folder;
  {
    const Handle file = make_h5ad(folder / "a.h5ad");
    spoil(file);
  }
  Error error = error_of([&] { reads_all(folder / "a.h5ad", options); });
  CHECK_THAT(error.message(), Contains("'" + (folder / "a.h5ad").string() + "'"));
  return error;
}

struct Spoilt {
  const char* sentence;
  std::function<void(hid_t)> spoil;
  ErrorKind kind = ErrorKind::input;
};

void put_labels(hid_t obs, const std::vector<double>& codes, hid_t type = H5T_STD_I8LE) {
  const Handle column = hdf5::create_group(obs, "type");
  put_numbers(column, "codes", type, codes);
  put_texts(column, "categories", {"B", "T"});
}

}  // namespace

TEST_CASE("a damaged sparse matrix is refused with both numbers") {
  const std::vector<Spoilt> table{
      {"X/indptr falls from 2 to 1 at row 1",
       [](hid_t f) { put_numbers(group(f, "X"), "indptr", H5T_STD_I64LE, {0, 2, 1, 3, 6}); }},
      {"X/indptr begins with 1 where 0 is expected",
       [](hid_t f) { put_numbers(group(f, "X"), "indptr", H5T_STD_I32LE, {1, 2, 2, 3, 6}); }},
      {"X/indptr ends with 7, but there are 6 values",
       [](hid_t f) { put_numbers(group(f, "X"), "indptr", H5T_STD_I32LE, {0, 2, 2, 3, 7}); }},
      {"X/indptr has 4 elements where 5 are expected",
       [](hid_t f) { put_numbers(group(f, "X"), "indptr", H5T_STD_I32LE, {0, 2, 2, 6}); }},
      {"X/indptr holds float32 where whole numbers are expected",
       [](hid_t f) { put_numbers(group(f, "X"), "indptr", H5T_IEEE_F32LE, {0, 2, 2, 3, 6}); }},
      {"X/indices has 5 elements where 6 are expected",
       [](hid_t f) { put_numbers(group(f, "X"), "indices", H5T_STD_I32LE, {0, 2, 1, 0, 1}); }},
      {"X/indices holds a number outside of [0, 3) at row 2",
       [](hid_t f) { put_numbers(group(f, "X"), "indices", H5T_STD_I32LE, {0, 2, 3, 0, 1, 2}); }},
      {"X/indices holds a number outside of [0, 3) at row 0",
       [](hid_t f) { put_numbers(group(f, "X"), "indices", H5T_STD_I64LE, {0, 4294967296, 1, 0, 1, 2}); }},
      {"X/data has 2 axes where 1 is expected",
       [](hid_t f) { put_numbers(group(f, "X"), "data", H5T_IEEE_F32LE, {1, 2, 3, 4, 5, 6}, {6, 1}); }},
      {"X/data holds no numbers", [](hid_t f) { put_texts(group(f, "X"), "data", {"1", "2", "3", "4", "5", "6"}); }},
      {"X/data is not in this file", [](hid_t f) { H5Ldelete(f, "X/data", H5P_DEFAULT); }},
      {"X is a sparse matrix without a shape", [](hid_t f) { H5Adelete(group(f, "X"), "shape"); }},
      {"X has an impossible shape of -1 x 3", [](hid_t f) { replace_shape(f, -1, 3); }},
      {"X has an impossible shape of 4 x 2147483648", [](hid_t f) { replace_shape(f, 4, 1LL << 31); }},
      {"X has 4 x 5 values, but there are 4 cells and 3 genes", [](hid_t f) { replace_shape(f, 4, 5); }},
      {"X is a matrix in an encoding that is not read: 'coo_matrix' 0.1.0",
       [](hid_t f) { tag(group(f, "X"), "coo_matrix", "0.1.0"); }, ErrorKind::unsupported},
      {"X is a matrix in an encoding that is not read: 'csr_matrix' 0.9",
       [](hid_t f) { tag(group(f, "X"), "csr_matrix", "0.9"); }, ErrorKind::unsupported},
      {"X/indices holds a number outside of [0, 4) at row 2",
       [](hid_t f) {
         const Handle x = group(f, "X");
         tag(x, "csc_matrix", "0.1.0");
         put_numbers(x, "indptr", H5T_STD_I32LE, {0, 2, 4, 6});
         put_numbers(x, "indices", H5T_STD_I32LE, {0, 1, 2, 3, 0, 4});
       }},
      {"X/indices holds a number outside of [0, 4) at row 0",
       [](hid_t f) {
         const Handle x = group(f, "X");
         tag(x, "csc_matrix", "0.1.0");
         put_numbers(x, "indptr", H5T_STD_I32LE, {0, 2, 4, 6});
         put_numbers(x, "indices", H5T_STD_I32LE, {-1, 1, 2, 3, 0, 1});
       }},
  };
  for (const Spoilt& spoilt : table) {
    const Error error = error_after(spoilt.spoil);
    CHECK_THAT(error.message(), Contains(spoilt.sentence));
    CHECK(error.kind() == spoilt.kind);
  }
}

TEST_CASE("offsets that 32 bits could not hold have a sentence of their own") {
  const Error error = error_after([](hid_t f) {
    put_numbers(group(f, "X"), "indptr", H5T_STD_I32LE, {0, 2, 2147483640, -2147480112, 6});
  });
  CHECK_THAT(error.message(), Contains("X/indptr falls from 2147483640 to -2147480112 at row 2"));
  CHECK(error.hint() == "written with 32-bit offsets; rows after it are lost in this file");
}

TEST_CASE("a matrix that is no matrix is refused") {
  const auto replace = [](hid_t f, const std::function<void()>& put) {
    H5Ldelete(f, "X", H5P_DEFAULT);
    put();
  };
  const std::vector<Spoilt> table{
      {"X is missing, and there are neither layers nor raw", [&](hid_t f) { replace(f, [] {}); }},
      {"X has 1 axes where 2 are expected", [&](hid_t f) { replace(f, [=] { put_numbers(f, "X", H5T_STD_I8LE, {1}); }); }},
      {"X is no matrix",
       [&](hid_t f) {
         replace(f, [=] {
           const Handle space(H5Screate(H5S_NULL), H5Sclose);
           const Handle nothing(H5Dcreate2(f, "X", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
         });
       }},
      {"X is not in this file", [&](hid_t f) { replace(f, [=] { H5Lcreate_soft("/nowhere", f, "X", H5P_DEFAULT, H5P_DEFAULT); }); }},
      {"X is a matrix in an encoding that is not read: 'array' 7",
       [&](hid_t f) {
         replace(f, [=] {
           put_numbers(f, "X", H5T_STD_I8LE, std::vector<double>(12), {4, 3});
           tag(Handle(H5Dopen2(f, "X", H5P_DEFAULT), H5Dclose), "array", "7");
         });
       },
       ErrorKind::unsupported},
  };
  for (const Spoilt& spoilt : table) {
    const Error error = error_after(spoilt.spoil);
    CHECK_THAT(error.message(), Contains(spoilt.sentence));
    CHECK(error.kind() == spoilt.kind);
  }
}

TEST_CASE("a damaged frame is refused") {
  const std::vector<Spoilt> table{
      {"var is missing: an h5ad has obs and var", [](hid_t f) { H5Ldelete(f, "var", H5P_DEFAULT); }},
      {"var has no index: there is no 'gone' in it",
       [](hid_t f) { hdf5::write_attribute(group(f, "var"), "_index", "gone"); }},
      {"obs is no data frame",
       [](hid_t f) {
         H5Ldelete(f, "obs", H5P_DEFAULT);
         put_texts(f, "obs", {"c0", "c1", "c2", "c3"});
       }},
      {"var/_index holds text that is not UTF-8 in row 1",
       [](hid_t f) { put_texts(group(f, "var"), "_index", {"g0", "M\xfcller", "g2"}); }},
      {"X has 4 x 3 values, but there are 2 cells and 3 genes",
       [](hid_t f) { put_texts(group(f, "obs"), "_index", {"c0", "c1"}); }},
  };
  for (const Spoilt& spoilt : table) CHECK_THAT(error_after(spoilt.spoil).message(), Contains(spoilt.sentence));
}

TEST_CASE("a damaged column is refused when it is asked for, and only then") {
  OpenOptions options;
  options.obs = {"type"};
  const std::vector<Spoilt> table{
      {"obs/type/codes holds code 2 in row 3, but there are 2 categories",
       [](hid_t f) { put_labels(group(f, "obs"), {0, 1, -1, 2}); }},
      {"obs/type/codes holds code 255 in row 0, but there are 2 categories",
       [](hid_t f) { put_labels(group(f, "obs"), {255, 1, 0, 1}, H5T_STD_U8LE); }},
      {"obs/type/codes holds no codes of categories",
       [](hid_t f) { put_labels(group(f, "obs"), {0, 1, 0, 1}, H5T_IEEE_F32LE); }},
      {"obs/type has 3 rows where 4 are expected", [](hid_t f) { put_labels(group(f, "obs"), {0, 1, 0}); }},
      {"obs/type/mask is no mask of 4 values",
       [](hid_t f) {
         const Handle column = hdf5::create_group(group(f, "obs"), "type");
         put_numbers(column, "values", H5T_STD_I8LE, {0, 1, 0, 1});
         put_numbers(column, "mask", H5T_STD_I8LE, {0, 1});
       }},
      {"obs/type is a column of a kind that is not read", [](hid_t f) { hdf5::create_group(group(f, "obs"), "type"); },
       ErrorKind::unsupported},
      {"obs/type is a column of a kind that is not read",
       [](hid_t f) {
         hdf5::create_dataset(group(f, "obs"), "type", H5T_STD_REF_OBJ, {{4}, {}, false, 0, false});
       },
       ErrorKind::unsupported},
      {"obs/type is not in this file", [](hid_t) {}},
  };
  for (const Spoilt& spoilt : table) {
    const auto spoil = [&](hid_t f) {
      hdf5::write_attribute(group(f, "obs"), "column-order", std::span<const std::string>(options.obs));
      spoilt.spoil(f);
    };
    const Error error = error_after(spoil, options);
    CHECK_THAT(error.message(), Contains(spoilt.sentence));
    CHECK(error.kind() == spoilt.kind);
    const TempFolder folder;
    spoil(make_h5ad(folder / "a.h5ad"));
    CHECK_NOTHROW(reads_all(folder / "a.h5ad", {}));
  }
}

TEST_CASE("labels that lead back to their column are refused") {
  const TempFolder folder;
  const Handle file = make_h5ad(folder / "a.h5ad");
  const Handle obs = group(file, "obs");
  put_labels(obs, {0, 1, 1, 0});
  const Handle column = group(file, "obs/type");
  H5Ldelete(column, "categories", H5P_DEFAULT);
  REQUIRE(H5Lcreate_hard(obs, "type", column, "categories", H5P_DEFAULT, H5P_DEFAULT) >= 0);
  const Error error = error_of([&] { (void)h5ad::open_column(obs, "type"); });
  CHECK(error.kind() == ErrorKind::unsupported);
  CHECK_THAT(error.message(), Contains("obs/type is a column of a kind that is not read"));
}

TEST_CASE("what is not there is answered with what is near") {
  const auto asked = [](const OpenOptions& options) {
    return error_after(
        [](hid_t f) {
          put_csr(hdf5::create_group(f, "layers"), "counts");
          const Texts columns{"cell_type"};
          const Handle obs = group(f, "obs");
          hdf5::write_attribute(obs, "column-order", std::span<const std::string>(columns));
          put_texts(obs, "cell_type", {"B", "B", "T", "T"});
        },
        options);
  };
  OpenOptions options;
  options.matrix = "cuonts";
  Error error = asked(options);
  CHECK_THAT(error.message(), Contains("': it has no matrix 'cuonts'"));
  CHECK_THAT(error.hint(), Contains("did you mean 'counts'?"));

  options = {};
  options.layers = {"count"};
  error = asked(options);
  CHECK_THAT(error.message(), Contains("layers/count is missing: there is no layer 'count'"));
  CHECK_THAT(error.hint(), Contains("'counts'"));

  options = {};
  options.obs = {"celltype"};
  error = asked(options);
  CHECK_THAT(error.message(), Contains("obs has no column 'celltype'"));
  CHECK(error.hint() == "did you mean 'cell_type'?");

  options = {};
  options.cells.names = {"c1", "c7"};
  CHECK_THAT(asked(options).message(), Contains("there is no cell 'c7'"));

  options = {};
  options.cells.where = {{"cell_type", "Tt"}};
  error = asked(options);
  CHECK_THAT(error.message(), Contains("there is no cell with cell_type = 'Tt'"));
  CHECK_THAT(error.hint(), Contains("'T'"));

  options = {};
  options.cells.rows = {{2, 5}};
  CHECK_THAT(asked(options).message(), Contains("there is no range of rows 2:5, it has 4 cells"));
}

TEST_CASE("a file without counts is refused by the counts check") {
  const Error error =
      error_after([](hid_t f) { put_numbers(group(f, "X"), "data", H5T_IEEE_F32LE, {1, -2, 3, 4, 5, 6}); });
  CHECK_THAT(error.message(), Contains("holds no raw counts"));
  CHECK_THAT(error.message(), Contains("'g2'"));
  CHECK_THAT(error.message(), Contains("'c0'"));
}

TEST_CASE("more cells than can be turned are refused before anything is read") {
  constexpr std::int64_t many = std::int64_t{1} << 31;
  const Error error = error_after([](hid_t f) {
    const Handle letter(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Ldelete(f, "obs/_index", H5P_DEFAULT);
    hdf5::create_dataset(f, "obs/_index", letter, {{many}, {1 << 20}, false, 0, false});
    const Handle x = group(f, "X");
    tag(x, "csc_matrix", "0.1.0");
    put_numbers(x, "indptr", H5T_STD_I32LE, {0, 2, 4, 6});
    replace_shape(f, many, 3);
  });
  CHECK(error.kind() == ErrorKind::unsupported);
  CHECK_THAT(error.message(), Contains("X lies gene by gene and has 2147483648 cells, more than can be turned"));
}

TEST_CASE("a frame of records has the fields that it has, names are kept up to a limit") {
  const TempFolder folder;
  const Handle file = make_h5ad(folder / "a.h5ad");
  const Handle record(H5Tcreate(H5T_COMPOUND, 4), H5Tclose);
  H5Tinsert(record, "index", 0, H5T_NATIVE_INT32);
  hdf5::create_dataset(file, "old", record, {{4}, {}, false, 0, false});
  CHECK_THAT(error_of([&] { return h5ad::StoredValues(file, "old", "label"); }).message(),
             Contains("old has no field 'label'"));
  const auto names = h5ad::open_column(file, "obs/_index");
  CHECK(h5ad::read_as_texts(*names) == Texts{"c0", "c1", "c2", "c3"});
  CHECK_THAT(error_of([&] { return h5ad::read_as_texts(*names, 3); }).message(),
             Contains("4 names are more than the 3 that are kept in memory"));
}

TEST_CASE("rows that would not fit the memory are refused before one is read") {
  const TempFolder folder;
  constexpr hsize_t n_genes = 200'000;
  {
    const Handle file = make_h5ad(folder / "wide.h5ad");
    H5Ldelete(file, "X", H5P_DEFAULT);
    H5Ldelete(file, "var", H5P_DEFAULT);
    put_frame(file, "var", Texts(n_genes, "g"));
    const Handle matrix = hdf5::create_dataset(file, "X", H5T_IEEE_F64LE, {{4, n_genes}, {}, false, 0, false});
    tag(matrix, "array", "0.2.0");
  }
  constexpr std::size_t memory = std::size_t{4} << 20;
  const Error error = error_of([&] { reads_all(folder / "wide.h5ad", {}, memory); });
  CHECK(error.kind() == ErrorKind::memory);
  CHECK_THAT(error.message(), Contains("X has rows of 1 MiB, more than a quarter of the 4 MiB that may be used"));
}
