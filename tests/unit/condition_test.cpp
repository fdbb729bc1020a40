// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/condition.hpp"

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
