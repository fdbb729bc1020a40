// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/core.h>

#include "delimited/text_table.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"

namespace gemflow {
namespace {

/// Every column needs a name of its own.
void check_header(const TextTable& table) {
  const std::vector<std::string>& keys = table.first();
  for (auto key = keys.begin(); key != keys.end(); ++key) {
    if (key->empty()) throw table.error_here(fmt::format("gives its column {} no name", key - keys.begin() + 1));
    if (std::find(keys.begin(), key, *key) != key) {
      throw table.error_here(fmt::format("names the column '{}' twice", printable(*key)));
    }
  }
}

}  // namespace

std::vector<Metadata> read_metadata(const std::filesystem::path& path, const Job& job) {
  TextTable table(path, job);
  check_header(table);
  std::vector<Metadata> rows;
  for (std::vector<std::string> row; table.next(row);) {
    Metadata metadata;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!row[i].empty()) metadata.set(table.first()[i], row[i]);
    }
    rows.push_back(std::move(metadata));
  }
  if (rows.empty()) throw table.error_here("is a header, and no row is below it");
  return rows;
}

}  // namespace gemflow
