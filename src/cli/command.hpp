// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "options.hpp"
#include "session.hpp"

namespace gemflow::cli {

/// What a command does once its words have been read.
using Run = std::function<void(Session&)>;

/// One subcommand: a row of the command table.
struct Command {
  std::string_view name;
  std::string_view description;  ///< one sentence, lower case, no full stop
  std::string_view usage;        ///< the words behind the name: "IN -o OUT [options]"
  std::string_view examples;     ///< three lines that work
  bool reads_counts;             ///< takes the options of the machine
  Run (*bind)(Options& options);
};

/// A command from its three parts: a struct of options, a function that binds their flags, and what is run with them.
template <typename Values>
[[nodiscard]] Run bound(Options& options, void (*bind)(Options&, Values&), void (*run)(const Values&, Session&)) {
  auto values = std::make_shared<Values>();
  bind(options, *values);
  return [values, run](Session& session) { run(*values, session); };
}

/// All commands, in the order of the help.
[[nodiscard]] std::span<const Command* const> commands() noexcept;

/// Binds the command's own options and those that it shares with all. Both targets must outlive `options.parse`.
[[nodiscard]] Run bind_whole(const Command& command, Options& options, Settings& settings);

}  // namespace gemflow::cli
