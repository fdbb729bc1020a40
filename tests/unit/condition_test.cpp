// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/condition.hpp"

#include <algorithm>
#include <cmath>

#include "gemflow/core/in_memory.hpp"
#include "gemflow/models.hpp"
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

/// Answers with the cells themselves, and says that every second one is an outlier.
class Pessimist final : public Model {
 public:
  Pessimist() {
    card_.id = "pessimist";
    card_.checksum = "sha256:0";
    card_.any_genes = true;
    card_.trained_on = "nothing good";
    card_.tasks = {Task::condition, Task::predict_metadata};
  }
  [[nodiscard]] const ModelCard& card() const noexcept override { return card_; }
  Chunk answer(const Query& query, Job&) override {
    Chunk answer;
    answer.counts = query.counts;
    if (query.task == Task::condition) return answer;
    std::vector<bool> outliers;
    for (std::int64_t cell = 0; cell < query.counts.n_cells(); ++cell) outliers.push_back(cell % 2 == 0);
    answer.obs = {{"outlier", outliers}};
    return answer;
  }

 private:
  ModelCard card_;
};

}  // namespace

TEST_CASE("condition stops at too many outliers before anything is written, or warns") {
  Job job;
  Pessimist model;
  Written written;
  ConditionOptions options;
  const auto in = reader();
  options.conditions = {condition_of("perturbation_type", "control", 1)};
  const Error error = error_of([&] { condition(*in, model, *write_memory(written), options, job); });
  CHECK(error.kind() == ErrorKind::unsupported);
  CHECK(error.message().starts_with("1 of 2 cells (50.0 %) lie outside what model 'pessimist' has seen"));
  CHECK(!written.finished);

  in->rewind();
  options.outliers.stops = false;
  CHECK(condition(*in, model, *write_memory(written), options, job).n_outliers == 1);
  CHECK(written.finished);
  CHECK(written.cells.obs.empty());
}

TEST_CASE("condition with one sample a cell stands beside the cells, in the file's genes") {
  Job job;
  const auto in = reader();
  const auto echo = open_model("echo", job);
  Written written;
  ConditionOptions options;
  options.log2fc = true;
  options.conditions = {condition_of("perturbation_type", "control", 1)};
  REQUIRE(stands_beside(options));
  const ConditionResult result = condition(*in, *echo, *write_memory(written), options, job);
  CHECK(result.n_cells == 3);
  CHECK(result.n_samples == 3);
  REQUIRE(written.cells.layers.size() == 2);
  CHECK(written.cells.layers[0].name == "gemflow_counts");
  CHECK(test::equal(written.cells.layers[0].counts, three_cells().counts));
  CHECK(written.cells.layers[1].name == "gemflow_log2fc");
  CHECK(written.cells.layers[1].counts.n_nonzeros() == 0);
}

TEST_CASE("condition with several samples or named references makes new cells") {
  const std::int64_t batch_size = GENERATE(0, 1, 2);
  Job job;
  const auto in = reader();
  const auto echo = open_model("echo", job);
  Written written;
  ConditionOptions options;
  options.run.batch_size = batch_size;
  options.conditions = {condition_of("perturbation_type", "control", 2), condition_of("sex", "male", 1)};
  options.conditions[1].reference = "shallow";
  const ConditionResult result = condition(*in, *echo, *write_memory(written), options, job);
  CHECK(result.n_samples == 7);
  CHECK(written.cells.cell_names ==
        std::vector<std::string>{"deep_condition1_1", "deep_condition1_2", "shallow_condition1_1", "shallow_condition1_2",
                                 "shallow_condition2_1", "none_condition1_1", "none_condition1_2"});
  CHECK(written.cells.find_obs("gemflow_reference_cell")->text_at(4) == "shallow");
  CHECK(written.cells.find_obs("gemflow_role")->text_at(0) == "treated");

  options.conditions[1].reference = "nobody";
  in->rewind();
  const Error error = error_of([&] { condition(*in, *echo, *write_memory(written), options, job); });
  CHECK(error.message() == "there is no cell 'nobody' to condition on");
}

namespace {

/// Answers a tenth of what it is asked for, as if the rest had been rounded away.
class Miser final : public Model {
 public:
  Miser() {
    card_.id = "miser";
    card_.any_genes = true;
    card_.tasks = {Task::condition, Task::generate};
  }
  [[nodiscard]] const ModelCard& card() const noexcept override { return card_; }
  Chunk answer(const Query& query, Job&) override {
    Chunk answer;
    for (const Sample& sample : query.samples) {
      const double wanted = query.task == Task::generate ? 10'000 : query.counts.total(sample.reference);
      answer.counts.append(std::vector<std::int32_t>{0}, std::vector<double>{wanted / 10});
    }
    return answer;
  }

 private:
  ModelCard card_;
};

}  // namespace

TEST_CASE("counts that are lost in rounding are told of, once, and only where means are rounded") {
  Miser model;
  const std::vector<Condition> conditions{condition_of("perturbation_type", "control", 2)};
  for (const OutputCounts how : {OutputCounts::rounded, OutputCounts::unbiased}) {
    test::Said said;
    Job job;
    job.report = &said;
    ConditionOptions options;
    options.conditions = conditions;
    options.run.query.output_counts = how;
    options.run.batch_size = 1;
    Written written;
    condition(*reader(), model, *write_memory(written), options, job);
    Written generated;
    generate(conditions, model, *write_memory(generated), options.run, job);
    if (how == OutputCounts::unbiased) {
      CHECK(said.warnings.empty());
      continue;
    }
    REQUIRE(said.warnings.size() == 2);
    CHECK(said.warnings[0].starts_with("rounding means to whole numbers lost 90.0 % of the counts"));
    CHECK(said.warnings[1] == said.warnings[0]);
  }
}

namespace {

/// Treats a cell by doubling its first gene; a control is the cell itself and one count more of its last gene a replicate.
class Doubler final : public Model {
 public:
  Doubler() {
    card_.id = "doubler";
    card_.gene_order = test::genes({"g0", "g1", "g2"});
    card_.tasks = {Task::condition};
    card_.fields = {{"perturbation_type", "perturbation", {"control", "compound"}, {}, {}, false}};
  }
  [[nodiscard]] const ModelCard& card() const noexcept override { return card_; }
  Chunk answer(const Query& query, Job&) override {
    Chunk answer;
    std::vector<std::vector<double>> rows;
    Text said;
    for (const Sample& sample : query.samples) {
      std::vector<double> row = test::dense(query.counts, 3)[static_cast<std::size_t>(sample.reference)];
      const auto type = query.conditions[static_cast<std::size_t>(sample.condition)].find("perturbation_type");
      if (type == "control") row[2] += static_cast<double>(sample.replicate + sample.number);
      if (type == "compound") row[0] *= 2;
      rows.push_back(row);
      said.emplace_back(*type);
    }
    answer.counts = test::counts(rows);
    answer.obs = {{"said", said}};
    answer.obsm = {{"drawn", MatrixKind::other, {"n"}, std::vector<float>(said.size(), said[0] == "control" ? 0.0F : 1.0F)}};
    return answer;
  }

 private:
  ModelCard card_;
};

ConditionOptions compound(std::int64_t num_samples, std::int64_t batch_size) {
  ConditionOptions options;
  options.conditions = {condition_of("perturbation_type", "compound", num_samples)};
  options.conditions[0].metadata.set("perturbation_dose", "10 um");
  options.run.batch_size = batch_size;
  options.with_control = true;
  options.log2fc = true;
  return options;
}

}  // namespace

TEST_CASE("controls stand beside the treated as a layer of their own, and changes are against them") {
  const std::int64_t batch_size = GENERATE(0, 1, 2);
  test::Said said;
  Job job;
  job.report = &said;
  Doubler model;
  Written written;
  const ConditionResult result = condition(*reader(), model, *write_memory(written), compound(1, batch_size), job);
  CHECK(result.n_samples == 3);
  CHECK(result.n_controls == 3);
  REQUIRE(written.cells.layers.size() == 3);
  CHECK(written.cells.layers[0].name == "gemflow_counts");
  CHECK(test::dense(written.cells.layers[0].counts, 3)[0] == std::vector<double>{1800, 0, 200});
  CHECK(written.cells.layers[1].name == "gemflow_control_counts");
  CHECK(test::dense(written.cells.layers[1].counts, 3)[1] == std::vector<double>{1, 2, 1});
  CHECK(written.cells.layers[2].name == "gemflow_log2fc");
  const double change = test::dense(written.cells.layers[2].counts, 3)[0][0];
  CHECK(change == Approx(std::log2(1800 / 2000.0 * 1e6 + 1) - std::log2(900 / 1100.0 * 1e6 + 1)));
  CHECK(said.warnings.empty());  // against a control it is no noise
}

TEST_CASE("controls of new cells follow the treated ones, whatever the batch size") {
  const std::int64_t batch_size = GENERATE(0, 1, 2);
  Job job;
  Doubler model;
  Written written;
  condition(*reader(), model, *write_memory(written), compound(2, batch_size), job);
  const Chunk& cells = written.cells;
  REQUIRE(cells.n_cells() == 12);
  CHECK(cells.cell_names[2] == "deep_condition1_2");
  CHECK(cells.cell_names[3] == "deep_condition1_2_control");
  CHECK(cells.find_obs("gemflow_role")->text_at(2) == "treated");
  CHECK(cells.find_obs("gemflow_role")->text_at(3) == "control");
  CHECK(cells.find_obs("perturbation_type")->text_at(3) == "control");
  CHECK(cells.find_obs("perturbation_dose")->text_at(2) == "10 um");
  CHECK(cells.find_obs("perturbation_dose")->text_at(3).empty());
  CHECK(cells.find_obs("gemflow_condition")->text_at(3) == "condition1");
  CHECK(cells.find_obs("gemflow_reference_cell")->text_at(7) == "shallow");
  CHECK(cells.find_obs("gemflow_said")->text_at(7) == "control");
  const std::vector<float>& said = cells.obsm[0].values;
  CHECK(cells.obsm[0].name == "gemflow_drawn");
  CHECK(std::vector<float>(said.begin(), said.begin() + 8) == std::vector<float>{1, 0, 1, 0, 1, 0, 1, 0});
  CHECK(std::all_of(said.begin() + 8, said.end(), [](float value) { return std::isnan(value); }));  // a reference without counts
  CHECK(test::dense(cells.counts, 3)[6] == std::vector<double>{2, 2, 0});
  CHECK(test::dense(cells.counts, 3)[7] == std::vector<double>{1, 2, 2});  // the same number and replicate as the treated
  REQUIRE(cells.layers.size() == 1);
  CHECK(cells.layers[0].counts.cell(0).genes.size() == 2);
  CHECK(cells.layers[0].counts.cell(1).genes.empty());
}

TEST_CASE("groups of cells are compared by a column of theirs, which is not written") {
  const std::int64_t batch_size = GENERATE(0, 1, 2);
  const bool with_control = GENERATE(true, false);
  Job job;
  Doubler model;
  Written written;
  Chunk cells = three_cells();
  cells.obs = {{"type", Labels{{0, 1, 1}, test::categories({"a", "b"})}}};
  ConditionOptions options = compound(1, batch_size);
  options.with_control = with_control;
  options.log2fc = false;
  options.by = "type";
  options.top_genes = 1;
  const auto in = read_memory(cells, test::genes({"g0", "g1", "g2"}));
  const ConditionResult result = condition(*in, model, *write_memory(written), options, job);
  CHECK(written.cells.obs.empty());
  REQUIRE(result.top_genes.size() == 2);
  CHECK(result.top_genes[0].name.group == "a");
  CHECK(result.top_genes[0].gene == 2);
  CHECK(result.top_genes[0].log2fc == Approx(std::log2(100'001 / (200 / 1100.0 * 1e6 + 1))));
  CHECK(result.top_genes[1].name.group == "b");
  CHECK(result.top_genes[1].n_cells == 1);
  CHECK(result.top_genes[1].gene == (with_control ? 2 : 0));
  CHECK(result.top_genes[1].name.condition.empty());

  options.conditions.push_back(condition_of("perturbation_type", "control", 1));
  options.conditions[1].name = "none";
  in->rewind();
  Written again;
  const ConditionResult both = condition(*in, model, *write_memory(again), options, job);
  CHECK(both.top_genes[0].name.condition == "condition1");
}
