// SPDX-License-Identifier: Apache-2.0
#include "destinations.hpp"

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "summary.hpp"
#include "terminal.hpp"
#include "text_file.hpp"

namespace gemflow::cli {
namespace {

namespace fs = std::filesystem;

/// The same file, by whatever name; where one of them is not there yet, the same place.
bool is_same(const fs::path& a, const fs::path& b) {
  std::error_code not_there;
  if (fs::equivalent(a, b, not_there)) return true;
  return fs::weakly_canonical(a, not_there) == fs::weakly_canonical(b, not_there);
}

void refuse_if_one_of(const fs::path& output, const std::vector<fs::path>& others, std::string_view what) {
  for (const fs::path& other : others) {
    if (other.empty() || !is_same(output, other)) continue;
    throw Error(ErrorKind::usage, fmt::format("writing '{}': it is {} too", output.string(), what), "choose another name");
  }
}

void refuse_if_there(const fs::path& output, std::string_view hint) {
  if (!is_there(output)) return;
  throw Error(ErrorKind::usage, fmt::format("writing '{}': it exists already", output.string()), std::string(hint));
}

void refuse_without_folder(const fs::path& output) {
  const fs::path folder = output.parent_path();
  std::error_code unseen;
  if (folder.empty() || fs::status(folder, unseen).type() != fs::file_type::not_found) return;
  throw Error(ErrorKind::io, fmt::format("writing '{}': there is no folder '{}'", output.string(), folder.string()),
              fmt::format("mkdir -p '{}'", folder.string()));
}

}  // namespace

void check_destinations(const std::vector<fs::path>& outputs, const std::vector<fs::path>& inputs, bool overwrite,
                        Session& session) {
  const Settings& settings = session.settings;
  const std::string_view hint = outputs.empty() ? "choose another name" : "--overwrite replaces it";
  std::vector<fs::path> earlier;
  const auto check = [&](const fs::path& output, bool may_be_there) {
    if (output.empty()) return;
    refuse_if_one_of(output, inputs, "an input");
    refuse_if_one_of(output, earlier, "another output");
    if (!may_be_there) refuse_if_there(output, hint);
    earlier.push_back(output);
  };
  check(settings.log, true);  // appended to
  if (!settings.log.empty()) session.report.start_log(open_log(settings.log));
  if (!outputs.empty() && outputs.front().empty()) {
    throw Error(ErrorKind::usage, "the output is missing", "name it with -o OUT");
  }
  for (const fs::path& output : outputs) {
    check(output, overwrite);
    refuse_without_folder(output);
  }
  if (settings.json && *settings.json != "-") check(*settings.json, overwrite || is_summary(*settings.json));
  session.may_replace_summary = true;
}

}  // namespace gemflow::cli
