// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "command_list.hpp"
#include "completion_scripts.hpp"
#include "destinations.hpp"

namespace gemflow::cli {
namespace {

struct CompletionOptions {
  std::string (*script)() = nullptr;
};

void bind_completion(Options& options, CompletionOptions& o) {
  options.positional({"bash|zsh|fish", "", "the shell"}, one_of<std::string (*)()>(o.script, {{"bash", &bash_completion},
                                                                                           {"zsh", &zsh_completion},
                                                                                           {"fish", &fish_completion}}));
}

void run_completion(const CompletionOptions& o, Session& session) {
  check_destinations({}, {}, false, session);
  const std::string script = o.script();
  session.result["script"] = script;
  session.print(script);
}

}  // namespace

constinit const Command completion_command{
    .name = "completion",
    .description = "a script that completes commands and options in a shell",
    .usage = "bash|zsh|fish",
    .examples = "  source <(gemflow completion bash)\n"
                "  gemflow completion zsh > _gemflow\n"
                "  gemflow completion fish > gemflow.fish\n",
    .reads_counts = false,
    .bind = [](Options& options) { return bound<CompletionOptions>(options, bind_completion, run_completion); },
};

}  // namespace gemflow::cli
