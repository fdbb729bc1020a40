// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/concat.hpp"

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

std::vector<ConcatInput> two_samples() {
  std::vector<ConcatInput> inputs;
  inputs.push_back({"a", sample({{1, 2}, {0, 3}}, {"x", "y"}, {"B", "T"})});
  inputs.push_back({"b", sample({{4, 5, 6}}, {"z", "y", "x"}, {"T"})});
  return inputs;
}

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
  const auto outer = concat(two_samples(), Join::outer, "sample");
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
  const auto inner = concat(two_samples(), Join::inner, "sample");
  CHECK(inner->genes().names == std::vector<std::string>{"x", "y"});
  CHECK(read_all(*inner).rows.back() == std::vector<double>{6, 5});
}

TEST_CASE("labels that a later sample brings are kept beside the earlier ones") {
  std::vector<ConcatInput> inputs = two_samples();
  inputs.push_back({"c", sample({{1, 2}}, {"x", "y"}, {"NK"})});
  const auto joined = concat(std::move(inputs), Join::outer, "sample");
  Chunk all;
  for (Chunk chunk; joined->next(chunk, {});) append(all, chunk);
  const Column& types = *all.find_obs("type");
  CHECK(types.text_at(0) == "B");
  CHECK(types.text_at(2) == "T");
  CHECK(types.text_at(3) == "NK");
}

TEST_CASE("joined samples are stored in a type that holds the values of all") {
  const auto stored_as = [](ValueType type, const std::string& name) {
    Chunk cells;
    cells.counts = test::counts({{1, 2}});
    cells.counts.stored_type(type);
    cells.cell_names = {"c"};
    return ConcatInput{name, read_memory(std::move(cells), test::genes({"x", "y"}))};
  };
  const auto joined = [&](ValueType a, ValueType b) {
    std::vector<ConcatInput> inputs;
    inputs.push_back(stored_as(a, "a"));
    inputs.push_back(stored_as(b, "b"));
    const auto reader = concat(std::move(inputs), Join::inner, "");
    Chunk chunk;
    REQUIRE(reader->next(chunk, {}));
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

TEST_CASE("samples that cannot be joined are refused") {
  std::vector<ConcatInput> same_name = two_samples();
  same_name[1].sample = "a";
  CHECK(error_of([&] { return concat(std::move(same_name), Join::inner, ""); }).message() == "two inputs are named 'a'");

  std::vector<ConcatInput> repeated = two_samples();
  repeated[1].reader = sample({{1, 2}}, {"x", "x"}, {"B"});
  CHECK(error_of([&] { return concat(std::move(repeated), Join::inner, ""); }).message() ==
        "joining sample 'b': gene 'x' stands there twice");

  std::vector<ConcatInput> foreign = two_samples();
  foreign[1].reader = sample({{1}}, {"q"}, {"B"});
  const Error error = error_of([&] { return concat(std::move(foreign), Join::inner, ""); });
  CHECK(error.message() == "the inputs have no gene in common");
  CHECK(error.hint() == "--join outer keeps all genes");
}
