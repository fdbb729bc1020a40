// SPDX-License-Identifier: Apache-2.0
#include "summary.hpp"

#include <fstream>

#include "gemflow/core/version.hpp"
#include "machine.hpp"
#include "standard_output.hpp"
#include "text_file.hpp"

namespace gemflow::cli {
namespace {

constexpr std::string_view first_line = "{\n  \"program\": \"gemflow\"";

}  // namespace

Json summary_of(std::string_view command, const Failure& failure, const Session& session) {
  Json summary;
  summary["program"] = "gemflow";
  summary["version"] = version;
  summary["command"] = command.empty() ? Json() : Json(command);
  summary["ok"] = failure.exit_code == 0;
  summary["exit_code"] = failure.exit_code;
  if (failure.exit_code != 0) {
    summary["kind"] = failure.kind;
    summary["message"] = failure.message;
    summary["hint"] = failure.hint;
  }
  summary["seconds"] = session.report.seconds();
  summary["peak_memory_bytes"] = peak_memory();
  summary["threads"] = session.settings.threads;
  summary["warnings"] = session.report.warnings();
  summary["notes"] = session.report.notes();
  summary["result"] = failure.exit_code == 0 || session.result_stands ? session.result : Json::object();
  return summary;
}

void write_summary(const Session& session, const Json& summary) {
  const std::string& where = *session.settings.json;
  const std::string text = summary.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
  if (where == "-") {
    write_standard_output(text);
  } else if (session.may_replace_summary || !is_there(where) || is_summary(where)) {
    write_text_file(where, text);
  }
}

bool is_summary(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string head(first_line.size(), '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  return file && head == first_line;
}

}  // namespace gemflow::cli
