// SPDX-License-Identifier: Apache-2.0
#include "h5ad/writer.hpp"

#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "gemflow/run/workers.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/file.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/strings.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/many_cells.hpp"

using namespace gemflow;
using namespace gemflow::test;
using Catch::Matchers::Contains;
using hdf5::Handle;

namespace {

const h5ad::CsrLayout small_stripes{256, 1023};

Provenance provenance() {
  Provenance p{"convert", {}};
  p.add("version", std::string("0.1"));
  p.add("match/found", std::int64_t{12});
  p.add("match/share", 0.5);
  p.add("match/whole", true);
  p.add("inputs", std::vector<std::string>{"a.h5ad", "b.h5ad"});
  p.add("none", std::vector<std::string>{});
  return p;
}

/// Writes the cells in chunks of so many, with so many threads; the bytes of the file.
std::string written(const Chunk& cells, std::int64_t n_genes, std::int64_t chunk_size, int threads,
                    const h5ad::CsrLayout& layout) {
  const TempFolder folder;
  const auto workers = start_workers(threads);
  Job job;
  job.workers = workers.get();
  const auto writer = h5ad::create_h5ad(folder / "out.h5ad", {}, job, layout);
  writer->genes(many_genes(n_genes));
  append_in_chunks(*writer, cells, chunk_size);
  writer->finish(provenance());
  return bytes_of(folder / "out.h5ad");
}

std::filesystem::path write(const TempFolder& folder, const Chunk& cells, std::int64_t n_genes,
                            const h5ad::CsrLayout& layout = {}) {
  Job job;
  WriteOptions options;
  options.overwrite = true;
  const auto writer = h5ad::create_h5ad(folder / "out.h5ad", options, job, layout);
  writer->genes(many_genes(n_genes));
  if (cells.n_cells() > 0) writer->append(cells);
  writer->finish(provenance());
  return folder / "out.h5ad";
}

/// The sparse matrix at `path` as its chunk.
CountChunk read_csr(hid_t file, const std::string& path) {
  const auto offsets = hdf5::read_integers(file, path + "/indptr");
  const auto genes = hdf5::read_integers(file, path + "/indices");
  std::vector<double> values(genes.size());
  hdf5::read_numbers(hdf5::open_dataset(file, path + "/data"), 0, std::span(values));
  CountChunk counts;
  counts.clear();
  for (std::size_t cell = 0; cell + 1 < offsets.size(); ++cell) {
    const auto begin = static_cast<std::size_t>(offsets[cell]);
    const auto end = static_cast<std::size_t>(offsets[cell + 1]);
    const std::vector<std::int32_t> row(genes.begin() + offsets[cell], genes.begin() + offsets[cell + 1]);
    counts.append(row, std::span(values).subspan(begin, end - begin));
  }
  return counts;
}

ValueType type_of(hid_t file, const std::string& path) {
  return hdf5::stored_type_of(hdf5::open_dataset(file, path)).value();
}

}  // namespace

TEST_CASE("an h5ad holds what was appended") {
  const TempFolder folder;
  const Chunk cells = many_cells(1'300, 40, ValueType::int32);
  const Handle file = hdf5::open_to_read(write(folder, cells, 40), silence());
  REQUIRE(equal(read_csr(file, "X"), cells.counts));
  REQUIRE(equal(read_csr(file, "layers/twice"), cells.layers[0].counts));
  REQUIRE(type_of(file, "X/data") == ValueType::int32);
  REQUIRE(type_of(file, "X/indices") == ValueType::int32);
  REQUIRE(type_of(file, "X/indptr") == ValueType::int32);
  REQUIRE(hdf5::integers_attribute(hdf5::open_group(file, "X"), "shape") == std::vector<std::int64_t>{1'300, 40});
  REQUIRE(hdf5::read_strings(file, "obs/_index") == cells.cell_names);
  REQUIRE(hdf5::read_strings(file, "obs/note") == std::get<Text>(cells.obs[5].values));
  REQUIRE(hdf5::read_strings(file, "obs/type/categories") ==
          std::vector<std::string>{"B cell", "T cell", "\xCE\xB3\xCE\xB4 T"});
  const auto codes = hdf5::read_integers(file, "obs/type/codes");
  REQUIRE(std::vector<std::int64_t>(codes.begin(), codes.begin() + 5) == std::vector<std::int64_t>{1, 0, -1, 2, 1});
  REQUIRE(hdf5::texts_attribute(hdf5::open_group(file, "obs"), "column-order") ==
          std::vector<std::string>{"type", "score", "depth", "number", "flag", "note"});
  REQUIRE(hdf5::extent_of(hdf5::open_dataset(file, "obsm/X_latent")) == std::vector<std::int64_t>{1'300, 3});
  std::vector<float> latents(1'300 * 3);
  hdf5::read_numbers(hdf5::open_dataset(file, "obsm/X_latent"), 0, std::span(latents));
  REQUIRE(latents == cells.obsm[0].values);
  REQUIRE(hdf5::read_integers(file, "uns/gemflow/convert/match/found") == std::vector<std::int64_t>{12});
  REQUIRE(hdf5::read_strings(file, "uns/gemflow/convert/inputs") == std::vector<std::string>{"a.h5ad", "b.h5ad"});
  REQUIRE(hdf5::text_attribute(file, "encoding-type") == "anndata");
}

TEST_CASE("the file's bytes follow from the cells, not from chunks or threads") {
  const Chunk cells = many_cells(700, 40);
  const std::string bytes = written(cells, 40, 700, 1, small_stripes);
  for (const std::int64_t chunk_size : {1, 7, 64, 333}) {
    for (const int threads : {1, 3}) {
      CAPTURE(chunk_size, threads);
      REQUIRE(written(cells, 40, chunk_size, threads, small_stripes) == bytes);
    }
  }
  REQUIRE(written(cells, 40, 50, 2, {}) == written(cells, 40, 700, 1, {}));
}

TEST_CASE("indices and offsets become int64 together, beyond the limit and not before") {
  const TempFolder folder;
  // Each cell has two or three non-zeros of seven genes: the limits lie inside a stripe, at its end, and beyond all.
  for (const std::int64_t n_cells : {100, 410, 411, 412, 600, 2'000}) {
    const Chunk cells = many_cells(n_cells, 7);
    for (const std::int64_t limit : {1023, 2047, 65'535}) {
      CAPTURE(n_cells, limit, cells.counts.n_nonzeros());
      const Handle file = hdf5::open_to_read(write(folder, cells, 7, {256, limit}), silence());
      const ValueType type = cells.counts.n_nonzeros() > limit ? ValueType::int64 : ValueType::int32;
      for (const std::string matrix : {"X", "layers/twice"}) {
        REQUIRE(type_of(file, matrix + "/indices") == type);
        REQUIRE(type_of(file, matrix + "/indptr") == type);
        REQUIRE(hdf5::names_in(hdf5::open_group(file, matrix)) ==
                std::vector<std::string>{"data", "indices", "indptr"});
      }
      REQUIRE(equal(read_csr(file, "X"), cells.counts));
    }
  }
}

TEST_CASE("a writer gives back the type that was stored") {
  const TempFolder folder;
  for (const ValueType type :
       {ValueType::int8, ValueType::int16, ValueType::int32, ValueType::int64, ValueType::uint8, ValueType::uint16,
        ValueType::uint32, ValueType::uint64, ValueType::float32, ValueType::float64}) {
    const Chunk cells = many_cells(9, 5, type);
    const Handle file = hdf5::open_to_read(write(folder, cells, 5), silence());
    REQUIRE(type_of(file, "X/data") == type);
    REQUIRE(equal(read_csr(file, "X"), cells.counts));
  }
}

TEST_CASE("a file may have no cells, no genes, no name for a cell") {
  const TempFolder folder;
  {
    const Handle file = hdf5::open_to_read(write(folder, {}, 4), silence());
    REQUIRE(hdf5::integers_attribute(hdf5::open_group(file, "X"), "shape") == std::vector<std::int64_t>{0, 4});
    REQUIRE(hdf5::read_integers(file, "X/indptr") == std::vector<std::int64_t>{0});
    REQUIRE(hdf5::read_strings(file, "obs/_index").empty());
  }
  const Handle none = hdf5::open_to_read(write(folder, many_cells(3, 0), 0), silence());
  REQUIRE(hdf5::read_integers(none, "X/indptr") == std::vector<std::int64_t>{0, 0, 0, 0});

  Chunk answer = many_cells(5, 4);
  answer.cell_names.clear();
  const Handle file = hdf5::open_to_read(write(folder, answer, 4), silence());
  REQUIRE(hdf5::read_strings(file, "obs/_index") == std::vector<std::string>{"0", "1", "2", "3", "4"});
}

TEST_CASE("many labels take wider codes") {
  const TempFolder folder;
  for (const auto& [n, type] : std::map<std::int32_t, ValueType>{
           {126, ValueType::int8}, {127, ValueType::int16}, {32'766, ValueType::int16}, {32'767, ValueType::int32}}) {
    Chunk cells = many_cells(n, 1);
    std::vector<std::string> names;
    for (std::int32_t i = 0; i < n; ++i) names.push_back(std::to_string(i));
    std::vector<std::int32_t> codes(static_cast<std::size_t>(n));
    std::iota(codes.begin(), codes.end(), 0);
    cells.obs = {{"label", Labels{codes, categories(names)}}};
    const Handle file = hdf5::open_to_read(write(folder, cells, 1), silence());
    REQUIRE(type_of(file, "obs/label/codes") == type);
    const auto sorted = hdf5::read_strings(file, "obs/label/categories");
    REQUIRE(std::is_sorted(sorted.begin(), sorted.end()));
    const auto stored = hdf5::read_integers(file, "obs/label/codes");
    for (std::size_t i = 0; i < stored.size(); ++i) REQUIRE(sorted[static_cast<std::size_t>(stored[i])] == names[i]);
  }
}

TEST_CASE("labels of one name are one category, whatever the chunk calls them") {
  const TempFolder folder;
  Job job;
  const auto writer = h5ad::create_h5ad(folder / "out.h5ad", {}, job);
  writer->genes(many_genes(2));
  Chunk cells = many_cells(2, 2);
  cells.obs = {{"label", Labels{{0, 1}, categories({"a", "b"})}}};
  writer->append(cells);
  cells.obs = {{"label", Labels{{0, 1}, categories({"b", "c"})}}};
  writer->append(cells);
  writer->finish({});
  const Handle file = hdf5::open_to_read(folder / "out.h5ad", silence());
  REQUIRE(hdf5::read_strings(file, "obs/label/categories") == std::vector<std::string>{"a", "b", "c"});
  REQUIRE(hdf5::read_integers(file, "obs/label/codes") == std::vector<std::int64_t>{0, 1, 1, 2});
  REQUIRE(hdf5::names_in(hdf5::open_group(file, "uns")).empty());
}

TEST_CASE("what cannot be written leaves nothing") {
  const TempFolder folder;
  Job job;
  const auto refused = [&](const Chunk& cells) {
    const Error error = error_of([&] {
      const auto writer = h5ad::create_h5ad(folder / "out.h5ad", {}, job);
      writer->genes(many_genes(3));
      writer->append(cells);
      writer->finish({});
    });
    REQUIRE(std::filesystem::is_empty(folder.path()));
    return error;
  };
  Chunk cells = many_cells(2, 3, ValueType::uint8);
  cells.counts.values_to_fill()[0] = 300;
  Error error = refused(cells);
  REQUIRE(error.kind() == ErrorKind::input);
  REQUIRE(error.message() == "writing 'X': the value 300 does not fit its type, uint8");

  cells = many_cells(2, 3);
  cells.cell_names[1] = "caf\xe9";
  error = refused(cells);
  REQUIRE(error.kind() == ErrorKind::input);
  REQUIRE_THAT(error.message(), Contains("writing obs/_index: 'caf\xef\xbf\xbd' is not valid UTF-8"));
  REQUIRE_THAT(error.hint(), Contains("iconv -f latin1 -t utf-8"));

  cells = many_cells(2, 3);
  cells.obs.push_back(cells.obs[1]);
  error = refused(cells);
  REQUIRE(error.kind() == ErrorKind::io);
  REQUIRE_THAT(error.message(), Contains("out.h5ad': obs/score cannot be created"));
  { const auto writer = h5ad::create_h5ad(folder / "out.h5ad", {}, job); }
  REQUIRE(std::filesystem::is_empty(folder.path()));
}
