// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <Eigen/Eigenvalues>

#include "gem_local/label_scores.hpp"
#include "gem_local/train/lbfgs.hpp"
#include "gem_local/train/leading_vectors.hpp"
#include "gem_local/train/means.hpp"
#include "gem_local/train/shrinkage.hpp"
#include "gemflow/ops/sampling.hpp"
#include "gemflow/run/workers.hpp"
#include "support/catch.hpp"

using namespace gemflow;
using namespace gemflow::gem_local;

namespace {

/// Poisson counts with the given means.
DoubleMatrix counts_of(const DoubleMatrix& means, std::uint64_t seed) {
  DoubleMatrix counts(means.rows(), means.cols());
  const Random random(seed, {});
  for (Index i = 0; i < means.size(); ++i) {
    counts.data()[i] = poisson_quantile(random.uniform(static_cast<std::uint64_t>(i)), means.data()[i]);
  }
  return counts;
}

}  // namespace

TEST_CASE("L-BFGS finds the minimum of a badly scaled quadratic and of Rosenbrock's valley") {
  const auto quadratic = [](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    gradient = Eigen::VectorXd::LinSpaced(x.size(), 1, 1000).cwiseProduct(x - Eigen::VectorXd::Ones(x.size()));
    return 0.5 * gradient.dot(x - Eigen::VectorXd::Ones(x.size()));
  };
  const Eigen::VectorXd at = minimise(quadratic, Eigen::VectorXd::Zero(30), 500, 1e-15);
  CHECK((at - Eigen::VectorXd::Ones(30)).norm() < 1e-4);

  const auto valley = [](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    const double a = 1 - x[0], b = x[1] - x[0] * x[0];
    gradient << -2 * a - 400 * x[0] * b, 200 * b;
    return a * a + 100 * b * b;
  };
  const Eigen::VectorXd end = minimise(valley, Eigen::Vector2d(-1.2, 1), 200, 0);
  CHECK(end[0] == Approx(1).margin(1e-5));
  CHECK(end[1] == Approx(1).margin(1e-5));
}

TEST_CASE("leading vectors are those of a full decomposition, for any number of threads") {
  FloatMatrix x(90, 40);
  const Random random(5, {});
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(random.normal(static_cast<std::uint64_t>(i)));
  for (Index column = 0; column < 5; ++column) x.col(column) *= static_cast<float>(10 - column);
  const LeadingVectors leading = leading_vectors(x, 4, 1, calling_thread());

  const Eigen::MatrixXd gram = (x.transpose() * x).cast<double>();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> full(gram);
  for (Index i = 0; i < 4; ++i) {
    CHECK(leading.values[i] == Approx(full.eigenvalues()[39 - i]).epsilon(1e-4));
    const Eigen::VectorXd vector = leading.vectors.col(i).cast<double>();
    CHECK(std::abs(vector.dot(full.eigenvectors().col(39 - i))) == Approx(1).epsilon(1e-3));
  }
  const auto workers = start_workers(3);
  CHECK(leading_vectors(x, 4, 1, *workers).vectors == leading.vectors);
  CHECK(leading_vectors(FloatMatrix(0, 40), 4, 1, calling_thread()).values.size() == 0);
  CHECK(leading_vectors(x.topRows(2), 4, 1, calling_thread()).values.size() == 2);
}

TEST_CASE("shrinkage leaves nothing of noise and most of what is real") {
  DoubleMatrix expected = DoubleMatrix::Constant(1, 4000, 20.0);
  const DoubleMatrix noise = counts_of(expected, 1);
  Shrinkage nothing;
  nothing.learn(noise, expected);
  const DoubleMatrix flat = nothing.ratios(noise, expected, calling_thread());
  CHECK((flat.array() - 1).square().mean() < 0.1 * (noise.array() / 20 - 1).square().mean());

  DoubleMatrix means = expected;
  for (Index gene = 0; gene < means.cols(); gene += 10) means(0, gene) *= gene % 20 == 0 ? 8 : 0.1;
  const DoubleMatrix counts = counts_of(means, 2);
  Shrinkage some;
  some.learn(counts, expected);
  const DoubleMatrix ratios = some.ratios(counts, expected, calling_thread());
  double raised = 0, lowered = 0, others = 0;
  for (Index gene = 0; gene < means.cols(); ++gene) {
    if (gene % 20 == 0) raised += ratios(0, gene) / 200;
    if (gene % 20 == 10) lowered += ratios(0, gene) / 200;
    if (gene % 10 != 0) others += std::abs(ratios(0, gene) - 1) / 3600;
  }
  CHECK(raised == Approx(8).epsilon(0.05));
  CHECK(lowered < 0.2);
  CHECK(others < 0.12);
  CHECK(some.ratios(counts, DoubleMatrix::Zero(1, 4000), calling_thread()).isOnes());
}

TEST_CASE("an unlabelled cell is absent from a field's effect and stands for the mean of the labelled ones") {
  // Two types (1:3) with opposite markers; a drug doubles gene 2; half of the treated cells have no type.
  const double share[2][4] = {{0.5, 0.1, 0.1, 0.3}, {0.1, 0.5, 0.1, 0.3}};
  ConditionSums sums;
  sums.levels = {{-1, 1}, {0, 0}, {0, 1}, {1, 0}, {1, 1}};
  const std::vector<double> depths{8e6, 1e6, 1e6, 3e6, 3e6};
  sums.counts = DoubleMatrix::Zero(5, 4);
  sums.n_cells = {800, 100, 100, 300, 300};
  for (Index c = 0; c < 5; ++c) {
    const Levels& levels = sums.levels[static_cast<std::size_t>(c)];
    for (Index gene = 0; gene < 4; ++gene) {
      const double mean = levels[0] < 0 ? 0.25 * share[0][gene] + 0.75 * share[1][gene] : share[levels[0]][gene];
      sums.counts(c, gene) = mean * (levels[1] == 1 && gene == 2 ? 2 : 1) * depths[static_cast<std::size_t>(c)];
    }
  }
  std::vector<FieldPart> fields(2);
  fields[0].field.group = "biological";
  fields[0].n_levels = 2;
  fields[1].field.group = "perturbation";
  fields[1].n_levels = 2;
  fields[1].first_effect = 2;
  const Means means = fit_means(sums, fields, calling_thread());
  CHECK(means.factors(0, 0) / means.factors(1, 0) == Approx(5).epsilon(0.02));
  CHECK(means.factors(0, 3) == Approx(1).epsilon(0.02));
  // Treated cells have 1.1 times as many counts in all: shares of other genes fall by as much.
  CHECK(means.factors(3, 2) / means.factors(2, 2) == Approx(2 / 1.1).epsilon(0.02));
  // Were the unlabelled cells a type of their own, the drug would look as if it raised gene 1 and lowered gene 0.
  CHECK(means.factors(3, 0) / means.factors(2, 0) == Approx(1 / 1.1).epsilon(0.02));
  CHECK(means.factors(3, 1) / means.factors(2, 1) == Approx(1 / 1.1).epsilon(0.02));
  CHECK(means.shares(0, 0) == Approx(0.2 / 1.1).epsilon(0.02));
  CHECK(level_shares(sums, 0, 2)[0] == Approx(0.25).epsilon(0.05));
}

TEST_CASE("label scores are the usual ones") {
  LabelScores scores;
  for (int i = 0; i < 8; ++i) scores.add(0, i < 6 ? 0 : 1, 0.75);
  for (int i = 0; i < 2; ++i) scores.add(1, 1, 0.95);
  CHECK(scores.size() == 10);
  CHECK(scores.accuracy() == Approx(0.8));
  CHECK(scores.macro_f1() == Approx((12.0 / 14 + 4.0 / 6) / 2));  // as sklearn.metrics.f1_score has it
  CHECK(scores.calibration_error() == Approx(0.2 * 0.05));
  CHECK(scores.majority() == Approx(0.8));
  CHECK(scores.majority_macro_f1() == Approx(1.6 / 1.8 / 2));
}
