// SPDX-License-Identifier: Apache-2.0
#include "help.hpp"

#include <fmt/format.h>

#include "gemflow/core/version.hpp"

namespace gemflow::cli {
namespace {

constexpr std::size_t names_width = 32;
constexpr std::size_t line_width = 110;

/// Breaks at spaces; lines after the first are indented.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    if (column > indent && column + 1 + word.size() > line_width) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    begin = end + 1;
  }
  return out;
}

std::string line_of(const OptionText& text) {
  std::string names = "  " + text.names;
  for (std::size_t at = names.find(','); at != std::string::npos; at = names.find(',', at + 2)) names.insert(at + 1, " ");
  if (!text.placeholder.empty()) names += ' ' + text.placeholder;
  const std::string gap =
      names.size() + 2 <= names_width ? std::string(names_width - names.size(), ' ') : '\n' + std::string(names_width, ' ');
  return names + gap + wrapped(text.help, names_width) + '\n';
}

}  // namespace

std::string overview() {
  std::string text = fmt::format("gemflow {}: between files of expression counts and gene expression models\n\n", version);
  text += "usage: gemflow COMMAND [options]\n\n";
  for (const Command* command : commands()) {
    text += fmt::format("  {:<18}{}\n", command->name, wrapped(command->description, 20));
  }
  text += "\ngemflow COMMAND --help shows the options and examples of a command\n"
          "gemflow --version      shows the version, and those of the libraries\n\n"
          "examples:\n"
          "  gemflow inspect cells.h5ad\n"
          "  gemflow predict-metadata cells.h5ad -o annotated.h5ad\n"
          "  gemflow generate --set cell_type=CL:0000236 --num-samples 100 -o synthetic.h5ad\n";
  return text;
}

std::string help_of(const Command& command, const Options& options) {
  std::string text = fmt::format("gemflow {}: {}\n\nusage: gemflow {} {}\n", command.name,
                                 wrapped(command.description, 2), command.name, command.usage);
  if (!options.positional_rows().empty()) text += '\n';
  for (const PositionalRow& row : options.positional_rows()) text += line_of(row.text);
  std::string group;
  for (const OptionRow& row : options.rows()) {
    if (row.group != group) {
      group = row.group;
      text += fmt::format("\n{}\n", group);
    }
    text += line_of(row.text);
  }
  text += "  -h, --help" + std::string(names_width - 12, ' ') + "this text\n";
  return fmt::format("{}\nexamples:\n{}", text, command.examples);
}

}  // namespace gemflow::cli
