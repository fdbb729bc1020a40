// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

namespace gemflow::gem_local {

// Arrays over genes are rows: one gene after the other in memory, whatever stands in the rows.
using FloatMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using FloatRow = Eigen::Matrix<float, 1, Eigen::Dynamic, Eigen::RowMajor>;
using DoubleMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using DoubleRow = Eigen::Matrix<double, 1, Eigen::Dynamic, Eigen::RowMajor>;
using Eigen::Index;

}  // namespace gemflow::gem_local
