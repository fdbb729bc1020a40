// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/merge.hpp"

#include <algorithm>
#include <limits>

#include "gemflow/core/in_memory.hpp"
#include "gemflow/core/slice.hpp"
#include "gemflow/models.hpp"
#include "gemflow/run/condition.hpp"
#include "gemflow/run/predict_metadata.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"
#include "support/said.hpp"
#include "support/three_cells.hpp"

using namespace gemflow;
using test::condition_of;
using test::reader;
using test::three_cells;

namespace {

/// Answers of echo to rows [begin, end) of the three cells, as a part that is not yet opened.
Part part_of(std::int64_t begin, std::int64_t end, std::string file, const PredictOptions& wanted = {}) {
  Job job;
  PredictOptions options = wanted;
  options.run.first_row = begin;
  options.run.part = PartRows{begin, end, 3};
  const auto echo = open_model("echo", job);
  const auto in = read_memory(slice(three_cells(), begin, end), test::genes({"g0", "g1", "g2"}));
  Written written;
  predict_metadata(*in, *echo, *write_memory(written), options, job);
  std::optional<PartMark> mark = take_mark(written.provenance);
  REQUIRE(mark);
  return {std::move(file), written.provenance, *mark,
          [cells = written.cells, genes = written.genes] { return read_memory(cells, genes); }};
}

std::vector<Part> three_parts() { return {part_of(2, 3, "c"), part_of(0, 1, "a"), part_of(1, 2, "b")}; }

std::string why_not(std::vector<Part> parts) {
  const Error error = error_of([&] { static_cast<void>(in_order_of_rows(std::move(parts))); });
  CHECK(error.kind() == ErrorKind::input);
  return error.message();
}

/// The sentence where these parts are merged beside these cells.
std::string why_not(std::vector<Part> parts, Chunk cells, const Genes& genes) {
  Job job;
  Written written;
  const auto in = read_memory(std::move(cells), genes);
  const Error error = error_of([&] { merge({in.get(), true, nullptr}, in_order_of_rows(std::move(parts)), *write_memory(written), job); });
  CHECK(error.kind() == ErrorKind::input);
  CHECK(!written.finished);
  return error.message();
}

/// Gives one cell at a time, as a file of large counts does, and keeps the limits that it was asked with.
class OneByOne final : public Reader {
 public:
  [[nodiscard]] std::int64_t n_cells() const override { return in_->n_cells(); }
  [[nodiscard]] const Genes& genes() const override { return in_->genes(); }
  [[nodiscard]] std::string matrix() const override { return in_->matrix(); }
  [[nodiscard]] WholeMatrix whole() const override { return in_->whole(); }
  void rewind() override { in_->rewind(); }
  bool next(Chunk& chunk, const Limit& limit) override {
    largest = std::max(largest, limit.nonzeros);
    return in_->next(chunk, {1, limit.nonzeros});
  }

  std::int64_t largest = 0;

 private:
  std::unique_ptr<Reader> in_ = reader();
};

const Genes& three_genes() {
  static const Genes genes = test::genes({"g0", "g1", "g2"});
  return genes;
}

}  // namespace

TEST_CASE("parts hold answers alone, and merge into what the undivided run writes") {
  Job job;
  const auto echo = open_model("echo", job);
  Written whole, merged;
  const PredictResult result = predict_metadata(*reader(), *echo, *write_memory(whole), {}, job);
  const Part one = part_of(1, 3, "one");
  CHECK(one.open()->n_cells() == 2);
  Chunk held;
  REQUIRE(one.open()->next(held, {}));
  CHECK(held.counts.n_nonzeros() == 0);
  CHECK(held.cell_names == std::vector<std::string>{"shallow", "none"});

  const auto in = reader();
  const MergeResult told = merge({in.get(), true, nullptr}, in_order_of_rows(three_parts()), *write_memory(merged), job);
  CHECK(told.n_cells == 3);
  CHECK(told.n_empty == result.n_empty);
  CHECK(!told.n_outliers);
  REQUIRE(merged.finished);
  CHECK(merged.provenance.command == "predict_metadata");
  CHECK(merged.provenance.entries == whole.provenance.entries);
  CHECK(merged.cells.cell_names == whole.cells.cell_names);
  CHECK(merged.cells.counts.n_nonzeros() == whole.cells.counts.n_nonzeros());
  REQUIRE(merged.cells.obs.size() == whole.cells.obs.size());
  for (std::size_t i = 0; i < whole.cells.obs.size(); ++i) {
    CHECK(merged.cells.obs[i].name == whole.cells.obs[i].name);
    for (std::size_t row = 0; row < 3; ++row) CHECK(merged.cells.obs[i].text_at(row) == whole.cells.obs[i].text_at(row));
  }
  REQUIRE(merged.genes.columns.size() == whole.genes.columns.size());
  CHECK(merged.genes.columns.back().name == "gemflow_gene");
}

TEST_CASE("the input's counts bound how many of its cells are in memory at once") {
  Job job;
  const auto echo = open_model("echo", job);
  Written whole, merged;
  predict_metadata(*reader(), *echo, *write_memory(whole), {}, job);
  OneByOne in;
  CHECK(merge({&in, true, nullptr}, in_order_of_rows({part_of(0, 3, "all")}), *write_memory(merged), job).n_cells == 3);
  CHECK(in.largest == Limit{}.nonzeros);
  CHECK(merged.cells.n_cells() == 3);
  CHECK(merged.cells.cell_names == whole.cells.cell_names);
  CHECK(merged.cells.counts.n_nonzeros() == whole.cells.counts.n_nonzeros());
  for (std::size_t row = 0; row < 3; ++row) CHECK(merged.cells.obs.front().text_at(row) == whole.cells.obs.front().text_at(row));
}

TEST_CASE("rows that are lost or there twice are refused, with both numbers") {
  CHECK(why_not({part_of(1, 3, "b")}) == "merging: rows 0:1 of 3 are in no part");
  CHECK(why_not({part_of(0, 1, "a"), part_of(2, 3, "c")}) == "merging: rows 1:2 of 3 are in no part");
  CHECK(why_not({part_of(0, 2, "a")}) == "merging: rows 2:3 of 3 are in no part");
  CHECK(why_not({part_of(0, 2, "a"), part_of(1, 3, "b")}) == "merging: rows 1:2 are in 'a' and in 'b'");
  CHECK(why_not({part_of(0, 3, "a"), part_of(1, 2, "b")}) == "merging: rows 1:2 are in 'a' and in 'b'");
}

TEST_CASE("parts of different runs are refused, with the entry and both values") {
  PredictOptions seeded;
  seeded.run.query.seed = 7;
  CHECK(why_not({part_of(0, 1, "a"), part_of(1, 3, "b", seeded)}) ==
        "merging: 'b' and 'a' are parts of different runs: 'seed' is '7' and '0'");

  std::vector<Part> parts{part_of(0, 1, "a"), part_of(1, 3, "b")};
  parts[1].provenance.command = "condition";
  CHECK(why_not(parts).ends_with("the command is 'condition' and 'predict_metadata'"));
  parts = {part_of(0, 1, "a"), part_of(1, 3, "b")};
  parts[1].mark.rows.n_whole = 4;
  CHECK(why_not(parts).ends_with("the number of rows of the whole is 4 and 3"));
  parts = {part_of(0, 1, "a"), part_of(1, 3, "b")};
  parts[1].provenance.add("checks", std::vector<std::string>{"a=b", "c=d"});
  CHECK(why_not(parts).ends_with("'checks' is 'a=b', 'c=d' and not there"));
  parts = {part_of(0, 1, "a"), part_of(1, 3, "b")};
  parts[1].mark.outliers.share = 0.5;
  CHECK(why_not(parts).ends_with("--max-outliers is 0.5 and 0.2"));
  const std::string long_text(250, 'x');  // longer than messages show of it
  parts = {part_of(0, 1, "a"), part_of(1, 3, "b")};
  parts[0].provenance.add("metadata/tissue", long_text + "a");
  parts[1].provenance.add("metadata/tissue", long_text + "b");
  CHECK(why_not(parts).find("parts of different runs: 'metadata/tissue' is '") != std::string::npos);
  parts[1].provenance = parts[0].provenance;
  CHECK(in_order_of_rows(parts).size() == 2);
  for (Part& part : parts) part.provenance.add("mean_expression_found", std::numeric_limits<double>::quiet_NaN());
  CHECK(in_order_of_rows(parts).size() == 2);

  PredictOptions other;  // that change answers and stand in no provenance
  other.run.genes.duplicates = Duplicates::first;
  CHECK(why_not({part_of(0, 1, "a"), part_of(1, 3, "b", other)}).ends_with("--duplicates is 'first' and 'error'"));
  PredictOptions named, renamed;
  named.label_names = digest_of_names({{"CL:0000236", "B cell"}});
  renamed.label_names = digest_of_names({{"CL:0000236", "B"}});
  CHECK(why_not({part_of(0, 1, "a", named), part_of(1, 3, "b", renamed)}).find("the digest of --label-names is '") != std::string::npos);
  parts = {part_of(0, 1, "a"), part_of(1, 3, "b")};
  parts[1].mark.stands_beside = false;
  CHECK(why_not(parts).ends_with("whether they stand beside an input is false and true"));
}

TEST_CASE("parts of another file are refused: its cells, their names, its genes") {
  Chunk fewer = slice(three_cells(), 0, 2);
  CHECK(why_not(three_parts(), fewer, three_genes()) == "merging: the parts are of a file of 3 cells, and IN has 2");
  Chunk other = three_cells();
  other.cell_names[1] = "other";
  CHECK(why_not(three_parts(), other, three_genes()) == "merging: cell 1 is 'shallow' in 'b' and 'other' in IN");
  CHECK(why_not(three_parts(), three_cells(), test::genes({"g0", "g1", "h2"})) ==
        "merging: gene 2 is 'g2' in 'a' and 'h2' in IN");
  CHECK(why_not(three_parts(), three_cells(), test::genes({"g0", "g1", "g2", "g3"})) == "merging: 'a' has 3 genes, and IN has 4");
}

TEST_CASE("parts of other counts under the same names are refused: all of them where they are read, else by the first of each part") {
  Chunk other = three_cells();
  other.counts = test::counts({{900, 0, 200}, {1, 3, 0}, {0, 0, 0}});
  const std::string all = why_not(three_parts(), other, three_genes());
  CHECK(all.starts_with("merging: the digest of the counts of rows 1:2 is '"));
  CHECK(all.find("' in 'b' and '") != std::string::npos);

  Job job;
  Written written;
  const auto in = reader();
  const auto same = reader();
  CHECK(merge({in.get(), false, same.get()}, in_order_of_rows(three_parts()), *write_memory(written), job).n_cells == 3);
  const auto first = read_memory(other, three_genes());
  in->rewind();
  const Error error = error_of([&] { merge({in.get(), false, first.get()}, in_order_of_rows(three_parts()), *write_memory(written), job); });
  CHECK(error.message().starts_with("merging: the digest of the counts of rows 1:2 is '"));
  CHECK(error.hint() == "name the file that the parts were made from");
}

TEST_CASE("parts of a matrix of another size are refused before anything is read") {
  std::vector<Part> parts = three_parts();
  for (Part& part : parts) part.mark.rows.n_nonzeros = 4;
  Job job;
  Written written;
  CHECK(merge({reader().get(), true, nullptr}, in_order_of_rows(parts), *write_memory(written), job).n_cells == 3);
  Chunk other = three_cells();
  other.counts = test::counts({{900, 0, 200}, {1, 2, 0}, {0, 1, 0}});
  CHECK(why_not(parts, other, three_genes()) == "merging: the parts are of a matrix of 4 stored values, and that of IN has 5");
  parts[0].mark.rows.n_nonzeros = 6;
  CHECK(why_not(parts).ends_with("the number of stored values of the whole is 6 and 4"));
}

TEST_CASE("a digest of counts sees each value, gene and end of a cell, and no chunks") {
  const auto digest = [](const std::vector<std::vector<std::vector<double>>>& chunks, std::int64_t most_cells = 9) {
    CountsDigest all(most_cells);
    for (const auto& chunk : chunks) all.add(test::counts(chunk));
    return all.text();
  };
  const std::string whole = digest({{{900, 0, 200}, {1, 2, 0}, {0, 0, 0}}});
  CHECK(digest({{{900, 0, 200}}, {{1, 2, 0}, {0, 0, 0}}}) == whole);
  CHECK(digest({{{900, 0, 200}, {1, 2, 0}}}) != whole);
  CHECK(digest({{{900, 0, 200}, {1, 3, 0}, {0, 0, 0}}}) != whole);
  CHECK(digest({{{900, 200, 0}, {1, 2, 0}, {0, 0, 0}}}) != whole);
  CHECK(digest({{{900, 0, 0}, {0, 0, 200}, {1, 2, 0}}}) != whole);
  CHECK(digest({{{900, 0, 200}, {7, 7, 7}}}, 1) == digest({{{900, 0, 200}, {1, 2, 0}}}, 1));
}

TEST_CASE("parts that are not what they say are refused") {
  std::vector<Part> parts = three_parts();
  parts[0].open = parts[1].open = [] { return read_memory(three_cells(), three_genes()); };
  CHECK(why_not(parts, three_cells(), three_genes()) == "merging: 'a' says that it holds 1 rows and has 3 cells");

  parts = three_parts();
  PredictOptions prefixed;
  prefixed.run.prefix = "mine";
  parts[0] = part_of(2, 3, "c", prefixed);
  Job job;
  Written written;
  const Error error = error_of([&] { merge({reader().get(), true, nullptr}, in_order_of_rows(parts), *write_memory(written), job); });
  CHECK(error.hint() == "make all parts with the same options");
  const std::string message = error.message();
  CHECK(message.starts_with("merging: 'c' holds obs 'mine_depth' (labels), obs 'mine_depth_confidence' (float32), "));
  CHECK(message.find(", obsm 'mine_probs_depth' (2 columns)") != std::string::npos);
  CHECK(message.find(", and 'a' holds obs 'gemflow_") != std::string::npos);

  parts = three_parts();
  parts[0].mark.genes = "another";
  parts[0].open = [whole = parts[0].open] {
    Chunk cells;
    const auto in = whole();
    in->next(cells, {});
    Genes genes = in->genes();
    genes.columns.pop_back();
    return read_memory(cells, genes);
  };
  CHECK(why_not(parts, three_cells(), three_genes()) == "merging: 'c' and 'a' tell different things of their genes");
}

TEST_CASE("outliers are judged for all parts together, by their own limit or another") {
  std::vector<Part> parts = three_parts();
  test::Said report;
  parts[0].mark.n_outliers = 1;
  for (Part& part : parts) part.mark.n_judged = 1;
  const Error error = error_of([&] { judge_outliers(parts, {}, report); });
  CHECK(error.kind() == ErrorKind::unsupported);
  CHECK(error.message().starts_with("1 of 3 cells (33.3 %) lie outside what model 'echo' has seen, more than --max-outliers 0.2"));
  judge_outliers(parts, 0.4, report);
  CHECK(report.warnings.empty());
  parts.front().mark.outliers.stops = false;
  judge_outliers(parts, {}, report);
  CHECK(report.warnings.size() == 1);
}

TEST_CASE("a cell to condition on may be in any part, but must be in one") {
  std::vector<Part> parts{part_of(0, 1, "a"), part_of(1, 3, "b")};
  parts[0].mark.missing_references = {"none", "shallow"};
  parts[1].mark.missing_references = {"deep"};
  CHECK(in_order_of_rows(parts).size() == 2);
  parts[1].mark.missing_references = {"deep", "shallow"};
  CHECK(why_not(parts) == "merging: there is no cell 'shallow' to condition on in any part");
}

TEST_CASE("a mark that lacks something is an error, no mark is none") {
  Provenance provenance{"predict_metadata", {}};
  provenance.add("seed", std::string("0"));
  CHECK(!take_mark(provenance));
  provenance.add("part/begin", std::int64_t{0});
  CHECK(error_of([&] { static_cast<void>(take_mark(provenance)); }).message() == "the mark of the part lacks 'end'");

  Part part = part_of(0, 3, "a");
  Written written;
  const auto out = write_memory(written);
  PartWriter writer(*out, {0, 3, 3}, true);
  writer.genes(three_genes());
  writer.append(three_cells());
  writer.finish(part.provenance);
  std::erase_if(written.provenance.entries, [](const auto& entry) { return entry.first == "seed"; });
  CHECK(error_of([&] { static_cast<void>(take_mark(written.provenance)); }).message() == "the provenance of the part lacks 'seed'");
}

TEST_CASE("a mark that says what cannot be is an error") {
  const auto why = [](std::string_view name, std::int64_t value) {
    Written written;
    const auto out = write_memory(written);
    PartWriter writer(*out, {0, 2, 3}, true);
    writer.finish({"predict_metadata", {}});
    for (auto& [key, held] : written.provenance.entries) {
      if (key == "part/" + std::string(name)) held = value;
    }
    return error_of([&] { static_cast<void>(take_mark(written.provenance)); }).message();
  };
  constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  CHECK(why("begin", -1) == "the mark of the part says that it holds rows -1:2 of 3");
  CHECK(why("begin", lowest) == "the mark of the part says that it holds rows -9223372036854775808:2 of 3");
  CHECK(why("begin", 2) == "the mark of the part says that it holds rows 2:2 of 3");
  CHECK(why("end", 4) == "the mark of the part says that it holds rows 0:4 of 3");
  CHECK(why("n_empty", 3) == "the mark of the part says that 3 of 2 cells are empty");
  CHECK(why("n_judged", -1) == "the mark of the part says that -1 of 2 cells are judged");
  CHECK(why("n_outliers", 1) == "the mark of the part says that 1 of 0 cells are outliers");
}

TEST_CASE("the digest of conditions tells apart what a provenance does not") {
  const Condition one = condition_of("sex", "male", 1);
  Condition seeded = one, named = one, more = one, referred = one;
  seeded.seed = 1;
  named.name = "n";
  more.num_samples = 2;
  referred.reference = "cell";
  for (const Condition& other : {seeded, named, more, referred, condition_of("sex", "female", 1), condition_of("sexmale", "", 1)}) {
    CHECK(digest_of({one}) != digest_of({other}));
    CHECK(digest_of({one, other}) != digest_of({other, one}));
  }
  CHECK(digest_of({one}) == digest_of({condition_of("sex", "male", 1)}));
}
