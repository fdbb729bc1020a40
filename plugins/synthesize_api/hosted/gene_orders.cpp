// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/gene_orders.hpp"

#include <cstdlib>
#include <exception>
#include <fstream>
#include <sstream>
#include <unordered_set>

#include <fmt/format.h>

#include "gemflow/core/destination.hpp"
#include "synthesize_api/digest.hpp"

namespace gemflow::synthesize_api {
namespace fs = std::filesystem;
namespace {

/// Nothing where it is not there, or damaged.
std::optional<std::vector<std::string>> genes_of_file(const fs::path& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return std::nullopt;
  return genes_in(text.str());
}

}  // namespace

GeneOrders::GeneOrders(std::string_view host, std::string_view family, const std::vector<fs::path>& folders) {
  const std::string name = fmt::format("{}.txt", sha256_hex({host, family}).substr(0, 16));
  for (const fs::path& folder : folders) {
    if (!folder.empty()) files_.push_back(folder / "gene_orders" / name);
  }
}

std::optional<std::vector<std::string>> GeneOrders::find() const {
  for (const fs::path& path : files_) {
    if (auto genes = genes_of_file(path)) return genes;
  }
  return std::nullopt;
}

void GeneOrders::keep(const std::vector<std::string>& gene_order) const noexcept {
  for (const fs::path& path : files_) {
    try {
      if (genes_of_file(path) == gene_order) continue;
      fs::create_directories(path.parent_path());
      Job job;
      Destination out(path, {true, {}}, job);
      out.write(lines_of(gene_order));
      out.commit();
    } catch (const std::exception&) {
      continue;  // it is learnt again next time
    }
  }
}

void GeneOrders::forget(const std::vector<std::string>& gene_order) const noexcept {
  for (const fs::path& path : files_) {
    try {
      if (genes_of_file(path) == gene_order) fs::remove(path);
    } catch (const std::exception&) {
      continue;  // the next run finds out, and says the same
    }
  }
}

std::vector<fs::path> GeneOrders::lock_folders() const {
  std::vector<fs::path> folders;
  for (const fs::path& path : files_) folders.push_back(path.parent_path().parent_path() / "learning" / path.stem());
  return folders;
}

fs::path cache_folder() {
  if (const char* own = std::getenv("GEMFLOW_CACHE_DIR"); own != nullptr && *own != '\0') return own;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg == '/') return fs::path(xdg) / "gemflow";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') return fs::path(home) / ".cache" / "gemflow";
  return {};
}

std::string lines_of(const std::vector<std::string>& genes) {
  std::string text;
  for (const std::string& gene : genes) text += gene + '\n';
  return text;
}

std::optional<std::vector<std::string>> genes_in(std::string_view lines) {
  std::vector<std::string> genes;
  std::unordered_set<std::string_view> seen;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (end == std::string_view::npos) return std::nullopt;  // cut off
    const std::string_view gene = lines.substr(0, end);
    for (const char c : gene) {
      if (c <= ' ' || c == '\x7f') return std::nullopt;
    }
    if (gene.empty() || !seen.insert(gene).second) return std::nullopt;
    genes.emplace_back(gene);
    lines.remove_prefix(end + 1);
  }
  if (genes.empty()) return std::nullopt;
  return genes;
}

}  // namespace gemflow::synthesize_api
