// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/job.hpp"

#include "gemflow/core/error.hpp"

namespace gemflow {
namespace {

class CallingThread final : public Workers {
 public:
  [[nodiscard]] int count() const noexcept override { return 1; }
  void each(std::int64_t n, const std::function<void(std::int64_t)>& task) override {
    for (std::int64_t i = 0; i < n; ++i) task(i);
  }
};

class Silence final : public Report {
 public:
  void warning(std::string_view) override {}
  void note(std::string_view) override {}
  void progress(std::string_view, std::int64_t, std::int64_t) override {}
};

}  // namespace

Workers& calling_thread() noexcept {
  static CallingThread workers;
  return workers;
}

Report& silence() noexcept {
  static Silence report;
  return report;
}

void Job::check_stop() const {
  if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "stopped before the end, as asked");
}

}  // namespace gemflow
