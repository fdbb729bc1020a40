// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gemflow/core/report.hpp"

namespace gemflow {

/// Keeps what a thread says until the calling thread tells it. Progress of a single batch is nobody's business.
class HeldReport final : public Report {
 public:
  void warning(std::string_view sentence) override { sentences_.emplace_back(true, sentence); }
  void note(std::string_view sentence) override { sentences_.emplace_back(false, sentence); }
  void progress(std::string_view, std::int64_t, std::int64_t) override {}

  void tell(Report& report) const {
    for (const auto& [is_warning, sentence] : sentences_) {
      if (is_warning) {
        report.warning(sentence);
      } else {
        report.note(sentence);
      }
    }
  }

 private:
  std::vector<std::pair<bool, std::string>> sentences_;
};

}  // namespace gemflow
