// SPDX-License-Identifier: Apache-2.0
#include "completion_scripts.hpp"

#include <fmt/format.h>

#include <functional>
#include <string_view>
#include <vector>

#include "command.hpp"

namespace gemflow::cli {
namespace {

std::vector<std::string> parts(std::string_view text, char separator) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    out.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

/// The words of a placeholder such as "auto|X|raw|NAME"; names in capitals stand for anything.
std::vector<std::string> words_of(const std::string& placeholder) {
  std::vector<std::string> words;
  if (placeholder.find('|') == std::string::npos) return words;
  for (const std::string& word : parts(placeholder, '|')) {
    const bool is_any = word.size() > 1 && word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ[]:") == std::string::npos;
    if (!is_any) words.push_back(word);
  }
  return words;
}

bool is_file(const std::string& placeholder) {
  for (const std::string_view word : {"FILE", "FOLDER", "TABLE", "OUT", "IN", "REF", "SHELL"}) {
    if (placeholder.find(word) != std::string::npos) return true;
  }
  return false;
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

void each_command(const std::function<void(const Command&, const Options&)>& visit) {
  for (const Command* command : commands()) {
    Options options(fmt::format("gemflow {}", command->name));
    Settings settings;
    const Run run = bind_whole(*command, options, settings);
    visit(*command, options);
  }
}

std::vector<std::string> names_of(const OptionRow& row) { return parts(row.text.names, ','); }

/// Where words complete the first argument ("bash|zsh|fish") rather than files.
std::string positional_words(const Options& options) {
  return options.positional_rows().empty() ? "" : joined(words_of(options.positional_rows().front().text.names));
}

/// The options of a command, and what follows those that take one of a few words.
void bash_rows(const Command& command, const Options& options, std::string& names, std::string& values) {
  std::vector<std::string> all{"--help"};
  for (const OptionRow& row : options.rows()) {
    for (const std::string& name : names_of(row)) {
      all.push_back(name);
      const std::vector<std::string> words = words_of(row.text.placeholder);
      if (words.empty()) continue;
      values += fmt::format("    \"{} {}\") COMPREPLY=($(compgen -W \"{}\" -- \"$current\")); return ;;\n", command.name, name,
                            joined(words));
    }
  }
  names += fmt::format("    {}) options=\"{}\" words=\"{}\" ;;\n", command.name, joined(all), positional_words(options));
}

/// Text within single quotes of zsh's _arguments: brackets and colons are its own.
std::string quoted_for_zsh(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':') out += '\\';
    out += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return out;
}

std::string zsh_value(const std::string& placeholder) {
  if (placeholder.empty()) return {};
  const std::vector<std::string> words = words_of(placeholder);
  if (!words.empty()) return fmt::format(":{}:({})", quoted_for_zsh(placeholder), joined(words));
  return fmt::format(":{}:{}", quoted_for_zsh(placeholder), is_file(placeholder) ? "_files" : " ");
}

std::string quoted_for_fish(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? "\\'" : std::string(1, c);
  return out;
}

std::string fish_row(const Command& command, const OptionRow& row) {
  std::string line = fmt::format("complete -c gemflow -n '__fish_seen_subcommand_from {}'", command.name);
  for (const std::string& name : names_of(row)) {
    line += name.rfind("--", 0) == 0 ? fmt::format(" -l {}", name.substr(2)) : fmt::format(" -s '{}'", name.substr(1));
  }
  const std::vector<std::string> words = words_of(row.text.placeholder);
  if (!words.empty()) line += fmt::format(" -x -a '{}'", joined(words));
  if (words.empty() && !row.text.placeholder.empty()) line += is_file(row.text.placeholder) ? " -r -F" : " -x";
  return line + fmt::format(" -d '{}'\n", quoted_for_fish(row.text.help));
}

}  // namespace

std::string bash_completion() {
  std::vector<std::string> names{"--help", "--version"};
  std::string options;
  std::string values;
  each_command([&](const Command& command, const Options& bound) {
    names.emplace_back(command.name);
    bash_rows(command, bound, options, values);
  });
  return fmt::format(R"(# bash completion of gemflow: source <(gemflow completion bash)
_gemflow() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}" options="" words=""
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "{}" -- "$current"))
    return
  fi
  case "${{COMP_WORDS[1]}} $previous" in
{}  esac
  case "${{COMP_WORDS[1]}}" in
{}  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}}
complete -o default -F _gemflow gemflow
)",
                     joined(names), values, options);
}

std::string zsh_completion() {
  std::string names;
  std::string cases;
  each_command([&](const Command& command, const Options& bound) {
    names += fmt::format("      '{}:{}'\n", command.name, quoted_for_zsh(command.description));
    cases += fmt::format("    {}) _arguments -s \\\n", command.name);
    for (const OptionRow& row : bound.rows()) {
      for (const std::string& name : names_of(row)) {
        cases += fmt::format("      '{}{}[{}]{}' \\\n", row.repeats ? "*" : "", name, quoted_for_zsh(row.text.help),
                             zsh_value(row.text.placeholder));
      }
    }
    const std::string words = positional_words(bound);
    cases += fmt::format("      '*:argument:{}' ;;\n", words.empty() ? "_files" : "(" + words + ")");
  });
  return fmt::format(R"(#compdef gemflow
# zsh completion of gemflow: put it as _gemflow into a folder of $fpath
_gemflow() {{
  if ((CURRENT == 2)); then
    local -a commands=(
{}    )
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
{}  esac
}}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _gemflow "$@"
elif (($+functions[compdef])); then
  compdef _gemflow gemflow
fi
)",
                     names, cases);
}

std::string fish_completion() {
  std::string text = "# fish completion of gemflow: put it as gemflow.fish into ~/.config/fish/completions\n";
  each_command([&](const Command& command, const Options& bound) {
    text += fmt::format("complete -c gemflow -f -n '__fish_use_subcommand' -a {} -d '{}'\n", command.name,
                        quoted_for_fish(command.description));
    for (const OptionRow& row : bound.rows()) text += fish_row(command, row);
    const std::string words = positional_words(bound);
    if (words.empty()) return;
    text += fmt::format("complete -c gemflow -f -n '__fish_seen_subcommand_from {}' -a '{}'\n", command.name, words);
  });
  return text;
}

}  // namespace gemflow::cli
