// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <libdeflate.h>
#include <sys/stat.h>

#include "gemflow/formats.hpp"
#include "hdf5/create.hpp"
#include "hdf5/file.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"

using namespace gemflow;
using Catch::Matchers::Contains;
using gemflow::test::TempFolder;
using namespace std::string_literals;

namespace {

std::string gzip(const std::string& bytes) {
  libdeflate_compressor* deflate = libdeflate_alloc_compressor(6);
  std::string packed(libdeflate_gzip_compress_bound(deflate, bytes.size()), '\0');
  packed.resize(libdeflate_gzip_compress(deflate, bytes.data(), bytes.size(), packed.data(), packed.size()));
  libdeflate_free_compressor(deflate);
  return packed;
}

Error refusal(const std::filesystem::path& path) {
  Job job;
  return error_of([&] { (void)open(path, {}, job); });
}

std::filesystem::path hdf5_with(const TempFolder& folder, const std::vector<std::string>& groups) {
  const std::filesystem::path path = folder / (groups.empty() ? "empty" : groups.front());
  hdf5::Handle file = hdf5::create_file(path);
  for (const std::string& group : groups) hdf5::create_group(file, group);
  hdf5::close_written(file, path);
  return path;
}

}  // namespace

TEST_CASE("what is plainly something else is refused by its name") {
  struct Row {
    std::string bytes, what, hint;
  };
  const std::vector<Row> rows{
      {"", "the file is empty (0 bytes)", "download the file itself"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
       "it is a Git-LFS pointer, not the file itself", "git lfs pull"},
      {"\n <!DOCTYPE html>\n<html>", "it is a web page", "download the file itself"},
      {"<HTML><body>404", "it is a web page", "download the file itself"},
      {"<?xml version=\"1.0\"?><Error><Code>AccessDenied", "it is an XML document", "download the file itself"},
      {"PK\x03\x04 xl/workbook.xml", "it is a zip archive (or a workbook of Excel)", "unpack it"},
      {std::string(257, 'x') + "ustar\0"s, "it is a tar archive", "tar xf"},
      {gzip(std::string(257, 'x') + "ustar\0"s), "it is a tar archive, compressed by gzip", "tar xf"},
      {gzip("RDX3\nX\n"), "it is data of R, compressed by gzip", "in R"},
      {gzip("\x89HDF\r\n\x1a\n\0"s), "it is an HDF5 file compressed by gzip", "gunzip -k"},
      {"PAR1....", "it is a parquet file", "write it as csv or h5ad"},
  };
  const TempFolder folder;
  for (const Row& row : rows) {
    const Error error = refusal(folder.file("counts.h5ad", row.bytes));
    REQUIRE(error.kind() == ErrorKind::input);
    REQUIRE_THAT(error.message(), Contains("opening '") && Contains("counts.h5ad': " + row.what));
    REQUIRE_THAT(error.hint(), Contains(row.hint));
  }
}

TEST_CASE("what is not there is answered with its neighbours") {
  const TempFolder folder;
  folder.file("pbmc_3k.h5ad", "x");
  const Error near = refusal(folder / "pbmc3k.h5ad");
  REQUIRE(near.kind() == ErrorKind::input);
  REQUIRE_THAT(near.message(), Contains("pbmc3k.h5ad': no such file"));
  REQUIRE_THAT(near.hint(), Contains("did you mean 'pbmc_3k.h5ad'?"));
  REQUIRE(refusal(folder / "unlike").hint().empty());
  REQUIRE(refusal(folder / "no/folder").hint().empty());
}

TEST_CASE("what no format knows is said to be so") {
  const TempFolder folder;
  REQUIRE_THAT(refusal(folder.file("noise", "\x01\x02\x03\xff")).message(),
               Contains("its content is of no known format"));
  REQUIRE_THAT(refusal(folder.path()).message(), Contains("no file in this folder is one that is known"));
  folder.file(".zgroup", R"({"zarr_format": 2})");
  const Error zarr = refusal(folder.path());
  CHECK_THAT(zarr.message(), Contains("it is a Zarr store"));
  CHECK_THAT(zarr.hint(), Contains("write_h5ad"));
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const Error pipe = refusal(folder / "pipe");
  REQUIRE_THAT(pipe.message(), Contains("it is neither a file nor a folder"));
  REQUIRE(pipe.hint() == "write it to a file first");
}

TEST_CASE("an HDF5 file of another kind says what it is") {
  const TempFolder folder;
  const Error unknown = refusal(hdf5_with(folder, {"spectra", "times"}));
  REQUIRE(unknown.kind() == ErrorKind::input);
  REQUIRE_THAT(unknown.message(),
               Contains("it is an HDF5 file, but neither h5ad nor 10x: its root holds 'spectra' and 'times'"));
  REQUIRE_THAT(refusal(hdf5_with(folder, {})).message(), Contains("its root holds nothing"));
  const Error mudata = refusal(hdf5_with(folder, {"mod", "obs", "var"}));
  REQUIRE(mudata.kind() == ErrorKind::unsupported);
  REQUIRE_THAT(mudata.message(), Contains("it is a MuData file, with one h5ad for each modality in it"));
  const Error loom = refusal(hdf5_with(folder, {"row_attrs", "col_attrs", "matrix"}));
  REQUIRE(loom.kind() == ErrorKind::unsupported);
  REQUIRE_THAT(loom.message(), Contains("it is a loom file, which is not read"));
}

TEST_CASE("a destination of an unknown ending is answered with the known ones") {
  const TempFolder folder;
  Job job;
  const Error error = error_of([&] { (void)create(folder / "out.h5", {}, job); });
  REQUIRE(error.kind() == ErrorKind::usage);
  REQUIRE_THAT(error.message(), Contains("out.h5': nothing is written to files that end in '.h5'"));
}
