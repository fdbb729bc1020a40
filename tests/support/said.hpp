// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gemflow/core/report.hpp"

namespace gemflow::test {

/// A report that remembers what was said.
class Said final : public Report {
 public:
  void warning(std::string_view sentence) override { warnings.emplace_back(sentence); }
  void note(std::string_view sentence) override { notes.emplace_back(sentence); }
  void progress(std::string_view, std::int64_t, std::int64_t) override {}

  std::vector<std::string> warnings;
  std::vector<std::string> notes;
};

}  // namespace gemflow::test
