// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gemflow::synthesize_api {

/// Gene orders that hosted models taught, kept between runs: a call that teaches one is charged. One text file for each API and
/// family, one gene a line, in each of the folders. A folder that cannot be written or read is passed over.
class GeneOrders {
 public:
  /// `folders`: where they may lie, the first one first.
  GeneOrders(std::string_view host, std::string_view family, const std::vector<std::filesystem::path>& folders);

  /// Nothing where none is kept, or what is kept is no list of genes.
  [[nodiscard]] std::optional<std::vector<std::string>> find() const;
  /// REQUIRES: a reply named them: what is kept wrongly costs each later run.
  void keep(const std::vector<std::string>& gene_order) const noexcept;
  /// The model has other genes than these, by now: a file that holds them goes.
  void forget(const std::vector<std::string>& gene_order) const noexcept;
  /// For the locks of runs that learn them: one beside each file.
  [[nodiscard]] std::vector<std::filesystem::path> lock_folders() const;

 private:
  std::vector<std::filesystem::path> files_;
};

/// Below GEMFLOW_CACHE_DIR, XDG_CACHE_HOME or HOME, whichever is set; empty where none is.
[[nodiscard]] std::filesystem::path cache_folder();

/// One gene a line, and back.
[[nodiscard]] std::string lines_of(const std::vector<std::string>& genes);
/// Nothing for what is no list of genes: empty, an empty line, a gene twice, a character that no id has.
[[nodiscard]] std::optional<std::vector<std::string>> genes_in(std::string_view lines);

}  // namespace gemflow::synthesize_api
