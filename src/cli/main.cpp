// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "gemflow/core/version.hpp"

int main() {
  std::cout << gemflow::version << '\n';
  return 0;
}
