// SPDX-License-Identifier: Apache-2.0
#include "stderr_report.hpp"

#include "support/catch.hpp"

using namespace gemflow::cli;

namespace {

/// A report that speaks into a text, by a clock that the test turns.
struct Told {
  std::string text;
  std::string log;
  double now = 100;

  Voice voice() {
    Voice out;
    out.write = [this](std::string_view more) { text += more; };
    out.seconds = [this] { return now; };
    return out;
  }
};

}  // namespace

TEST_CASE("off a terminal progress is one line each 30 seconds") {
  Told told;
  StderrReport report(told.voice());
  for (int cells = 0; cells <= 700; cells += 10) {
    report.progress("reading", cells, 1000);
    told.now += 1;
  }
  CHECK(told.text ==
        "reading: 300 of 1,000, 30 %, 10/s, 1:10 left\n"
        "reading: 600 of 1,000, 60 %, 10/s, 0:40 left\n");
}

TEST_CASE("on a terminal progress is one line that vanishes before anything else is said") {
  Told told;
  Voice voice = told.voice();
  voice.is_terminal = true;
  voice.width = 60;
  StderrReport report(voice);
  report.progress("reading", 5, 10);
  CHECK(told.text == "\r\x1b[2Kreading [############------------] 5 of 10, 50 %");
  told.text.clear();
  report.progress("reading", 6, 10);
  CHECK(told.text.empty());
  told.now += 60;
  report.progress("reading", 8, 10);
  CHECK(told.text == "\r\x1b[2Kreading [###################-----] 8 of 10, 80 %, 0.1/s, 0:");
  told.text.clear();
  report.note("done");
  CHECK(told.text == "\r\x1b[2Kdone\n");
  told.text.clear();
  report.clear();
  CHECK(told.text.empty());
}

TEST_CASE("quiet, only a failure is said, but the log and the lists hold all") {
  Told told;
  Voice voice = told.voice();
  voice.quiet = true;
  StderrReport report(voice);
  report.warning("half of it is missing");
  report.start_log([&](std::string_view line) { (told.log += line) += '\n'; });
  report.note("reading 'X'");
  report.detail("by raw chunks");
  report.failure("it broke", "mend it");
  CHECK(told.text == "gemflow: it broke\n  hint: mend it\n");
  CHECK(told.log == "warning: half of it is missing\nreading 'X'\nby raw chunks\nerror: it broke\nhint: mend it\n");
  CHECK(report.warnings() == std::vector<std::string>{"half of it is missing"});
  CHECK(report.notes() == std::vector<std::string>{"reading 'X'"});
}

TEST_CASE("colour and details are given to those who want them; control characters to nobody") {
  Told told;
  Voice voice = told.voice();
  StderrReport report(voice);
  report.detail("why");
  CHECK(told.text.empty());
  report.voice().details = true;
  report.voice().has_colour = true;
  report.detail("why");
  report.warning("a\x1b[31mb");
  CHECK(told.text == "why\n\x1b[33mgemflow: warning:\x1b[0m a[31mb\n");
}

TEST_CASE("progress of unknown length has no share and no end") {
  CHECK(progress_text(12345, -1, 10) == "12,345, 1,234/s");
  CHECK(progress_text(0, 100, 0) == "0 of 100, 0 %");
  CHECK(progress_text(7200, 14400, 7200) == "7,200 of 14,400, 50 %, 1.0/s, 2:00:00 left");
  CHECK(with_commas(-1234567) == "-1,234,567");
  CHECK(with_commas(999) == "999");
}
