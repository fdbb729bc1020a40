// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gemflow/core/genes.hpp"

namespace gemflow::test {

/// The number-th human gene id: "ENSG00000000007".
inline std::string id(int number) {
  const std::string digits = std::to_string(number);
  return "ENSG" + std::string(11 - digits.size(), '0') + digits;
}

inline Column column(std::string name, std::vector<std::string> texts) {
  return {std::move(name), Text(std::move(texts))};
}

inline Genes genes_with(std::vector<std::string> names, std::vector<Column> columns) {
  return {std::move(names), std::move(columns), {}};
}

}  // namespace gemflow::test
