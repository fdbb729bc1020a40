// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

/// libFuzzer's entry point; tests/fuzz/run_corpus.cpp calls it as well. Aborts where something is wrong.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);  // NOLINT(readability-identifier-naming): libFuzzer calls it so

/// Says both and aborts where they differ.
inline void require_same(const std::string& one, const std::string& other) {
  if (one == other) return;
  std::fprintf(stderr, "differs:\n%s\n%s\n", one.c_str(), other.c_str());
  std::abort();
}
