// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/report.hpp"

namespace gemflow::cli {

/// Where and how a report speaks. The functions are the outside world; tests bring their own.
struct Voice {
  std::function<void(std::string_view)> write;  ///< to the standard error
  std::function<double()> seconds;              ///< a clock that only rises
  bool is_terminal = false;
  bool has_colour = false;
  int width = 80;       ///< columns of the terminal
  bool quiet = false;   ///< errors alone
  bool details = false; ///< -v, --explain
};

/// The library's report on the standard error. On a terminal progress is one line that vanishes; elsewhere it is one
/// line each 30 seconds.
class StderrReport final : public Report {
 public:
  explicit StderrReport(Voice voice) : voice_(std::move(voice)), made_(voice_.seconds()) {}

  void warning(std::string_view sentence) override;
  void note(std::string_view sentence) override;
  void progress(std::string_view doing, std::int64_t done, std::int64_t total) override;

  /// What only those want to know who ask why.
  void detail(std::string_view sentence);
  /// The last word of a command that failed.
  void failure(std::string_view message, std::string_view hint);
  /// Takes the progress line away.
  void clear();
  /// From now on all lines go to the log too, those that were said before first.
  void start_log(std::function<void(std::string_view)> log);
  /// To be settled once the options are known.
  [[nodiscard]] Voice& voice() noexcept { return voice_; }

  /// Since it was made.
  [[nodiscard]] double seconds() const { return voice_.seconds() - made_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

 private:
  void say(std::string_view text, bool is_loud);
  void keep(std::string line);

  Voice voice_;
  double made_;
  std::vector<std::string> warnings_;
  std::vector<std::string> notes_;
  std::function<void(std::string_view)> log_;
  std::vector<std::string> not_logged_;  ///< until there is a log
  std::string doing_;
  double began_ = 0;
  double told_ = 0;
  bool has_line_ = false;
};

/// "10,400 of 20,000, 52 %, 4,210/s, 0:02 left": how far `done` of `total` (-1: unknown) is after `seconds`.
[[nodiscard]] std::string progress_text(std::int64_t done, std::int64_t total, double seconds);

/// 12345 as "12,345".
[[nodiscard]] std::string with_commas(std::int64_t number);

/// "1 cell", "2,000 cells".
[[nodiscard]] std::string counted(std::int64_t number, std::string_view noun);
/// The same with a plural of its own: "1 batch", "2 batches".
[[nodiscard]] std::string counted(std::int64_t number, std::string_view noun, std::string_view plural);

}  // namespace gemflow::cli
