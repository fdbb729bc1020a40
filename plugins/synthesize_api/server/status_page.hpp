// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <vector>

#include "gemflow/serve.hpp"
#include "synthesize_api/server/queries.hpp"
#include "synthesize_api/server/site.hpp"

namespace gemflow::synthesize_api {

/// What the server is at, for people: one page without anything from elsewhere, which loads itself again.
class StatusPage {
 public:
  using Clock = std::chrono::steady_clock;

  explicit StatusPage(const std::vector<ServedModel>& models) : models_(&models), begun_(Clock::now()) {}

  [[nodiscard]] Reply show(const QueryCounts& counts) const;

 private:
  const std::vector<ServedModel>* models_;
  Clock::time_point begun_;
};

}  // namespace gemflow::synthesize_api
