// SPDX-License-Identifier: Apache-2.0
#include "stderr_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "gemflow/core/error.hpp"

namespace gemflow::cli {
namespace {

constexpr std::size_t longest_sentence = 2000;
constexpr double redraw_seconds = 0.1;
constexpr double line_seconds = 30;
constexpr int bar_width = 24;

constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view plain = "\x1b[0m";
constexpr std::string_view erase_line = "\r\x1b[2K";

std::string coloured(std::string_view text, std::string_view colour, bool wanted) {
  return wanted ? fmt::format("{}{}{}", colour, text, plain) : std::string(text);
}

std::string bar(std::int64_t done, std::int64_t total) {
  const auto filled = static_cast<int>(bar_width * std::min(done, total) / std::max<std::int64_t>(total, 1));
  return fmt::format("[{}{}]", std::string(static_cast<std::size_t>(filled), '#'),
                     std::string(static_cast<std::size_t>(bar_width - filled), '-'));
}

std::string clock_text(double seconds) {
  const std::int64_t whole = std::llround(seconds);
  return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

std::string with_commas(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string counted(std::int64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", with_commas(number), noun, number == 1 ? "" : "s");
}

std::string counted(std::int64_t number, std::string_view noun, std::string_view plural) {
  return fmt::format("{} {}", with_commas(number), number == 1 ? noun : plural);
}

std::string progress_text(std::int64_t done, std::int64_t total, double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string text = with_commas(done);
  if (total > 0) text += fmt::format(" of {}, {} %", with_commas(total), 100 * done / total);
  if (rate > 0) text += fmt::format(", {}/s", rate < 10 ? fmt::format("{:.1f}", rate) : with_commas(static_cast<std::int64_t>(rate)));
  if (rate > 0 && total >= done) text += fmt::format(", {} left", clock_text(static_cast<double>(total - done) / rate));
  return text;
}

void StderrReport::keep(std::string line) {
  if (log_) {
    log_(line);
  } else {
    not_logged_.push_back(std::move(line));
  }
}

void StderrReport::start_log(std::function<void(std::string_view)> log) {
  log_ = std::move(log);
  for (const std::string& line : std::exchange(not_logged_, {})) log_(line);
}

void StderrReport::say(std::string_view text, bool is_loud) {
  keep(std::string(text));
  if (!is_loud) return;
  clear();
  voice_.write(fmt::format("{}\n", text));
}

void StderrReport::warning(std::string_view sentence) {
  warnings_.push_back(printable(sentence, longest_sentence));
  keep("warning: " + warnings_.back());
  if (voice_.quiet) return;
  clear();
  voice_.write(fmt::format("{} {}\n", coloured("gemflow: warning:", yellow, voice_.has_colour), warnings_.back()));
}

void StderrReport::note(std::string_view sentence) {
  notes_.push_back(printable(sentence, longest_sentence));
  say(notes_.back(), !voice_.quiet);
}

void StderrReport::detail(std::string_view sentence) {
  say(printable(sentence, longest_sentence), voice_.details && !voice_.quiet);
}

void StderrReport::failure(std::string_view message, std::string_view hint) {
  const std::string sentence = printable(message, longest_sentence);
  const std::string advice = printable(hint, longest_sentence);
  keep("error: " + sentence);
  if (!advice.empty()) keep("hint: " + advice);
  clear();
  voice_.write(fmt::format("{} {}\n", coloured("gemflow:", red, voice_.has_colour), sentence));
  if (!advice.empty()) voice_.write(fmt::format("  hint: {}\n", advice));
}

void StderrReport::progress(std::string_view doing, std::int64_t done, std::int64_t total) {
  const double now = voice_.seconds();
  if (doing != doing_) {
    doing_ = doing;
    began_ = now;
    // A terminal is told at once, a file after half a minute.
    told_ = voice_.is_terminal ? now - line_seconds : now;
  }
  if (now - told_ < (voice_.is_terminal ? redraw_seconds : line_seconds)) return;
  told_ = now;
  const std::string figures = progress_text(done, total, now - began_);
  if (!voice_.is_terminal) {
    say(fmt::format("{}: {}", doing, figures), !voice_.quiet);
    return;
  }
  if (voice_.quiet) return;
  std::string line = fmt::format("{} {} {}", doing, total > 0 ? bar(done, total) : "", figures);
  line.resize(std::min(line.size(), static_cast<std::size_t>(std::max(voice_.width - 1, 20))));
  voice_.write(fmt::format("{}{}", erase_line, line));
  has_line_ = true;
}

void StderrReport::clear() {
  if (std::exchange(has_line_, false)) voice_.write(erase_line);
}

}  // namespace gemflow::cli
