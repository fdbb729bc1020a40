// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "gem_local/gem_model.hpp"
#include "gem_local/tensor_file.hpp"
#include "gemflow/models.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/toy_model.hpp"

using namespace gemflow;
using Catch::Matchers::Contains;
using test::Toy;
using test::toy_model;

namespace {

Metadata metadata(std::initializer_list<std::pair<const char*, const char*>> entries) {
  Metadata all;
  for (const auto& [key, value] : entries) all.set(key, value);
  return all;
}

/// `n` cells of one condition.
Query generate_query(Metadata of, std::int64_t n, QueryOptions options = {}) {
  Query query;
  query.task = Task::generate;
  query.conditions = {std::move(of)};
  query.options = options;
  for (std::int64_t i = 0; i < n; ++i) query.samples.push_back({0, -1, 0, i, 3});
  return query;
}

/// Share of all counts by gene.
std::vector<double> profile(const CountChunk& counts, const std::vector<std::int64_t>& cells = {}) {
  std::vector<double> sums(Toy::n_genes);
  double total = 0;
  const auto add = [&](std::int64_t cell) {
    const CellCounts one = counts.cell(cell);
    for (std::size_t i = 0; i < one.genes.size(); ++i) sums[static_cast<std::size_t>(one.genes[i])] += one.values[i];
    total += counts.total(cell);
  };
  if (cells.empty()) {
    for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) add(cell);
  } else {
    for (const std::int64_t cell : cells) add(cell);
  }
  for (double& sum : sums) sum /= total;
  return sums;
}

/// Mean share of ten genes.
double block(const std::vector<double>& profile, std::size_t number) {
  double sum = 0;
  for (std::size_t gene = 10 * number; gene < 10 * number + 10; ++gene) sum += profile[gene];
  return sum;
}

/// What it is in truth, relative to the block 4 that nothing changes.
double truth(std::size_t number, int type, bool treated) {
  double sum = 0, unchanged = 0;
  for (std::size_t gene = 0; gene < 10; ++gene) {
    sum += Toy::rate(10 * number + gene, type, treated, 0);
    unchanged += Toy::rate(40 + gene, type, treated, 0);
  }
  return sum / unchanged;
}

Chunk ask(const Query& query) {
  Job job;
  return toy_model().answer(query, job);
}

std::string refusal(const Query& query) {
  return error_of([&] { ask(query); }).message();
}

Chunk other_cells() {
  Toy toy;
  toy.seed = 77;
  toy.n_cells = 300;
  return toy.cells();
}

Query condition_query(const Chunk& cells, Metadata of, QueryOptions options = {}) {
  Query query;
  query.task = Task::condition;
  query.counts = cells.counts;
  query.conditions = {std::move(of)};
  query.options = options;
  for (std::int64_t i = 0; i < cells.n_cells(); ++i) query.samples.push_back({0, i, i, 0, 0});
  return query;
}

/// Cells with this text in this column.
std::vector<std::int64_t> cells_with(const Chunk& cells, std::string_view column, std::string_view text) {
  std::vector<std::int64_t> rows;
  for (std::size_t row = 0; row < static_cast<std::size_t>(cells.n_cells()); ++row) {
    if (cells.find_obs(column)->text_at(row) == text) rows.push_back(static_cast<std::int64_t>(row));
  }
  return rows;
}

}  // namespace

TEST_CASE("labels of cells that it has not seen") {
  const Chunk cells = other_cells();
  Query query;
  query.counts = cells.counts;
  const Chunk answer = ask(query);
  double labelled = 0, right = 0, drug_right = 0;
  for (std::size_t row = 0; row < 300; ++row) {
    const std::string truth = cells.find_obs("type_name")->text_at(row);
    drug_right +=
        answer.find_obs("perturbation_type")->text_at(row) == cells.find_obs("drug_type")->text_at(row) ? 1 : 0;
    if (truth.empty() || truth == "megakaryocyte") continue;
    ++labelled;
    right += answer.find_obs("cell_type")->text_at(row) == truth ? 1 : 0;
    CHECK(answer.find_obs("cell_type_ontology_id")->text_at(row).starts_with("CL:"));
  }
  CHECK(right > 0.97 * labelled);
  CHECK(drug_right > 0.95 * 300);
  CHECK(answer.find_obs("donor_id") == nullptr);
  CHECK(answer.find_obs("perturbation") == nullptr);
  REQUIRE(answer.find_obs("cell_type_confidence") != nullptr);
  const Matrix& probabilities = answer.obsm.at(0);
  CHECK(probabilities.name == "cell_type");
  CHECK(probabilities.columns == std::vector<std::string>{"B cell", "monocyte", "NK cell"});
  double sum = 0;
  for (const float p : probabilities.values) sum += static_cast<double>(p);
  CHECK(sum == Approx(300).epsilon(1e-5));
}

TEST_CASE("cells of another kind are outliers, cells of the same kind hardly ever") {
  const Chunk cells = other_cells();
  Query query;
  query.counts = cells.counts;
  const auto outliers = [](const Chunk& answer) {
    const auto& flags = std::get<std::vector<bool>>(answer.find_obs("outlier")->values);
    return static_cast<double>(std::count(flags.begin(), flags.end(), true)) / static_cast<double>(flags.size());
  };
  CHECK(outliers(ask(query)) < 0.05);
  // Two types' markers at once, ten times as deep.
  Query foreign;
  for (std::int64_t cell = 0; cell < 20; ++cell) {
    std::vector<double> row(Toy::n_genes, 5.0);
    for (std::size_t gene = 0; gene < 20; ++gene) row[gene] = 160;
    std::vector<std::int32_t> genes(Toy::n_genes);
    for (std::size_t gene = 0; gene < Toy::n_genes; ++gene) genes[gene] = static_cast<std::int32_t>(gene);
    foreign.counts.append(genes, row);
  }
  CHECK(outliers(ask(foreign)) == 1);
}

TEST_CASE("generated cells have the condition's rates, its depth, and depend on nothing but their address") {
  QueryOptions options;
  options.sampling = Sampling::sample;
  const Metadata treated = metadata({{"cell_type", "monocyte"}, {"perturbation_ontology_id", "CHEMBL25"}});
  const Chunk many = ask(generate_query(treated, 400, options));
  const auto shares = profile(many.counts);
  // The markers of the type; the drug, though only its id was named; and what is neither.
  for (const std::size_t number : {1U, 5U, 0U}) {
    CHECK(block(shares, number) / block(shares, 4) == Approx(truth(number, 1, true)).epsilon(0.1));
  }
  double depth = 0;
  for (std::int64_t cell = 0; cell < 400; ++cell) depth += many.counts.total(cell) / 400;
  CHECK(depth == Approx(400 * std::exp(0.045)).epsilon(0.08));
  CHECK(many.counts.stored_type() == ValueType::int32);

  const Chunk few = ask(generate_query(treated, 3, options));
  for (std::int64_t cell = 0; cell < 3; ++cell) {
    CHECK(std::ranges::equal(few.counts.cell(cell).values, many.counts.cell(cell).values));
  }
  options.deterministic_latents = true;
  const auto control = profile(ask(generate_query(metadata({{"cell_type", "B cell"}}), 300, options)).counts);
  // No perturbation named: control.
  CHECK(block(control, 5) / block(control, 4) == Approx(truth(5, 0, false)).epsilon(0.1));
}

TEST_CASE("means: totals, roundings and the meaning of a number of samples") {
  QueryOptions options;
  options.deterministic_latents = true;
  options.output_counts = OutputCounts::expected;
  const Metadata of = metadata({{"cell_type_ontology_id", "CL:0000236"}});
  const Chunk expected = ask(generate_query(of, 2, options));
  CHECK(expected.counts.total(0) == Approx(1e4));
  CHECK(expected.counts.stored_type() == ValueType::float32);
  CHECK(std::ranges::equal(expected.counts.cell(0).values, expected.counts.cell(1).values));

  options.output_counts = OutputCounts::rounded;
  const Chunk rounded = ask(generate_query(of, 1, options));
  CHECK(rounded.counts.stored_type() == ValueType::int32);
  for (std::size_t i = 0; i < rounded.counts.values().size(); ++i) {
    CHECK(rounded.counts.values()[i] == std::floor(expected.counts.cell(0).values[i] + 0.5));
  }
  options.output_counts = OutputCounts::unbiased;
  options.total_count = 100;
  const Chunk unbiased = ask(generate_query(of, 500, options));
  for (std::int64_t cell = 0; cell < 500; ++cell) CHECK(unbiased.counts.total(cell) == Approx(100).margin(1));

  options.sampling = Sampling::sample;
  options.total_count = 1234;
  const Chunk exact = ask(generate_query(of, 5, options));
  for (std::int64_t cell = 0; cell < 5; ++cell) CHECK(exact.counts.total(cell) == 1234);
}

TEST_CASE("a condition that says nothing of the type draws types as the training cells had them") {
  QueryOptions options;
  options.sampling = Sampling::sample;
  const Chunk cells = ask(generate_query({}, 300, options));
  std::array<int, 3> types{};
  for (std::int64_t cell = 0; cell < 300; ++cell) {
    const auto shares = profile(cells.counts, {cell});
    for (std::size_t type = 0; type < 3; ++type) types[type] += block(shares, type) > 0.2 ? 1 : 0;
  }
  for (const int n : types) CHECK(n > 60);
  CHECK(types[0] + types[1] + types[2] == Approx(300).margin(15));
}

TEST_CASE("questions that the model cannot answer are refused with the nearest that it can") {
  CHECK(refusal(generate_query(metadata({{"cell_typ", "B cell"}}), 1)) == "model 'toy' knows no key 'cell_typ'");
  const Error value = error_of([] { ask(generate_query(metadata({{"cell_type", "monocite"}}), 1)); });
  CHECK(value.message() == "model 'toy' was not trained on 'monocite' of 'cell_type'");
  CHECK(value.kind() == ErrorKind::model);
  CHECK_THAT(value.hint(), Contains("monocyte"));
  CHECK(refusal(generate_query(metadata({{"donor_id", "Donor-1"}}), 1)) ==
        "model 'toy' keeps its values of 'donor_id' secret");
  const Chunk cells = other_cells();
  CHECK(refusal(condition_query(cells, metadata({{"cell_type", "monocyte"}}))) ==
        "'cell_type_ontology_id' is biological and is kept from the reference cell");
  QueryOptions options;
  options.conditioning = {"biologic"};
  CHECK(refusal(condition_query(cells, {}, options)) == "there is no latent group 'biologic' to keep");
}

TEST_CASE("an unseen perturbation is refused, or taken as the mean of those that were seen") {
  QueryOptions options;
  options.deterministic_latents = true;
  options.output_counts = OutputCounts::expected;
  const Metadata unseen = metadata({{"cell_type", "monocyte"}, {"perturbation_ontology_id", "CHEMBL1"}});
  CHECK_THAT(refusal(generate_query(unseen, 1, options)), Contains("was not trained on 'CHEMBL1'"));
  options.allow_unseen = true;
  const auto shares = profile(ask(generate_query(unseen, 1, options)).counts);
  CHECK(block(shares, 5) / block(shares, 4) == Approx(truth(5, 1, true)).epsilon(0.1));
}

TEST_CASE("a cell under another condition keeps its type and its depth") {
  const Chunk cells = other_cells();
  const Metadata drug = metadata({{"perturbation_ontology_id", "CHEMBL25"}});
  QueryOptions options;
  options.output_counts = OutputCounts::expected;
  const Chunk treated = ask(condition_query(cells, drug, options));
  const auto controls = cells_with(cells, "drug_type", "control");
  const auto before = profile(cells.counts, controls), after = profile(treated.counts, controls);
  CHECK(block(after, 5) / block(after, 4) / (block(before, 5) / block(before, 4)) == Approx(5).epsilon(0.2));
  for (const std::size_t marker : {0U, 1U, 2U}) {
    CHECK(block(after, marker) / block(after, 4) == Approx(block(before, marker) / block(before, 4)).epsilon(0.1));
  }
  for (std::int64_t cell = 0; cell < 20; ++cell) {
    CHECK(treated.counts.total(cell) == Approx(cells.counts.total(cell)).epsilon(1e-6));
  }
  // Cells that had the drug already hardly change.
  const auto drugged = cells_with(cells, "drug_type", "compound");
  const auto was = profile(cells.counts, drugged), is = profile(treated.counts, drugged);
  CHECK(block(is, 5) / block(was, 5) == Approx(1).epsilon(0.12));

  options.fixed_total_count = true;
  options.total_count = 5000;
  CHECK(ask(condition_query(cells, drug, options)).counts.total(3) == Approx(5000).epsilon(1e-6));
  options.conditioning = {"technical"};
  CHECK(ask(condition_query(cells, metadata({{"cell_type", "NK cell"}}), options)).counts.n_cells() == 300);
}

TEST_CASE("a cell's whole depth lies in the genes that were measured") {
  const Chunk cells = other_cells();
  QueryOptions options;
  options.output_counts = OutputCounts::expected;
  Query query = condition_query(cells, metadata({{"perturbation_ontology_id", "CHEMBL25"}}), options);
  const CountChunk all = ask(query).counts;
  query.measured.assign(Toy::n_genes, true);
  for (std::size_t gene = 0; gene < Toy::n_genes; gene += 2) query.measured[gene] = false;
  const CountChunk some = ask(query).counts;
  for (std::int64_t cell = 0; cell < cells.n_cells(); ++cell) {
    CHECK(some.total(cell) == Approx(cells.counts.total(cell)));
    double before = 0;
    for (std::size_t i = 0; i < all.cell(cell).genes.size(); ++i) {
      if (all.cell(cell).genes[i] % 2 == 1) before += all.cell(cell).values[i];
    }
    const CellCounts made = some.cell(cell);
    for (const std::int32_t gene : made.genes) REQUIRE(gene % 2 == 1);
    // What is left out takes nothing from the ratios of what stays.
    const CellCounts whole = all.cell(cell);
    const auto at = std::find(whole.genes.begin(), whole.genes.end(), made.genes.front()) - whole.genes.begin();
    CHECK(made.values.front() / cells.counts.total(cell) == Approx(whole.values[static_cast<std::size_t>(at)] / before));
  }
}

TEST_CASE("the reconstruction is a layer of the cells' own depth, and sampled latents are near their means") {
  const Chunk cells = other_cells();
  Query query;
  query.counts = cells.counts;
  query.options.decoder_sample = true;
  query.options.output_counts = OutputCounts::expected;
  const Chunk answer = ask(query);
  REQUIRE(answer.layers.size() == 1);
  CHECK(answer.layers[0].name == "decoder_sample");
  CHECK(answer.layers[0].counts.total(5) == Approx(cells.counts.total(5)).epsilon(1e-6));
  const auto real = profile(cells.counts), made = profile(answer.layers[0].counts);
  for (std::size_t number = 0; number < 12; ++number)
    CHECK(block(made, number) == Approx(block(real, number)).epsilon(0.1));

  query.options.sample_latents = true;
  const Chunk drawn = ask(query);
  double difference = 0, spread = 0;
  const auto& means = answer.obsm.back().values;
  const auto& draws = drawn.obsm.back().values;
  for (std::size_t i = 0; i < means.size(); ++i) {
    difference += static_cast<double>(draws[i] - means[i]) / static_cast<double>(means.size());
    spread += std::pow(static_cast<double>(draws[i] - means[i]), 2) / static_cast<double>(means.size());
  }
  CHECK(std::abs(difference) < 0.1);
  CHECK(spread > 0.001);
  CHECK(spread < 1);
}

TEST_CASE("a file whose card and arrays do not belong together is refused") {
  using namespace gem_local;
  const test::TempFolder folder;
  test::train_toy({}, folder / "m.gmodel");
  const TensorFile good = read_tensors(folder / "m.gmodel");
  const auto says = [&](const std::function<void(TensorFile&)>& spoil, const std::string& sentence) {
    TensorFile file = good;
    spoil(file);
    const auto path = folder.file("spoilt.gmodel", bytes_of(file));
    Job job;
    const Error error = error_of([&] { (void)open_model(path.string(), job); });
    CHECK(error.kind() == ErrorKind::input);
    CHECK_THAT(error.message(), Contains("reading model '" + path.string() + "': " + sentence));
    CHECK(error.hint() == "train the model again with this version of gemflow");
  };
  const auto edit = [](const std::string& from, const std::string& to) {
    return [from, to](TensorFile& file) {
      std::string& card = file.metadata["card"];
      const std::size_t at = card.find(from);
      REQUIRE(at != card.npos);
      card.replace(at, from.size(), to);
    };
  };
  says([](TensorFile& f) { f.metadata["format"] = "gemflow-gmodel-2"; },
       "its metadata do not say that its format is 'gemflow-gmodel-1'");
  says([](TensorFile& f) { f.metadata["card"] = "{"; }, "its card cannot be understood: ");
  says(edit("\"depth_cap\"", "\"depth_cup\""), "its card cannot be understood: ");
  says([](TensorFile& f) { f.tensors.erase("base"); }, "array 'base' is missing");
  says([](TensorFile& f) { f.tensors["base"].shape = {2, 60}; }, "array 'base' is 2 x 60 instead of 1 x 120");
  says([](TensorFile& f) { f.tensors["base"].values[3] = std::nanf(""); },
       "array 'base' holds a value that is not finite");
  const std::string contradiction = "its card and its arrays contradict each other";
  says(edit("\"first_effect\":3", "\"first_effect\":2147483647"), contradiction);
  says(edit("\"n_residual\":", "\"n_residual\":9"), contradiction);
  says(edit("\"n_latents\":[", "\"n_latents\":[-"), contradiction);
  says(edit("\"field\":0", "\"field\":70"), contradiction);
  says(edit("\"biological\"", "\"magical\""), contradiction);
  Job job;
  CHECK(open_model((folder / "m.gmodel").string(), job)->card().checksum == checksum_of(good));
}

TEST_CASE("an unknown model is answered with the nearest known ones") {
  Job job;
  const Error error = error_of([&] { (void)open_model("ecko", job); });
  CHECK(error.message() == "there is no model 'ecko'");
  CHECK_THAT(error.hint(), Contains("echo"));
}
