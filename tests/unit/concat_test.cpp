// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/concat.hpp"

#include <functional>
#include <limits>
#include <memory>

#include "gemflow/core/in_memory.hpp"
#include "gemflow/core/slice.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"

using namespace gemflow;

namespace {

std::unique_ptr<Reader> sample(const std::vector<std::vector<double>>& rows, std::vector<std::string> genes,
                               const std::vector<std::string>& types) {
  Chunk cells;
  cells.counts = test::counts(rows);
  Labels labels{{}, test::categories(types)};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    cells.cell_names.push_back("c" + std::to_string(i));
    labels.codes.push_back(static_cast<std::int32_t>(i % types.size()));
  }
  cells.obs = {{"type", labels}};
  return read_memory(std::move(cells), test::genes(std::move(genes)));
}

/// An input that is opened as often as it is asked for.
ConcatInput input(const std::string& name, std::function<std::unique_ptr<Reader>()> open) { return {name, name + ".h5ad", std::move(open)}; }

std::vector<ConcatInput> two_samples() {
  return {input("a", [] { return sample({{1, 2}, {0, 3}}, {"x", "y"}, {"B", "T"}); }),
          input("b", [] { return sample({{4, 5, 6}}, {"z", "y", "x"}, {"T"}); })};
}

ConcatOptions how(Join join, const std::string& sample_key) { return {join, sample_key, GenesBy::automatic}; }

struct All {
  std::vector<std::vector<double>> rows;
  std::vector<std::string> names, types, samples;
};

All read_all(Reader& reader) {
  All all;
  Chunk chunk;
  Limit limit;
  limit.cells = 1;
  std::int64_t next = 0;
  while (reader.next(chunk, limit)) {
    CHECK(chunk.counts.number(0) == next++);
    all.rows.push_back(test::dense(chunk.counts, reader.genes().size()).front());
    all.names.push_back(chunk.cell_names.front());
    all.types.push_back(chunk.find_obs("type")->text_at(0));
    all.samples.push_back(chunk.find_obs("sample")->text_at(0));
  }
  return all;
}

}  // namespace

TEST_CASE("joined samples share genes by name, outer or inner, in the order of the first that has them") {
  const auto outer = concat(two_samples(), how(Join::outer, "sample"));
  CHECK(outer->n_cells() == 3);
  CHECK(outer->genes().names == std::vector<std::string>{"x", "y", "z"});
  for (int pass = 0; pass < 2; ++pass) {
    const All all = read_all(*outer);
    CHECK(all.rows == std::vector<std::vector<double>>{{1, 2, 0}, {0, 3, 0}, {6, 5, 4}});
    CHECK(all.names == std::vector<std::string>{"c0-a", "c1-a", "c0-b"});
    CHECK(all.types == std::vector<std::string>{"B", "T", "T"});
    CHECK(all.samples == std::vector<std::string>{"a", "a", "b"});
    outer->rewind();
  }
  const auto inner = concat(two_samples(), how(Join::inner, "sample"));
  CHECK(inner->genes().names == std::vector<std::string>{"x", "y"});
  CHECK(read_all(*inner).rows.back() == std::vector<double>{6, 5});
}

TEST_CASE("labels that a later sample brings are kept beside the earlier ones") {
  std::vector<ConcatInput> inputs = two_samples();
  inputs.push_back(input("c", [] { return sample({{1, 2}}, {"x", "y"}, {"NK"}); }));
  const auto joined = concat(std::move(inputs), how(Join::outer, "sample"));
  Chunk all;
  for (Chunk chunk; joined->next(chunk, {});) append(all, chunk);
  const Column& types = *all.find_obs("type");
  CHECK(types.text_at(0) == "B");
  CHECK(types.text_at(2) == "T");
  CHECK(types.text_at(3) == "NK");
}

TEST_CASE("joined samples are stored in a type that holds the values of all") {
  const auto stored_as = [](ValueType type, const std::string& name) {
    return input(name, [type] {
      Chunk cells;
      cells.counts = test::counts({{1, 2}});
      cells.counts.stored_type(type);
      cells.cell_names = {"c"};
      cells.layers = {{"more", cells.counts}};
      return read_memory(std::move(cells), test::genes({"x", "y"}));
    });
  };
  const auto joined = [&](ValueType a, ValueType b) {
    std::vector<ConcatInput> inputs;
    inputs.push_back(stored_as(a, "a"));
    inputs.push_back(stored_as(b, "b"));
    const auto reader = concat(std::move(inputs), how(Join::inner, ""));
    Chunk chunk;
    REQUIRE(reader->next(chunk, {}));
    CHECK(chunk.layers.front().counts.stored_type() == chunk.counts.stored_type());
    return chunk.counts.stored_type();
  };
  // numpy.result_type says the same.
  CHECK(joined(ValueType::uint16, ValueType::uint16) == ValueType::uint16);
  CHECK(joined(ValueType::uint8, ValueType::uint32) == ValueType::uint32);
  CHECK(joined(ValueType::uint16, ValueType::int16) == ValueType::int32);
  CHECK(joined(ValueType::int32, ValueType::uint8) == ValueType::int32);
  CHECK(joined(ValueType::uint64, ValueType::int8) == ValueType::float64);
  CHECK(joined(ValueType::int16, ValueType::float32) == ValueType::float32);
  CHECK(joined(ValueType::int32, ValueType::float32) == ValueType::float64);
  CHECK(joined(ValueType::float32, ValueType::float64) == ValueType::float64);
}

TEST_CASE("columns that a file reads as another type are the same column") {
  const auto with = [](const std::string& name, const std::vector<Column>& obs) {
    return input(name, [=] {
      Chunk cells;
      cells.counts = test::counts({{1}, {2}});
      cells.cell_names = {"c", "d"};
      cells.obs = obs;
      return read_memory(std::move(cells), test::genes({"x"}));
    });
  };
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  const auto joined = concat({with("a", {{"age", std::vector<std::int64_t>{7, 8}}, {"flag", std::vector<bool>{true, false}}, {"word", Text{"u", "v"}}, {"size", std::vector<float>{0.5F, 2}}}),
                              with("b", {{"age", std::vector<double>{nan, 9}}, {"flag", Labels{{-1, 1}, test::categories({"False", "True"})}}, {"word", Labels{{0, -1}, test::categories({"w"})}}, {"size", std::vector<std::int64_t>{3, 4}}})},
                             how(Join::inner, ""));
  std::vector<std::string> texts(4);
  for (Chunk chunk; joined->next(chunk, {});) {
    CHECK(std::holds_alternative<std::vector<double>>(chunk.find_obs("age")->values));
    CHECK(std::holds_alternative<Labels>(chunk.find_obs("flag")->values));
    for (std::size_t column = 0; column < 4; ++column) {
      for (std::size_t cell = 0; cell < 2; ++cell) texts[column] += chunk.obs[column].text_at(cell) + " ";
    }
  }
  CHECK(texts == std::vector<std::string>{"7 8  9 ", "True False  True ", "u v w  ", "0.5 2 3 4 "});

  // What was text is none after a look.
  const auto calls = std::make_shared<int>(0);
  auto changing = with("a", {});
  changing.open = [=] { return with("a", {{"word", (*calls)++ == 0 ? Column{"", Text{"u", "v"}}.values : Column{"", std::vector<double>{1, 2}}.values}}).open(); };
  const auto changed = concat({changing}, how(Join::inner, ""));
  Chunk chunk;
  CHECK(error_of([&] { changed->next(chunk, {}); }).message() == "joining: 'a.h5ad' is no longer what it was when its genes were looked at");
}

TEST_CASE("samples that cannot be joined are refused") {
  std::vector<ConcatInput> same_name = two_samples();
  same_name[1].sample = "a";
  CHECK(error_of([&] { return concat(std::move(same_name), how(Join::inner, "")); }).message() == "two inputs are named 'a'");

  std::vector<ConcatInput> repeated = two_samples();
  repeated[1].open = [] { return sample({{1, 2}}, {"x", "x"}, {"B"}); };
  CHECK(error_of([&] { return concat(std::move(repeated), how(Join::inner, "")); }).message() ==
        "joining sample 'b': gene 'x' stands there twice");

  std::vector<ConcatInput> foreign = two_samples();
  foreign[1].open = [] { return sample({{1}}, {"q"}, {"B"}); };
  const Error error = error_of([&] { return concat(std::move(foreign), how(Join::inner, "")); });
  CHECK(error.message() == "the inputs have no gene in common");
  CHECK(error.hint() == "--join outer keeps all genes");
}

namespace {

/// How many readers there are at once.
struct Tally {
  int open = 0;
  int most = 0;
};

class Counted final : public Reader {
 public:
  Counted(std::unique_ptr<Reader> reader, Tally& tally) : reader_(std::move(reader)), tally_(&tally) {
    tally.most = std::max(tally.most, ++tally.open);
  }
  ~Counted() override { --tally_->open; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  [[nodiscard]] std::int64_t n_cells() const override { return reader_->n_cells(); }
  [[nodiscard]] const Genes& genes() const override { return reader_->genes(); }
  [[nodiscard]] std::string matrix() const override { return reader_->matrix(); }
  [[nodiscard]] WholeMatrix whole() const override { return reader_->whole(); }
  bool next(Chunk& chunk, const Limit& limit) override { return reader_->next(chunk, limit); }
  void rewind() override { reader_->rewind(); }

 private:
  std::unique_ptr<Reader> reader_;
  Tally* tally_;
};

Genes with_column(std::vector<std::string> names, const std::string& column, Text texts) {
  return {std::move(names), {{column, std::move(texts)}}, {}};
}

ConcatInput of_genes(const std::string& name, const std::vector<double>& row, const Genes& genes) {
  return input(name, [=] {
    Chunk cells;
    cells.counts = test::counts({row});
    cells.cell_names = {"c"};
    return read_memory(std::move(cells), genes);
  });
}

const std::string lyz = "ENSG00000090382";
const std::string cd3d = "ENSG00000167286";
const std::string ms4a1 = "ENSG00000156738";

class Notes final : public Report {
 public:
  void warning(std::string_view sentence) override { warnings.emplace_back(sentence); }
  void note(std::string_view sentence) override { notes.emplace_back(sentence); }
  void progress(std::string_view, std::int64_t, std::int64_t) override {}
  std::vector<std::string> notes, warnings;
};

std::vector<std::vector<double>> rows_of(Reader& reader) {
  std::vector<std::vector<double>> rows;
  for (Chunk chunk; reader.next(chunk, {});) rows.push_back(test::dense(chunk.counts, reader.genes().size()).front());
  return rows;
}

}  // namespace

TEST_CASE("one input is open at a time, also where genes are looked for again and after a rewind") {
  Tally tally;
  std::vector<ConcatInput> inputs = two_samples();
  inputs.pop_back();
  inputs.push_back(of_genes("c", {1, 2}, with_column({lyz, cd3d}, "gene_symbols", {"x", "y"})));  // found by a second look
  inputs[0].open = [] { return read_memory({test::counts({{1, 2}}), {"c"}, {}, {}, {}}, test::genes({"x", "y"})); };
  for (ConcatInput& each : inputs) {
    each.open = [open = each.open, &tally] { return std::make_unique<Counted>(open(), tally); };
  }
  const auto joined = concat(std::move(inputs), how(Join::outer, ""));
  CHECK(tally.open == 0);
  for (int pass = 0; pass < 2; ++pass) {
    CHECK(rows_of(*joined).size() == 2);
    CHECK(tally.open == 0);
    joined->rewind();
  }
  CHECK(tally.most == 1);
}

TEST_CASE("an input that changes between two looks is refused") {
  const auto refused = [](const std::function<std::unique_ptr<Reader>()>& later) {
    std::vector<ConcatInput> inputs = two_samples();
    inputs[1].open = [later, first = inputs[1].open, n = 0]() mutable { return n++ == 0 ? first() : later(); };
    const auto joined = concat(std::move(inputs), how(Join::inner, "sample"));
    Chunk chunk;
    REQUIRE(joined->next(chunk, {}));
    return error_of([&] { joined->next(chunk, {}); }).message();
  };
  const std::string message = "joining: 'b.h5ad' is no longer what it was when its genes were looked at";
  CHECK(refused([] { return sample({{4, 5, 6}, {1, 1, 1}}, {"z", "y", "x"}, {"T"}); }) == message);  // more cells
  CHECK(refused([] { return sample({{4, 5, 6}}, {"z", "x", "y"}, {"T"}); }) == message);             // genes in another order
  CHECK(refused([] { return sample({{4, 5}}, {"z", "y"}, {"T"}); }) == message);                     // fewer genes
  CHECK(refused([] {
          Chunk cells;
          cells.counts = test::counts({{4, 5, 6}});
          cells.cell_names = {"c0"};
          return read_memory(std::move(cells), test::genes({"z", "y", "x"}));
        }) == message);  // no obs
  CHECK(refused([] {
          Chunk cells;
          cells.counts = test::counts({{4, 5, 6}});
          cells.counts.stored_type(ValueType::float64);
          cells.cell_names = {"c0"};
          cells.obs = {{"type", Labels{{0}, test::categories({"T"})}}};
          return read_memory(std::move(cells), test::genes({"z", "y", "x"}));
        }) == message);  // values that do not fit the type of what was written
}

TEST_CASE("samples of symbols and samples of ids meet by what all have") {
  Notes report;
  // Ids first: the symbols of an index become a column, versions do not matter.
  auto joined = concat({of_genes("a", {1, 2}, with_column({"LYZ", "CD3D"}, "gene_ids", {lyz + ".4", cd3d + ".1"})),
                        of_genes("b", {3, 4}, with_column({cd3d, ms4a1}, "feature_name", {"CD3D", "MS4A1"}))},
                       how(Join::outer, ""), report);
  CHECK(joined->genes().names == std::vector<std::string>{lyz, cd3d, ms4a1});
  REQUIRE(joined->genes().columns.size() == 1);
  CHECK(joined->genes().columns.front().name == "feature_name");
  CHECK(std::get<Text>(joined->genes().columns.front().values) == Text{"LYZ", "CD3D", "MS4A1"});
  CHECK(rows_of(*joined) == std::vector<std::vector<double>>{{1, 2, 0}, {0, 3, 4}});
  CHECK(report.notes == std::vector<std::string>{
                            "genes of samples meet by Ensembl gene ids, which all inputs have: those of 'a.h5ad' stand in column 'gene_ids'"});

  // A gene without an id goes by its index in both.
  joined = concat({of_genes("a", {1, 2}, with_column({"LYZ", "RP4-758J18.2"}, "gene_ids", {lyz, ""})),
                   of_genes("b", {3, 4, 5}, test::genes({"RP4-758J18.2", lyz, cd3d}))},
                  how(Join::outer, ""));
  CHECK(joined->genes().names == std::vector<std::string>{lyz, "RP4-758J18.2", cd3d});
  CHECK(rows_of(*joined) == std::vector<std::vector<double>>{{1, 2, 0}, {4, 3, 5}});

  // Symbols where an input has no ids; ids are kept where they are known.
  const std::vector<ConcatInput> by_symbol{of_genes("a", {1, 2}, test::genes({"LYZ", "CD3D"})),
                                           of_genes("b", {3, 4}, with_column({cd3d, ms4a1}, "feature_name", {"CD3D", "MS4A1"}))};
  joined = concat(by_symbol, how(Join::outer, ""));
  CHECK(joined->genes().names == std::vector<std::string>{"LYZ", "CD3D", "MS4A1"});
  REQUIRE(joined->genes().find_column("gene_ids") != nullptr);
  CHECK(std::get<Text>(joined->genes().find_column("gene_ids")->values) == Text{"", cd3d, ms4a1});
  CHECK(rows_of(*joined) == std::vector<std::vector<double>>{{1, 2, 0}, {0, 3, 4}});
  joined = concat(by_symbol, how(Join::inner, ""));
  CHECK(rows_of(*joined) == std::vector<std::vector<double>>{{2}, {3}});

  // Who asks for one kind of names gets no other.
  CHECK(error_of([&] { return concat(by_symbol, {Join::outer, "", GenesBy::id}); }).kind() == ErrorKind::input);
}

TEST_CASE("ids of other versions are those of the same genes, unless one input tells two versions apart") {
  Notes report;
  const auto old_ids = of_genes("a", {1, 2}, with_column({lyz + ".4", cd3d + ".1"}, "feature_name", {"LYZ", "CD3D"}));
  const auto new_ids = of_genes("b", {3, 4}, test::genes({cd3d + ".2", lyz}));
  auto joined = concat({old_ids, new_ids}, how(Join::inner, ""), report);
  CHECK(joined->genes().names == std::vector<std::string>{lyz, cd3d});
  CHECK(rows_of(*joined) == std::vector<std::vector<double>>{{1, 2}, {4, 3}});
  CHECK(report.notes == std::vector<std::string>{"genes of samples meet by Ensembl gene ids without their versions, which differ between inputs"});
  REQUIRE(joined->genes().columns.size() == 1);
  CHECK(std::get<Text>(joined->genes().columns.front().values) == Text{"LYZ", "CD3D"});
  joined = concat({new_ids, of_genes("c", {5}, test::genes({cd3d + ".3"}))}, how(Join::outer, ""), report);
  CHECK(rows_of(*joined) == std::vector<std::vector<double>>{{3, 4}, {5, 0}});
  CHECK(joined->genes().columns.empty());
  CHECK(report.warnings.empty());

  // Copies on chromosome Y are genes of their own.
  joined = concat({of_genes("a", {1, 2}, test::genes({lyz + ".4", lyz + ".4_PAR_Y"})), of_genes("b", {3, 4}, test::genes({lyz + ".5_PAR_Y", lyz + ".5"}))},
                  how(Join::inner, ""));
  CHECK(joined->genes().names == std::vector<std::string>{lyz, lyz + "_PAR_Y"});
  CHECK(rows_of(*joined) == std::vector<std::vector<double>>{{1, 2}, {4, 3}});

  // Of equal versions nothing is taken away.
  joined = concat({old_ids, of_genes("b", {3}, test::genes({cd3d + ".1"}))}, how(Join::outer, ""));
  CHECK(joined->genes().names == std::vector<std::string>{lyz + ".4", cd3d + ".1"});

  joined = concat({old_ids, of_genes("b", {3, 4}, test::genes({lyz + ".5", lyz + ".4"}))}, how(Join::inner, ""), report);
  CHECK(rows_of(*joined) == std::vector<std::vector<double>>{{1}, {4}});
  CHECK(report.warnings == std::vector<std::string>{"joining: 'b.h5ad' has an id in two versions: an id of another version is taken for another gene"});
}

TEST_CASE("samples of one kind of names meet by them, whatever further columns they have") {
  const auto joined = concat({of_genes("a", {1, 2}, with_column({"LYZ", "CD3D"}, "gene_ids", {lyz, cd3d})),
                              of_genes("b", {3}, with_column({"LYZ"}, "gene_ids", {ms4a1}))},
                             how(Join::outer, ""));
  CHECK(joined->genes().names == std::vector<std::string>{"LYZ", "CD3D"});
  CHECK(rows_of(*joined) == std::vector<std::vector<double>>{{1, 2}, {3, 0}});
}

TEST_CASE("samples of symbols alone and of ids alone are refused with both names and a way out") {
  const auto symbols = of_genes("a", {1, 2}, test::genes({"LYZ", "CD3D"}));
  const auto both = of_genes("both", {1}, with_column({lyz}, "feature_name", {"LYZ"}));
  const auto ids = of_genes("b", {3, 4}, test::genes({cd3d, ms4a1}));
  for (const Join join : {Join::inner, Join::outer}) {
    const Error error = error_of([&] { return concat({symbols, both, ids}, how(join, "")); });
    CHECK(error.kind() == ErrorKind::input);
    CHECK(error.message() == "joining: genes are named in 'a.h5ad' by symbols such as 'LYZ', in 'b.h5ad' by Ensembl gene ids such as '" + cd3d +
                                 "', and names of no kind tell all genes apart in all inputs");
    CHECK(error.hint() == "name them alike first: gemflow convert a.h5ad --gene-order b.h5ad --gene-table SYMBOLS_AND_IDS -o OUT.h5ad");
  }
  // Symbols that repeat are no way to meet.
  const auto repeated = of_genes("b", {3, 4}, with_column({cd3d, ms4a1}, "feature_name", {"CD3D", "CD3D"}));
  CHECK_THROWS_AS(concat({symbols, repeated}, how(Join::outer, "")), Error);
}

TEST_CASE("layers are moved to the joint genes, matrices beside the cells are as they were") {
  const auto with_more = [](const std::string& name, const std::vector<double>& row, const std::vector<std::string>& genes) {
    return input(name, [=] {
      Chunk cells;
      cells.counts = test::counts({row});
      cells.cell_names = {"c"};
      cells.obsm = {{"X_pca", MatrixKind::other, {"0", "1"}, {1, static_cast<float>(row[0])}}};
      std::vector<double> twice = row;
      for (double& value : twice) value *= 2;
      cells.layers = {{"twice", test::counts({twice})}};
      return read_memory(std::move(cells), test::genes(genes));
    });
  };
  const auto joined = concat({with_more("a", {1, 2}, {"x", "y"}), with_more("b", {4, 5, 6}, {"z", "y", "x"})}, how(Join::outer, ""));
  Chunk all;
  for (Chunk chunk; joined->next(chunk, {});) append(all, chunk);
  CHECK(test::dense(all.layers.front().counts, 3) == std::vector<std::vector<double>>{{2, 4, 0}, {12, 10, 8}});
  CHECK(all.obsm.front().values == std::vector<float>{1, 1, 1, 4});
}
