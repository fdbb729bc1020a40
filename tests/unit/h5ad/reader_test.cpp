// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <random>
#include <set>

#include "gemflow/formats.hpp"
#include "gemflow/run/workers.hpp"
#include "h5ad/h5ad.hpp"
#include "h5ad/writer.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/h5ad_file.hpp"
#include "support/many_cells.hpp"
#include "support/read_all.hpp"

using namespace gemflow;
using namespace gemflow::test;
using hdf5::Handle;

namespace {

std::filesystem::path toy(const std::string& name) {
  return std::filesystem::path(GEMFLOW_SOURCE) / "tests/data" / ("toy_" + name + ".h5ad");
}

// The toy counts, as tests/data/README.md defines them; 12 genes in raw.
Rows toy_rows(std::size_t n_genes) {
  Rows rows(12, std::vector<double>(n_genes));
  for (std::size_t i = 0; i < 12; ++i) {
    for (std::size_t j = 0; j < n_genes && i != 7; ++j) {
      if ((i + 2 * j) % 3 != 0) rows[i][j] = static_cast<double>((5 * i + 3 * j) % 11);
    }
  }
  return rows;
}

std::unique_ptr<Reader> open_toy(const std::string& name, const OpenOptions& options, Job& job) {
  return open(toy(name), options, job);
}

/// One obs column of a toy file as texts.
Texts column(const std::string& file, const std::string& name) {
  Job job;
  OpenOptions options;
  options.obs = {name};
  const auto reader = open_toy(file, options, job);
  Texts texts;
  for (Chunk chunk; reader->next(chunk, {5, 1000});) {
    for (std::size_t row = 0; row < chunk.obs.at(0).n_rows(); ++row) texts.push_back(chunk.obs[0].text_at(row));
  }
  return texts;
}

Texts names_of(const std::filesystem::path& path, const OpenOptions& options) {
  Job job;
  return test::all_cells(*open(path, options, job)).names;
}

}  // namespace

TEST_CASE("the toy counts come out of every layout and age of h5ad") {
  Job job;
  for (const char* file : {"0.7.8", "0.8.0", "0.13.4", "0.13.4_csc", "0.10.9_csc", "0.13.4_dense", "0.10.9_dense"}) {
    const auto reader = open_toy(file, {}, job);
    const AllCells all = test::all_cells(*reader);
    CHECK(reader->matrix() == "X");
    CHECK(all.rows == toy_rows(9));
    CHECK(all.names.at(11) == "cell_11");
    CHECK(reader->genes().size() == 9);
    REQUIRE(reader->genes().find_column("gene_symbols") != nullptr);
    CHECK(reader->genes().find_column("gene_symbols")->text_at(1) == "MS4A1");
  }
}

TEST_CASE("cells of a matrix that lies gene by gene are the same however little memory there is for them") {
  for (const std::size_t memory : {std::size_t{1}, std::size_t{200}, std::size_t{2} << 30}) {
    for (const int n_workers : {1, 3}) {
      const auto workers = start_workers(n_workers);
      Job job;
      job.memory = memory;
      job.workers = workers.get();
      OpenOptions options;
      options.layers = {"by_gene"};
      options.matrix = "by_gene";
      const auto reader = open_toy("0.13.4", options, job);
      CHECK(test::all_cells(*reader).rows == toy_rows(9));
      for (Chunk chunk; reader->next(chunk, {5, 1000});) {
        CHECK(dense(chunk.layers.at(0).counts, 9) == dense(chunk.counts, 9));
      }
      options.cells.names = {"cell_10", "cell_03", "cell_04"};
      const AllCells some = test::all_cells(*open_toy("0.13.4", options, job));
      CHECK(some.rows == Rows{toy_rows(9)[3], toy_rows(9)[4], toy_rows(9)[10]});
      CHECK(some.numbers == std::vector<std::int64_t>{3, 4, 10});
    }
  }
}

TEST_CASE("raw and layers are read by name, each with its own genes and type") {
  Job job;
  for (const char* file : {"0.7.8", "0.8.0", "0.13.4"}) {
    for (const std::string matrix : {"raw", "raw/X", "counts", "layers/counts", "by_gene", "dense"}) {
      OpenOptions options;
      options.matrix = matrix;
      const auto reader = open_toy(file, options, job);
      const bool is_raw = matrix.rfind("raw", 0) == 0;
      CHECK(test::all_cells(*reader).rows == toy_rows(is_raw ? 12 : 9));
      CHECK(reader->genes().size() == (is_raw ? 12U : 9U));
      Chunk chunk;
      REQUIRE(reader->next(chunk, {}));
      CHECK(name_of(chunk.counts.stored_type()) ==
            (matrix == "dense" ? "float64" : matrix.find("counts") != std::string::npos ? "int32" : "float32"));
    }
  }
}

TEST_CASE("layers come with each chunk, whatever their layout") {
  Job job;
  OpenOptions options;
  options.layers = {"by_gene", "counts", "dense"};
  const auto reader = open_toy("0.13.4", options, job);
  std::vector<Rows> layers(3);
  for (Chunk chunk; reader->next(chunk, {5, 1000});) {
    REQUIRE(chunk.layers.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(chunk.layers[i].name == options.layers[i]);
      for (auto& row : dense(chunk.layers[i].counts, 9)) layers[i].push_back(row);
    }
  }
  for (const Rows& layer : layers) CHECK(layer == toy_rows(9));
}

TEST_CASE("auto takes the first matrix that holds counts, and X when anything will do") {
  Job job;
  const auto counts = open_toy("0.12.19_log1p_raw", {}, job);
  CHECK(counts->matrix() == "raw/X");
  CHECK(test::all_cells(*counts).rows == toy_rows(9));
  OpenOptions options;
  options.automatic = AutoMatrix::first;
  CHECK(open_toy("0.12.19_log1p_raw", options, job)->matrix() == "X");
}

TEST_CASE("columns of obs are read in all their kinds") {
  for (const char* file : {"0.7.8", "0.8.0", "0.13.4"}) {
    CAPTURE(file);
    CHECK(column(file, "cell_type").size() == 12);
    CHECK(column(file, "cell_type")[0] == column("0.8.0", "cell_type")[0]);
    CHECK(column(file, "stage") == column("0.8.0", "stage"));
    CHECK(column(file, "barcode") == column("0.8.0", "barcode"));
    CHECK(column(file, "n_counts") == column("0.8.0", "n_counts"));
    CHECK(column(file, "score")[3].empty());
    CHECK(!column(file, "score")[2].empty());
    CHECK((column(file, "is_control")[0] == "True" || column(file, "is_control")[0] == "False"));
  }
  const Texts ages = column("0.13.4", "age");
  CHECK(std::count(ages.begin(), ages.end(), "") > 0);
  CHECK(ages == column("0.8.0", "age"));
  const Texts smokers = column("0.13.4", "smoker");
  CHECK(std::set<std::string>(smokers.begin(), smokers.end()) == std::set<std::string>{"", "False", "True"});
  const Texts remarks = column("0.13.4", "remark");
  CHECK(std::count(remarks.begin(), remarks.end(), "") > 0);
}

TEST_CASE("frames of records, as anndata before 0.7 wrote them, are read with their labels") {
  const TempFolder folder;
  {
    struct Record {
      const char* index;
      signed char type;
      double score;
    };
    const Handle file = make_h5ad(folder / "a.h5ad");
    H5Ldelete(file, "obs", H5P_DEFAULT);
    const Handle text = hdf5::text_type();
    const Handle record(H5Tcreate(H5T_COMPOUND, sizeof(Record)), H5Tclose);
    H5Tinsert(record, "index", HOFFSET(Record, index), text);
    H5Tinsert(record, "type", HOFFSET(Record, type), H5T_NATIVE_INT8);
    H5Tinsert(record, "score", HOFFSET(Record, score), H5T_NATIVE_DOUBLE);
    const std::array<Record, 4> records{{{"c0", 1, 0.5}, {"c1", 0, 1}, {"c2", -1, 2}, {"c3", 1, 3}}};
    hdf5::write_rows(hdf5::create_dataset(file, "obs", record, {{4}, {}, false, 0, false}), record, 0, 4, records.data());
    put_texts(hdf5::create_group(file, "uns"), "type_categories", {"B", "T"});
  }
  Job job;
  OpenOptions options;
  options.obs = {"type", "score"};
  const auto reader = open(folder / "a.h5ad", options, job);
  Chunk chunk;
  REQUIRE(reader->next(chunk, {}));
  CHECK(chunk.cell_names == Texts{"c0", "c1", "c2", "c3"});
  const auto* labels = std::get_if<Labels>(&chunk.obs[0].values);
  REQUIRE(labels != nullptr);
  CHECK(labels->codes == std::vector<std::int32_t>{1, 0, -1, 1});
  CHECK(*labels->categories == Texts{"B", "T"});
  CHECK(chunk.obs[1].text_at(3) == "3");
}

TEST_CASE("cells are chosen by name, by row and by what obs says, and come in file order") {
  OpenOptions options;
  options.cells.names = {"cell_09", "cell_02", "cell_09"};
  CHECK(names_of(toy("0.13.4"), options) == Texts{"cell_02", "cell_09"});
  options.cells.rows = {{0, 5}};
  CHECK(names_of(toy("0.13.4"), options) == Texts{"cell_02"});
  options = {};
  options.cells.rows = {{4, 4}};
  CHECK(names_of(toy("0.13.4"), options).empty());

  for (const std::string name : {"cell_type", "stage", "barcode", "n_counts", "score", "is_control", "age"}) {
    const Texts values = column("0.13.4", name);
    const auto value = *std::find_if(values.begin(), values.end(), [](const std::string& v) { return !v.empty(); });
    options = {};
    options.cells.where = {{name, value}};
    Texts expected;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] == value) expected.push_back("cell_" + std::string(i < 10 ? "0" : "") + std::to_string(i));
    }
    CHECK(names_of(toy("0.13.4"), options) == expected);
  }
  options.cells.where = {{"n_counts", column("0.13.4", "n_counts")[0] + ".0"}};
  CHECK(names_of(toy("0.13.4"), options)[0] == "cell_00");
}

TEST_CASE("any choice, thread count and limit gives the same cells, with what stands beside them") {
  const TempFolder folder;
  constexpr std::int64_t n_cells = 3000;
  const Chunk whole = many_cells(n_cells, 40);
  Job job;
  {
    const auto writer = h5ad::create_h5ad(folder / "a.h5ad", {}, job, {256, 1023});
    writer->genes(many_genes(40));
    append_in_chunks(*writer, whole, 700);
    writer->finish({"convert", {}});
  }
  const Rows rows = dense(whole.counts, 40);
  std::mt19937 random(5);
  for (const unsigned one_in : {1U, 3U, 400U}) {
    OpenOptions options;
    options.obs = {"type", "score", "depth", "number", "flag", "note"};
    options.layers = {"twice"};
    std::vector<std::size_t> chosen;
    for (std::size_t cell = 0; cell < n_cells; ++cell) {
      if (one_in > 1 && random() % one_in != 0) continue;
      chosen.push_back(cell);
      if (one_in > 1) options.cells.names.push_back(whole.cell_names[cell]);
    }
    const auto workers = start_workers(static_cast<int>(one_in % 3) + 1);
    job.workers = workers.get();
    const auto reader = open(folder / "a.h5ad", options, job);
    CHECK(reader->n_cells() == static_cast<std::int64_t>(chosen.size()));
    const AllCells all = test::all_cells(*reader);
    REQUIRE(all.rows.size() == chosen.size());
    bool same = true;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      same = same && all.rows[i] == rows[chosen[i]] && all.names[i] == whole.cell_names[chosen[i]];
    }
    CHECK(same);
    std::size_t at = 0;
    for (Chunk chunk; reader->next(chunk, {97, 3000}); at += static_cast<std::size_t>(chunk.n_cells())) {
      REQUIRE(chunk.obs.size() == 6);
      for (std::size_t row = 0; row < static_cast<std::size_t>(chunk.n_cells()); ++row) {
        for (std::size_t i = 0; i < 6; ++i) {
          same = same && chunk.obs[i].text_at(row) == whole.find_obs(options.obs[i])->text_at(chosen[at + row]);
        }
        same = same && chunk.layers.at(0).counts.total(static_cast<std::int64_t>(row)) ==
                           2 * chunk.counts.total(static_cast<std::int64_t>(row));
      }
    }
    CHECK(same);
    job.workers = &calling_thread();
  }
}

TEST_CASE("reading does not take back memory that a chunk already has") {
  Job job;
  OpenOptions options;
  options.layers = {"counts"};
  const auto reader = open_toy("0.13.4", options, job);
  Chunk chunk;
  REQUIRE(reader->next(chunk, {6, 1000}));
  const double* values = chunk.counts.values().data();
  const double* layer = chunk.layers[0].counts.values().data();
  reader->rewind();
  while (reader->next(chunk, {6, 1000})) {
    CHECK(chunk.counts.values().data() == values);
    CHECK(chunk.layers[0].counts.values().data() == layer);
  }
}

TEST_CASE("a reader stops when it is asked to") {
  std::stop_source stop;
  Job job;
  job.stop = stop.get_token();
  const auto reader = open_toy("0.13.4", {}, job);
  stop.request_stop();
  Chunk chunk;
  CHECK(error_of([&] { return reader->next(chunk, {}); }).kind() == ErrorKind::interrupted);
}
