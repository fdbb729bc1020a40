// SPDX-License-Identifier: Apache-2.0
// The same questions to every format on the list: each holds the same five cells.
#include "gemflow/formats.hpp"

#include <algorithm>
#include <functional>

#include "contract/five_cells.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/read_all.hpp"

using namespace gemflow;
namespace fs = std::filesystem;

namespace {

const test::FormatRow& row_of(const Format& format) {
  const auto& rows = test::format_rows();
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.name == format.name; });
  INFO("format '" << format.name << "' needs a row in tests/contract/five_cells.cpp");
  REQUIRE(row != rows.end());
  return *row;
}

/// A format and its five cells in a folder of their own.
struct Example {
  const Format* format;
  test::TempFolder folder;
  fs::path path;
  Job job;
};

void for_each_format(const std::function<void(Example&)>& ask) {
  for (const Format* format : formats()) {
    INFO("format " << format->name);
    Example example{format, {}, {}, {}};
    example.path = row_of(*format).make(example.folder);
    ask(example);
  }
}

}  // namespace

TEST_CASE("every format finds its own files by content, and no other format's") {
  for_each_format([](Example& example) {
    CHECK(inspect(example.path, example.job).format == example.format->name);
    if (fs::is_directory(example.path)) return;
    const fs::path nameless = example.folder / "nameless";
    fs::copy_file(example.path, nameless);
    CHECK(inspect(nameless, example.job).format == example.format->name);
  });
}

TEST_CASE("every format gives the same cells, genes and names, in chunks of any size, again after a rewind") {
  for_each_format([](Example& example) {
    const auto reader = open(example.path, {}, example.job);
    CHECK(reader->genes().names == test::five_genes());
    const test::AllCells all = test::all_cells(*reader);
    CHECK(all.names == test::five_names());
    CHECK(all.rows == test::five_rows());
  });
}

TEST_CASE("every format can be asked for some of its cells, which come in file order") {
  for_each_format([](Example& example) {
    OpenOptions by_rows;
    by_rows.cells.rows = {{1, 3}};
    const auto middle = open(example.path, by_rows, example.job);
    CHECK(middle->n_cells() == 2);
    CHECK(middle->whole().n_cells == 5);
    CHECK(middle->whole().n_nonzeros == inspect(example.path, example.job).matrices.front().n_nonzeros);
    Chunk chunk;
    REQUIRE(middle->next(chunk, {}));
    CHECK(chunk.cell_names == std::vector<std::string>{"cell1", "cell2"});
    CHECK(chunk.counts.number(0) == 1);
    CHECK(chunk.counts.number(1) == 2);
    CHECK(test::dense(chunk.counts, 6)[1] == test::five_rows()[2]);

    OpenOptions by_runs;
    by_runs.cells.runs = {{0, 1}, {2, 2}, {3, 5}};
    const auto several = open(example.path, by_runs, example.job);
    CHECK(several->n_cells() == 3);
    REQUIRE(several->next(chunk, {}));
    CHECK(chunk.cell_names == std::vector<std::string>{"cell0", "cell3", "cell4"});
    CHECK(test::dense(chunk.counts, 6)[1] == test::five_rows()[3]);
    by_runs.cells.rows = {{0, 4}};
    CHECK(open(example.path, by_runs, example.job)->n_cells() == 2);
    by_runs.cells.runs = {{4, 6}};
    CHECK(error_of([&] { return open(example.path, by_runs, example.job); }).message().find("range of rows 4:6, it has 5 cells") != std::string::npos);

    OpenOptions by_name;
    by_name.cells.names = {"cell4", "cell0"};
    const auto named = open(example.path, by_name, example.job);
    REQUIRE(named->next(chunk, {}));
    CHECK(chunk.cell_names == std::vector<std::string>{"cell0", "cell4"});
    CHECK(chunk.counts.number(0) == 0);
    CHECK(chunk.counts.number(1) == 4);
    CHECK(test::dense(chunk.counts, 6)[1] == test::five_rows()[4]);
  });
}

TEST_CASE("every format refuses cells and matrices that it does not have, and names the nearest") {
  for_each_format([](Example& example) {
    OpenOptions cells;
    cells.cells.names = {"cell44"};
    const Error no_cell = error_of([&] { return open(example.path, cells, example.job); });
    CHECK(no_cell.kind() == ErrorKind::input);
    CHECK(no_cell.message().find("'cell44'") != std::string::npos);
    CHECK(no_cell.hint().find("cell4") != std::string::npos);

    OpenOptions rows;
    rows.cells.rows = {{3, 9}};
    CHECK(error_of([&] { return open(example.path, rows, example.job); }).kind() == ErrorKind::input);

    OpenOptions matrix;
    matrix.matrix = "no_such_layer";
    const Error no_matrix = error_of([&] { return open(example.path, matrix, example.job); });
    CHECK(no_matrix.kind() == ErrorKind::input);
    CHECK(no_matrix.message().find("no_such_layer") != std::string::npos);
  });
}

TEST_CASE("every format is inspected without reading its matrix") {
  for_each_format([](Example& example) {
    const Inspection seen = inspect(example.path, example.job);
    CHECK(seen.n_cells == 5);
    CHECK(seen.n_genes == 6);
    REQUIRE(!seen.matrices.empty());
    CHECK(seen.matrices.front().holds == "raw counts");
    CHECK(seen.counts_in == seen.matrices.front().name);
  });
}

TEST_CASE("every format calls a file that was cut short an error of the input") {
  for_each_format([](Example& example) {
    if (!row_of(*example.format).file_to_damage) return;
    const fs::path file = row_of(*example.format).file_to_damage(example.path);
    const std::string whole = test::bytes_of(file);
    for (const double share : {0.4, 0.6, 0.9}) {
      INFO("cut at " << share);
      example.folder.file(fs::relative(file, example.folder.path()).string(),
                          whole.substr(0, static_cast<std::size_t>(share * static_cast<double>(whole.size()))));
      const Error error = error_of([&] {
        const auto reader = open(example.path, {}, example.job);
        for (Chunk chunk; reader->next(chunk, {});) {
        }
      });
      CHECK(error.kind() == ErrorKind::input);
    }
  });
}

TEST_CASE("a format that can create gives back what it was given, and appears only when it is whole") {
  for_each_format([](Example& example) {
    if (example.format->create == nullptr) return;
    const fs::path out = example.folder / ("out" + std::string(example.format->extensions.front()));
    const auto write = [&](bool finish, bool overwrite) {
      WriteOptions options;
      options.overwrite = overwrite;
      const auto reader = open(example.path, {}, example.job);
      const auto writer = create(out, options, example.job);
      writer->genes(reader->genes());
      Limit limit;
      limit.cells = 2;
      for (Chunk chunk; reader->next(chunk, limit);) writer->append(chunk);
      if (finish) writer->finish({"convert", {}});
    };
    const auto files = [&] { return std::distance(fs::directory_iterator(example.folder.path()), {}); };
    const auto before = files();
    write(false, false);
    CHECK(files() == before);  // destroyed before `finish`, it left no trace
    write(true, false);
    const auto reader = open(out, {}, example.job);
    CHECK(reader->genes().names == test::five_genes());
    const test::AllCells all = test::all_cells(*reader);
    CHECK(all.names == test::five_names());
    CHECK(all.rows == test::five_rows());

    CHECK(error_of([&] { write(true, false); }).kind() == ErrorKind::usage);
    const std::string bytes = test::bytes_of(out);
    write(true, true);
    CHECK(test::bytes_of(out) == bytes);
  });
}
