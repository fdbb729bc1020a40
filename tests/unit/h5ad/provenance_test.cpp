// SPDX-License-Identifier: Apache-2.0
#include "gemflow/formats.hpp"
#include "h5ad/provenance_input.hpp"
#include "h5ad/writer.hpp"
#include "hdf5/create.hpp"
#include "hdf5/file.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/files.hpp"

using namespace gemflow;

namespace {

/// All kinds of values, at several depths; in the order of their keys.
Provenance all_kinds() {
  Provenance p{"predict_metadata", {}};
  p.add("flag", true);
  p.add("inputs", std::vector<std::string>{"a.h5ad", "\u03b3\u03b4"});
  p.add("nested/deep/number", std::int64_t{-12});
  p.add("nested/share", 0.1);
  p.add("none", std::vector<std::string>{});
  p.add("off", false);
  p.add("one", std::vector<std::string>{"alone"});
  p.add("text", std::string("a b"));
  p.add("void", std::string());
  return p;
}

void write(const std::filesystem::path& path, const Provenance& provenance) {
  Job job;
  const auto writer = create(path, {}, job);
  writer->genes(test::genes({"g"}));
  writer->finish(provenance);
}

}  // namespace

TEST_CASE("a provenance is read back as it was written, with the types of its values") {
  const test::TempFolder folder;
  Job job;
  write(folder / "a.h5ad", all_kinds());
  const std::vector<Provenance> read = read_provenance(folder / "a.h5ad", job);
  REQUIRE(read.size() == 1);
  CHECK(read.front().command == "predict_metadata");
  REQUIRE(read.front().entries.size() == all_kinds().entries.size());
  CHECK(read.front().entries == all_kinds().entries);

  write(folder / "b.h5ad", read.front());
  CHECK(test::bytes_of(folder / "b.h5ad") == test::bytes_of(folder / "a.h5ad"));
}

TEST_CASE("no provenance is none: files that gemflow did not make, and what it does not write") {
  const test::TempFolder folder;
  Job job;
  CHECK(read_provenance(folder.file("a.csv", "cell,g\nc,1\n"), job).empty());
  write(folder / "none.h5ad", {});
  CHECK(read_provenance(folder / "none.h5ad", job).empty());

  hdf5::Handle file = hdf5::create_file(folder / "odd.h5");
  const hdf5::Handle uns = hdf5::create_group(file, "uns", false);
  const hdf5::Handle gemflow = hdf5::create_group(uns, "gemflow", false);
  const hdf5::Handle command = hdf5::create_group(gemflow, "convert", false);
  const hdf5::Handle table = hdf5::create_dataset(command, "table", H5T_STD_I32LE, {{2, 2}, {}, false, 0, false});
  const hdf5::Handle beside = hdf5::create_dataset(gemflow, "number", H5T_STD_I32LE, {});
  const std::vector<Provenance> odd = h5ad::read_provenance(file);
  REQUIRE(odd.size() == 1);
  CHECK(odd.front().entries.empty());
}
