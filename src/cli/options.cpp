// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"

namespace gemflow::cli {
namespace {

/// The names of an option: "-o,--output" is two.
std::vector<std::string> names_of(const OptionRow& row) { return CLI::detail::split(row.text.names, ','); }

/// The longest name: what sentences use.
std::string long_name(const OptionText& text) {
  return text.names.substr(text.names.rfind(',') == std::string::npos ? 0 : text.names.rfind(',') + 1);
}

/// Calls `take` with the option's name put in front of what it throws.
void take_value(const Take& take, const OptionText& text, const std::string& value) {
  try {
    take(value);
  } catch (Error& error) {
    error.within(fmt::format("reading '{}'", long_name(text)));
    throw;
  }
}

}  // namespace

Options::Options(std::string command) : command_(std::move(command)), app_(std::make_unique<CLI::App>()) {
  app_->set_help_flag("-h,--help");
  app_->allow_extras();
}

Options::~Options() = default;

void Options::bind(OptionText text, Take take, bool repeats) {
  const auto callback = [this, text, take = std::move(take), repeats](const CLI::results_t& values) {
    if (values.size() > 1 && !repeats) {
      throw Error(ErrorKind::usage, fmt::format("'{}' was given {} times", long_name(text), values.size()),
                  "it takes one value: give it once");
    }
    for (const std::string& value : values) {
      if (is_known(value)) throw CLI::ArgumentMismatch(long_name(text) + ": value missing");
      take_value(take, text, value);
    }
    return true;
  };
  app_->add_option(text.names, callback)
      ->type_size(1)
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  rows_.push_back({std::move(text), group_, repeats});
}

void Options::value(OptionText text, Take take) { bind(std::move(text), std::move(take), false); }

void Options::repeated(OptionText text, Take take) { bind(std::move(text), std::move(take), true); }

void Options::flag(OptionText text, bool& target) {
  app_->add_flag_callback(text.names, [&target] { target = true; })->disable_flag_override();
  rows_.push_back({std::move(text), group_, false});
}

void Options::count(OptionText text, int& target) {
  app_->add_flag(text.names, target)->disable_flag_override();
  rows_.push_back({std::move(text), group_, true});
}

void Options::positional(OptionText text, Take take, bool required) {
  positionals_.push_back({std::move(text), required, false});
  take_positional_.push_back(std::move(take));
}

void Options::positionals(OptionText text, Take take) {
  positionals_.push_back({std::move(text), true, true});
  take_positional_.push_back(std::move(take));
}

void Options::text(OptionText text, std::string& target) {
  value(std::move(text), [&target](const std::string& typed) { target = typed; });
}

void Options::path(OptionText text, std::filesystem::path& target) {
  value(std::move(text), [&target](const std::string& typed) { target = typed; });
}

bool Options::parse(std::vector<std::string> words) {
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    // CLI11 takes the next word for the value of "--name=".
    for (const std::string& word : words) {
      if (word.size() > 1 && word.back() == '=' && is_known(word.substr(0, word.size() - 1))) {
        throw CLI::ArgumentMismatch(word + ": value missing");
      }
    }
    app_->parse(words);
  } catch (const CLI::CallForHelp&) {
    return false;
  } catch (const CLI::ParseError& error) {
    // What is left to CLI11: a value that is missing, or one given to a flag. Its sentence begins with the option.
    const std::string said = error.what();
    std::string name = said.substr(0, said.find_first_of("=: "));
    if (name.front() != '-') name.insert(0, "--");
    const bool is_missing = said.find("missing") != std::string::npos;
    throw Error(ErrorKind::usage, fmt::format("'{}' {}", name, is_missing ? "lacks its value" : "takes no value"),
                command_ + " --help shows how it is written");
  }
  take_positionals(app_->remaining());
  return true;
}

void Options::take_positionals(const std::vector<std::string>& words) {
  std::size_t position = 0;
  std::size_t n_taken = 0;  // of this position
  bool only_positionals = false;
  for (const std::string& word : words) {
    if (!only_positionals && word == "--") {
      only_positionals = true;
      continue;
    }
    if (!only_positionals && word.size() > 1 && word.front() == '-') refuse_option(word);
    if (position == positionals_.size()) {
      throw Error(ErrorKind::usage, fmt::format("'{}' is one word too many", printable(word)),
                  command_ + " --help shows what it takes");
    }
    take_value(take_positional_[position], positionals_[position].text, word);
    ++n_taken;
    if (positionals_[position].repeats) continue;
    ++position;
    n_taken = 0;
  }
  if (position == positionals_.size() || n_taken > 0 || !positionals_[position].required) return;
  throw Error(ErrorKind::usage, fmt::format("{} is missing", positionals_[position].text.names),
              command_ + " --help shows what it takes");
}

void Options::refuse_option(const std::string& word) const {
  const std::string name = word.substr(0, word.find('=', 2));
  std::vector<std::string> known;
  for (const OptionRow& row : rows_) {
    for (const std::string& each : names_of(row)) known.push_back(each);
  }
  const std::vector<std::string> near = nearest_names(name, known);
  throw Error(ErrorKind::usage, fmt::format("unknown option '{}'", printable(name)),
              near.empty() ? command_ + " --help shows the options" : did_you_mean(name, known));
}

void refuse_word(const std::string& typed, const std::vector<std::string>& known) {
  throw Error(ErrorKind::usage, fmt::format("'{}' is not one of {}", printable(typed), quoted_names(known, known.size())),
              nearest_names(typed, known).empty() ? "" : did_you_mean(typed, known));
}

bool Options::is_known(const std::string& word) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const OptionRow& row) {
    const std::vector<std::string> names = names_of(row);
    return std::find(names.begin(), names.end(), word) != names.end();
  });
}

}  // namespace gemflow::cli
