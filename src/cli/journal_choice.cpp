// SPDX-License-Identifier: Apache-2.0
#include "journal_choice.hpp"

#include <fmt/format.h>

#include <vector>

#include "gemflow/core/error.hpp"
#include "gemflow/journal.hpp"

namespace gemflow::cli {

std::filesystem::path only_journal(const std::filesystem::path& folder) {
  // Without the slash that a shell completes a folder with: a path that ends in one is its own parent.
  const std::vector<std::filesystem::path> journals = journals_in(folder.has_filename() ? folder : folder.parent_path());
  if (journals.size() == 1) return journals.front();
  if (journals.empty()) {
    throw Error(ErrorKind::usage, fmt::format("'{}' is no journal and holds none", folder.string()),
                "a run of a hosted model keeps one: OUT.journal, or below --journal");
  }
  throw Error(ErrorKind::usage, fmt::format("'{}' holds the journals of {} runs", folder.string(), journals.size()),
              fmt::format("name one of them: '{}'", journals.front().string()));
}

}  // namespace gemflow::cli
