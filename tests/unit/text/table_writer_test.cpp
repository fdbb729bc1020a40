// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <csignal>
#include <limits>

#include <sys/resource.h>

#include "delimited/delimited.hpp"
#include "gemflow/core/slice.hpp"
#include "gemflow/run/workers.hpp"
#include "support/catch.hpp"
#include "support/compress.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/read_all.hpp"
#include "support/said.hpp"
#include "support/some_counts.hpp"
#include "text_lines.hpp"
#include "text_output.hpp"

using namespace gemflow;
using Catch::Matchers::Contains;
using test::bytes_of;

namespace {

/// The text of a file, gzip or not.
std::string text_of(const std::filesystem::path& path) {
  TextLines lines(path, Job{});
  std::string text;
  for (std::string_view line; lines.next(line);) text.append(line) += '\n';
  return text;
}

struct Out {
  test::TempFolder folder;
  test::Said said;
  Job job;
  WriteOptions options;

  Out() { job.report = &said; }
  void create(std::string_view name, const Chunk& chunk, const Genes& genes, std::int64_t cells_at_once = 1000) {
    const std::unique_ptr<Writer> writer = delimited_format.create(folder / name, options, job);
    writer->genes(genes);
    for (std::int64_t first = 0; first < chunk.n_cells(); first += cells_at_once) {
      writer->append(slice(chunk, first, std::min(first + cells_at_once, chunk.n_cells())));
    }
    writer->finish({});
  }
};

const Genes three_genes = test::genes({"g0", "g,1", "g2"});

}  // namespace

TEST_CASE("counts are written as cells x genes, obs beside them") {
  Out out;
  out.options.metadata_out = out.folder / "meta.tsv";
  out.create("counts.csv", test::small_chunk(), three_genes);
  CHECK(bytes_of(out.folder / "counts.csv") == "cell,g0,\"g,1\",g2\nc0,1,0,2\nc1,0,0,0\nc2,0,3,0\nc3,4,5,6\n");
  CHECK(bytes_of(out.folder / "meta.tsv") ==
        "cell\ttype\tscore\tnote\tflag\nc0\tB cell\t0.5\ta\tTRUE\nc1\tT cell\t1\t\tFALSE\n"
        "c2\t\t2\tc\tTRUE\nc3\tB cell\t3\td\tTRUE\n");
  CHECK(out.said.notes.empty());
  out.options.metadata_out.clear();
  out.create("counts.tsv", test::small_chunk(), three_genes);
  CHECK(bytes_of(out.folder / "counts.tsv").substr(0, 13) == "cell\tg0\tg,1\tg");
  REQUIRE(out.said.notes.size() == 1);
  CHECK_THAT(out.said.notes[0], Contains("--metadata-out FILE writes them"));
}

TEST_CASE("answers are written as one row a cell, obs columns alone") {
  Out out;
  Chunk chunk = test::small_chunk();
  chunk.obs[2] = {"no\"te", Text{"a,b", "x\ny", " c", ""}};
  const auto in = out.folder.file("in.csv", "x");
  const std::unique_ptr<Writer> writer = delimited_format.annotate(in, out.folder / "a.csv", out.options, out.job);
  writer->genes(three_genes);
  writer->append(chunk);
  writer->finish({});
  CHECK(bytes_of(out.folder / "a.csv") ==
        "cell,type,score,\"no\"\"te\",flag\nc0,B cell,0.5,\"a,b\",TRUE\nc1,T cell,1,\"x\ny\",FALSE\n"
        "c2,,2,\" c\",TRUE\nc3,B cell,3,,TRUE\n");
  CHECK(error_of([&] { delimited_format.annotate(in, in, out.options, out.job); }).kind() == ErrorKind::usage);
}

TEST_CASE("numbers are as short as they can be and read back as they were") {
  Out out;
  Chunk chunk;
  chunk.counts = test::counts({{0.1, 1e5, 16777217, 1.0 / 3, 123456789012345678.0}});
  chunk.cell_names = {"c"};
  chunk.counts.stored_type(ValueType::float64);
  const Genes genes = test::genes({"a", "b", "c", "d", "e"});
  out.create("double.csv", chunk, genes);
  CHECK(text_of(out.folder / "double.csv") ==
        "cell,a,b,c,d,e\nc,0.1,100000,16777217,0.3333333333333333,123456789012345680\n");
  chunk.counts = test::counts({{static_cast<double>(0.1F), 1, 1, static_cast<double>(1.0F / 3), 1}});
  chunk.counts.stored_type(ValueType::float32);
  out.create("float.csv", chunk, genes);
  CHECK(text_of(out.folder / "float.csv") == "cell,a,b,c,d,e\nc,0.1,1,1,0.33333334,1\n");
}

TEST_CASE("what is missing is an empty field") {
  Out out;
  Chunk chunk;
  chunk.counts = test::counts({{1}, {1}});
  chunk.cell_names = {"a", "b"};
  chunk.obs = {{"label", Labels{{-1, 0}, test::categories({"T"})}},
               {"x", std::vector<float>{std::numeric_limits<float>::quiet_NaN(), 0.25F}}};
  const std::unique_ptr<Writer> writer = delimited_format.annotate("in", out.folder / "a.tsv", out.options, out.job);
  writer->append(chunk);
  writer->finish({});
  CHECK(bytes_of(out.folder / "a.tsv") == "cell\tlabel\tx\na\t\t\nb\tT\t0.25\n");
}

TEST_CASE("the same counts give the same bytes, whatever the chunks and the threads, and can be read again") {
  Chunk chunk;
  chunk.counts = test::some_counts(600, 50);
  for (int i = 0; i < 600; ++i) chunk.cell_names.push_back("c" + std::to_string(i));
  Genes genes;
  for (int i = 0; i < 50; ++i) genes.names.push_back("ENSG000000000" + std::to_string(10 + i));
  Out out;
  const std::unique_ptr<Workers> two = start_workers(2);
  for (const std::string name : {"t.csv", "t.csv.gz"}) {
    out.job.workers = &calling_thread();
    out.create("one_" + name, chunk, genes);
    out.job.workers = two.get();
    out.create("two_" + name, chunk, genes, 7);
    CHECK(bytes_of(out.folder / ("one_" + name)) == bytes_of(out.folder / ("two_" + name)));
    const std::unique_ptr<Reader> reader = delimited_format.open(out.folder / ("two_" + name), {}, out.job);
    const test::AllCells again = test::all_cells(*reader, Limit{});
    CHECK(reader->genes().names == genes.names);
    CHECK(again.names == chunk.cell_names);
    CHECK(again.rows == test::dense(chunk.counts, genes.size()));
  }
  CHECK(bytes_of(out.folder / "one_t.csv.gz").substr(0, 2) == "\x1f\x8b");
}

TEST_CASE("without cells there is a header, and without an end there is nothing") {
  Out out;
  out.create("none.csv", {}, three_genes);
  CHECK(bytes_of(out.folder / "none.csv") == "cell,g0,\"g,1\",g2\n");
  {
    const std::unique_ptr<Writer> writer = delimited_format.annotate("in", out.folder / "b.csv", out.options, out.job);
    writer->append(test::small_chunk());
  }
  CHECK_FALSE(std::filesystem::exists(out.folder / "b.csv"));
  CHECK(error_of([&] { out.create("none.csv", {}, three_genes); }).kind() == ErrorKind::usage);
}

TEST_CASE("packed text has the bytes of htslib's own writer, whatever its pieces and the threads") {
  const test::TempFolder folder;
  std::string text;
  for (std::int64_t i = 0; i < 1'000'000; ++i) text += std::to_string(i * 7919 % 104'729) + ',';
  REQUIRE(text.size() > 5'000'000);
  const std::string expected = test::bgzf(text);
  const auto two = start_workers(2);
  for (Workers* const workers : {&calling_thread(), two.get()}) {
    for (const std::size_t piece : {std::size_t{1'021}, text.size()}) {
      Job job;
      job.workers = workers;
      TextOutput out(folder / "out.csv.gz", {true, {}}, job);
      for (std::size_t at = 0; at < text.size(); at += piece) out.write(std::string_view(text).substr(at, piece));
      out.commit();
      CHECK((bytes_of(folder / "out.csv.gz") == expected));
    }
  }
}

TEST_CASE("a full disk is an io error, and leaves nothing") {
  Out out;
  Chunk chunk;
  chunk.counts = test::some_counts(3000, 50);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4096, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  for (const std::string_view name : {"full.csv", "full.csv.gz"}) {
    const gemflow::Error error = error_of([&] {
      out.create(name, chunk, Genes{std::vector<std::string>(50, "g"), {}, {}});
    });
    CHECK(error.kind() == ErrorKind::io);
    CHECK_THAT(error.message(), Contains("': File too large"));
    CHECK(std::filesystem::is_empty(out.folder.path()));
  }
  setrlimit(RLIMIT_FSIZE, &before);
  static_cast<void>(std::signal(SIGXFSZ, handler));
}
