// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "gemflow/formats.hpp"
#include "program.hpp"
#include "standard_output.hpp"

/// The only place that touches the state of the process: signals, what HDF5 does behind our back, and the end.
int main(int n_words, char** words) {
  gemflow::cli::reserve_standard_streams();
  const auto& signals = *new gemflow::cli::Signals;  // lives as long as the process: its thread waits to the end
  gemflow::guard_process();
  const int code = gemflow::cli::run_program(std::vector<std::string>(words + 1, words + n_words), signals);
  std::fflush(stderr);
  // No destructor of a library runs: HDF5's exit handler crashes after a write that failed.
  _exit(code);
}
