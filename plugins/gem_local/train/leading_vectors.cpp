// SPDX-License-Identifier: Apache-2.0
#include "gem_local/train/leading_vectors.hpp"

#include <algorithm>
#include <vector>

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

#include "gem_local/train/products.hpp"
#include "gemflow/ops/philox.hpp"

namespace gemflow::gem_local {
namespace {

constexpr Index n_spare = 10;
constexpr int n_rounds = 8;
constexpr Index block = 256;
constexpr auto start_stream = Stream(static_cast<int>(Stream::training) + 1);

using Columns = Eigen::MatrixXf;

Columns random_start(Index rows, Index columns, std::uint64_t seed) {
  std::vector<double> normals(static_cast<std::size_t>(rows * columns));
  Random(seed, {0, 0, start_stream}).normals(normals);
  Columns start(rows, columns);
  for (Index i = 0; i < start.size(); ++i) start.data()[i] = static_cast<float>(normals[static_cast<std::size_t>(i)]);
  return start;
}

Columns orthonormal(const Columns& vectors) {
  const Eigen::HouseholderQR<Columns> qr(vectors);
  return qr.householderQ() * Columns::Identity(vectors.rows(), vectors.cols());
}

/// X'(X v), block of columns by block of columns.
Columns apply(const FloatMatrix& x, const Columns& v, Workers& workers) {
  Columns forward(x.rows(), v.cols());
  workers.each((x.rows() + block - 1) / block, [&](std::int64_t number) {
    const Index begin = number * block;
    const Index n = std::min(block, x.rows() - begin);
    forward.middleRows(begin, n) = product(x.middleRows(begin, n), v);
  });
  Columns back(x.cols(), v.cols());
  workers.each((x.cols() + block - 1) / block, [&](std::int64_t number) {
    const Index begin = number * block;
    const Index n = std::min(block, x.cols() - begin);
    back.middleRows(begin, n) = product(x.middleCols(begin, n).transpose(), forward);
  });
  return back;
}

}  // namespace

LeadingVectors leading_vectors(const FloatMatrix& x, Index k, std::uint64_t seed, Workers& workers) {
  const Index width = std::min({k + n_spare, x.cols(), x.rows()});
  if (width == 0) return {};
  Columns basis = orthonormal(random_start(x.cols(), width, seed));
  for (int round = 0; round < n_rounds; ++round) basis = orthonormal(apply(x, basis, workers));
  const Columns image = apply(x, basis, workers);
  const Eigen::MatrixXd small = product(basis.transpose(), image).cast<double>();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver((small + small.transpose()) / 2);

  LeadingVectors leading;
  const Index n = std::min(k, width);
  leading.values = solver.eigenvalues().reverse().head(n).transpose();
  const Columns rotation = solver.eigenvectors().rowwise().reverse().leftCols(n).cast<float>();
  leading.vectors = basis * rotation;
  return leading;
}

}  // namespace gemflow::gem_local
