// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace gemflow::cli {

/// How an option is written and what it is for.
struct OptionText {
  std::string names;        ///< "--layer" or "-o,--output"; for a positional word its placeholder: "IN"
  std::string placeholder;  ///< "NAME"; "auto|id|symbol" lists its words; empty: a flag
  std::string help;         ///< one line, lower case, no full stop
};

/// One line of a command's option table: what help and shell completion are made from.
struct OptionRow {
  OptionText text;
  std::string group;
  bool repeats = false;
};

/// A word of a positional argument.
struct PositionalRow {
  OptionText text;
  bool required = true;
  bool repeats = false;
};

/// Takes what was typed. Throws Error(usage) for what it does not like; the option's name is put in front.
using Take = std::function<void(const std::string&)>;

/// Throws Error(usage): the word is not one of the known ones.
[[noreturn]] void refuse_word(const std::string& typed, const std::vector<std::string>& known);

/// Takes one of a few words.
template <typename T>
[[nodiscard]] Take one_of(T& target, std::vector<std::pair<std::string, T>> words) {
  return [&target, words = std::move(words)](const std::string& typed) {
    std::vector<std::string> known;
    for (const auto& [word, meaning] : words) {
      if (word == typed) {
        target = meaning;
        return;
      }
      known.push_back(word);
    }
    refuse_word(typed, known);
  };
}

/// The option table of one command. Options take one value each and are repeated for more; the targets must outlive
/// the call of `parse`.
class Options {
 public:
  /// `command` as it is typed, for hints: "gemflow inspect".
  explicit Options(std::string command);
  ~Options();

  /// Options that follow stand under this heading.
  void group(std::string title) { group_ = std::move(title); }

  /// `take` is called once, or once for each repetition.
  void value(OptionText text, Take take);
  void repeated(OptionText text, Take take);
  void flag(OptionText text, bool& target);
  /// A flag that may be repeated: -v, -vv.
  void count(OptionText text, int& target);
  void positional(OptionText text, Take take, bool required = true);
  void positionals(OptionText text, Take take);

  void text(OptionText text, std::string& target);
  void path(OptionText text, std::filesystem::path& target);
  /// One of a few words; the placeholder names them.
  template <typename T>
  void choice(const OptionText& text, T& target, std::vector<std::pair<std::string, T>> words) {
    value(text, one_of<T>(target, std::move(words)));
  }

  [[nodiscard]] const std::vector<OptionRow>& rows() const noexcept { return rows_; }
  [[nodiscard]] const std::vector<PositionalRow>& positional_rows() const noexcept { return positionals_; }

  /// Takes the words behind the command's name. Throws Error(usage) with the nearest known name where there is one.
  /// False: help was asked for, and nothing else was looked at.
  bool parse(std::vector<std::string> words);

 private:
  void bind(OptionText text, Take take, bool repeats);
  void take_positionals(const std::vector<std::string>& words);
  [[noreturn]] void refuse_option(const std::string& word) const;
  [[nodiscard]] bool is_known(const std::string& word) const;

  std::string command_;
  std::string group_;
  std::unique_ptr<CLI::App> app_;
  std::vector<OptionRow> rows_;
  std::vector<PositionalRow> positionals_;
  std::vector<Take> take_positional_;
};

}  // namespace gemflow::cli
