// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "command.hpp"
#include "failure.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"
#include "gemflow/run/workers.hpp"
#include "help.hpp"
#include "hosted_run.hpp"
#include "machine.hpp"
#include "standard_output.hpp"
#include "summary.hpp"
#include "terminal.hpp"
#include "versions.hpp"

namespace gemflow::cli {
namespace {

/// Turns "--json" into "--json=-" and "--json FILE.json" into "--json=FILE.json": the option's value may be left out, and
/// a word that follows may be IN. Returns where the summary goes, known before anything else is read.
std::optional<std::string> settle_json(std::vector<std::string>& words) {
  constexpr std::string_view option = "--json";
  constexpr std::string_view ending = ".json";
  std::optional<std::string> where;
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    std::string& word = words[i];
    if (word == option) {
      const bool has_file = i + 1 < words.size() && words[i + 1].size() > ending.size() &&
                            words[i + 1].compare(words[i + 1].size() - ending.size(), ending.size(), ending) == 0;
      word += has_file ? "=" + words[i + 1] : "=-";
      if (has_file) words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
    if (word.rfind("--json=", 0) == 0) where = word.substr(option.size() + 1);
  }
  return where;
}

const Command& find_command(const std::string& name) {
  std::vector<std::string> known;
  for (const Command* command : commands()) {
    if (command->name == name) return *command;
    known.emplace_back(command->name);
  }
  const bool is_option = name.rfind('-', 0) == 0;
  throw Error(ErrorKind::usage, fmt::format("unknown {} '{}'", is_option ? "option" : "command", printable(name)),
              nearest_names(name, known).empty() ? "gemflow --help lists the commands" : did_you_mean(name, known));
}

bool is_help(const std::string& word) { return word == "--help" || word == "-h" || word == "help"; }

/// One run of the program: from words to an exit code.
class Program {
 public:
  explicit Program(const Signals& signals) : signals_(signals), report_(standard_voice()), session_{{}, report_, {}, {}} {}

  int run(std::vector<std::string> words) {
    session_.settings.json = settle_json(words);
    try {
      obey(words);
    } catch (const BrokenPipe&) {
      return 0;
    } catch (...) {
      fail(std::current_exception());
    }
    report_.clear();
    tell_summary();
    return failure_.exit_code;
  }

 private:
  void obey(std::vector<std::string> words) {
    if (words.size() > 1 && words.front() == "help") std::swap(words[0], words[1]);
    if (words.empty() || is_help(words.front())) return write_standard_output(overview());
    if (words.front() == "--version" || words.front() == "-V") return write_standard_output(versions());
    command_ = &find_command(words.front());
    obey(*command_, {words.begin() + 1, words.end()});
  }

  void obey(const Command& command, std::vector<std::string> words) {
    Options options(fmt::format("gemflow {}", command.name));
    Settings& settings = session_.settings;
    const Run run = bind_whole(command, options, settings);
    for (std::string& word : words) word = word == "help" && words.size() == 1 ? "--help" : word;
    session_.words.assign(1, std::string(command.name));
    session_.words.insert(session_.words.end(), words.begin(), words.end());
    const bool wants_help = !options.parse(std::move(words));
    if (wants_help) return write_standard_output(help_of(command, options));
    listen(settings);
    const auto workers = start_workers(static_cast<int>(settings.threads));
    session_.job = {workers.get(), &report_, signals_.token(), settings.memory, settings.scratch};
    run(session_);
    if (session_.next_command) return go_on();
    is_done_ = true;
  }

  /// Runs a recorded command where it was typed: its words name files from there.
  void go_on() {
    const NextCommand next = *session_.next_command;
    session_.next_command.reset();
    session_.resumed = next.journal;
    std::error_code failed;
    std::filesystem::current_path(next.folder, failed);
    if (failed) {
      throw Error(ErrorKind::io, fmt::format("the folder '{}', where the command was typed, cannot be entered: {}", next.folder.string(), failed.message()),
                  fmt::format("type it where its files are now, with --journal '{}'", next.journal.parent_path().string()));
    }
    session_.result = Json::object();
    obey(next.words);
  }

  /// Settles what was left open, and speaks from now on as it was asked to.
  void listen(Settings& settings) {
    Voice& voice = report_.voice();
    voice.quiet = settings.quiet;
    voice.details = settings.explain || settings.verbose > 0;
    if (settings.threads == 0) settings.threads = static_cast<std::size_t>(usable_cpus());
    if (settings.memory == 0) settings.memory = usable_memory();
    if (!command_->reads_counts) return;
    report_.detail(fmt::format("threads: {}; memory: {} MiB; scratch: {}", settings.threads, settings.memory >> 20,
                               settings.scratch.empty() ? "the system's temporary folder" : settings.scratch.string()));
  }

  void fail(const std::exception_ptr& exception) {
    failure_ = failure_of(exception);
    if (failure_.kind == name_of(ErrorKind::interrupted)) {
      failure_.exit_code = signals_.exit_code();
      failure_.message = "interrupted: " + failure_.message;
      if (failure_.hint.empty()) failure_.hint = way_on(session_.journal);
    }
    report_.failure(failure_.message, failure_.hint);
  }

  /// A failure here counts only where all else went well.
  void tell_summary() noexcept {
    if (!session_.settings.json || (!is_done_ && failure_.exit_code == 0)) return;
    try {
      const std::string_view name = command_ == nullptr ? std::string_view() : command_->name;
      write_summary(session_, summary_of(name, failure_, session_));
    } catch (const BrokenPipe&) {
    } catch (...) {
      const Failure second = failure_of(std::current_exception());
      report_.failure(second.message, second.hint);
      if (failure_.exit_code == 0) failure_ = second;
    }
  }

  const Signals& signals_;
  StderrReport report_;
  Session session_;
  const Command* command_ = nullptr;
  Failure failure_;
  bool is_done_ = false;
};

}  // namespace

int run_program(std::vector<std::string> words, const Signals& signals) {
  return Program(signals).run(std::move(words));
}

}  // namespace gemflow::cli
