// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "gem_local/evaluate/distances.hpp"
#include "gemflow/models.hpp"
#include "gemflow/run/workers.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/toy_model.hpp"

using namespace gemflow;
using namespace gemflow::gem_local;
using test::Toy;

namespace {

const std::vector<std::pair<std::string, std::string>> toy_columns{{"cell_type", "type_id"},
                                                                   {"perturbation_type", "drug_type"}};

Evaluation evaluate(Toy toy, const std::vector<std::pair<std::string, std::string>>& columns = toy_columns,
                    Workers& workers = calling_thread()) {
  const auto reader = read_memory(toy.cells(), Toy::gene_table());
  Job job;
  job.workers = &workers;
  return evaluate_model(test::toy_model(), *reader, columns, 4, job);
}

Toy other_toy() {
  Toy toy;
  toy.seed = 99;
  toy.n_cells = 900;
  return toy;
}

EvaluationRow row(const Evaluation& evaluation, std::string_view what) {
  const auto at =
      std::find_if(evaluation.rows.begin(), evaluation.rows.end(), [&](const auto& r) { return r.what == what; });
  INFO(std::string(what));
  REQUIRE(at != evaluation.rows.end());
  return *at;
}

}  // namespace

TEST_CASE("energy distance and Kolmogorov's are what they are by hand") {
  FloatMatrix x(2, 1), y(2, 1);
  x << 0, 1;
  y << 0, 3;
  // E|x-y| = (0+3+1+2)/4, E|x-x'| = 1/2, E|y-y'| = 3/2
  CHECK(energy_distance(x, y, calling_thread()) == Approx(2 * 1.5 - 0.5 - 1.5));
  CHECK(energy_distance(x, x, calling_thread()) == Approx(0).margin(1e-12));
  CHECK(ks_distance({1, 2, 3, 4}, {3, 4, 5, 6}) == Approx(0.5));
  CHECK(ks_distance({1, 1, 2}, {1, 2, 2}) == Approx(1.0 / 3));
  CHECK(ks_distance({1, 2}, {1, 2}) == 0);
}

TEST_CASE("a model is judged by its labels and by how real its cells are") {
  const Evaluation evaluation = evaluate(other_toy());
  CHECK(evaluation.n_cells == 900);
  CHECK(row(evaluation, "cell_type macro-F1").model > 0.95);
  CHECK(row(evaluation, "cell_type macro-F1").baseline < 0.3);
  CHECK(row(evaluation, "perturbation_type accuracy").model > 0.95);
  CHECK(row(evaluation, "perturbation_type accuracy").baseline < 0.6);
  CHECK(row(evaluation, "outliers").model < 0.05);
  const EvaluationRow energy = row(evaluation, "energy distance");
  CHECK(energy.model < 0.2);
  CHECK(energy.real > 0);
  CHECK(energy.real < 0.1);
  CHECK(energy.better == "lower");
  CHECK(row(evaluation, "depth").model < 0.15);
  CHECK(row(evaluation, "detected genes").model < 0.15);
  REQUIRE(evaluation.remarks.size() == 1);
  CHECK_THAT(evaluation.remarks[0],
             Catch::Matchers::Contains("cells have a label that the model does not know and are left out"));
}

TEST_CASE("an evaluation is the same for any number of threads") {
  const auto workers = start_workers(3);
  const Evaluation one = evaluate(other_toy());
  const Evaluation three = evaluate(other_toy(), toy_columns, *workers);
  REQUIRE(one.rows.size() == three.rows.size());
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    CHECK(one.rows[i].model == three.rows[i].model);
    CHECK((one.rows[i].baseline == three.rows[i].baseline || std::isnan(one.rows[i].baseline)));
  }
}

TEST_CASE("what cannot be evaluated is refused") {
  const auto says = [](const std::vector<std::pair<std::string, std::string>>& columns) {
    return error_of([&] { (void)evaluate(other_toy(), columns); }).message();
  };
  CHECK(says({{"tissue", "type_id"}}) == "model 'toy' has no field 'tissue' to evaluate");
  CHECK(says({{"cell_type", "nothing"}}) == "evaluating: there is no obs column 'nothing'");
  CHECK(says({{"cell_type", "donor"}}) == "evaluating: no cell has a label that model 'toy' knows");
  Job job;
  const auto echo = open_model("echo", job);
  const auto reader = read_memory(Toy{}.cells(), Toy::gene_table());
  CHECK(error_of([&] { (void)evaluate_model(*echo, *reader, toy_columns, 0, job); }).message() ==
        "model 'echo' says nothing that could be evaluated");
}

TEST_CASE("with few cells generation is not judged, and that is said") {
  Toy few = other_toy();
  few.n_cells = 30;
  const Evaluation evaluation = evaluate(few);
  CHECK(row(evaluation, "cell_type macro-F1").model > 0.8);
  CHECK(evaluation.remarks.back() == "too few cells have labels that the model knows: generation was not judged");
}
