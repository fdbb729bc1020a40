// SPDX-License-Identifier: Apache-2.0
#include "gemflow/formats.hpp"

#include <fmt/format.h>

#include "command_list.hpp"
#include "destinations.hpp"
#include "text_table.hpp"

namespace gemflow::cli {
namespace {

struct FormatsOptions {};

void bind_formats(Options&, FormatsOptions&) {}

std::string yes_or_no(bool can) { return can ? "yes" : "-"; }

void run_formats(const FormatsOptions&, Session& session) {
  check_destinations({}, {}, false, session);
  TextTable table({"format", "names", "read", "create", "annotate"});
  session.result["formats"] = Json::array();
  for (const Format* format : formats()) {
    table.row({std::string(format->name), fmt::format("{}", fmt::join(format->extensions, " ")),
               yes_or_no(format->open != nullptr), yes_or_no(format->create != nullptr),
               yes_or_no(format->annotate != nullptr)});
    session.result["formats"].push_back({{"name", format->name},
                                         {"extensions", format->extensions},
                                         {"read", format->open != nullptr},
                                         {"create", format->create != nullptr},
                                         {"annotate", format->annotate != nullptr}});
  }
  session.print(table.text());
}

}  // namespace

constinit const Command formats_command{
    .name = "formats",
    .description = "the file formats: what is read, created and annotated",
    .usage = "[options]",
    .examples = "  gemflow formats\n"
                "  gemflow formats --json\n"
                "  gemflow formats --json=formats.json -q\n",
    .reads_counts = false,
    .bind = [](Options& options) { return bound<FormatsOptions>(options, bind_formats, run_formats); },
};

}  // namespace gemflow::cli
