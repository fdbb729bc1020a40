// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target on every file of a folder and on mutations of each that are the same every time:  target FOLDER N_MUTATIONS
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/target.hpp"

namespace {

std::vector<std::string> corpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (const auto& path : paths) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    texts.push_back(std::move(text).str());
  }
  return texts;
}

/// One change: a byte, a cut, a piece twice, or a piece of another text.
void mutate(std::string& text, const std::string& other, std::mt19937& random) {
  constexpr std::string_view marks = "[]{},:\"\\0123456789.-+eE ntf\n\xff";
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(random()) % n; };
  const std::size_t at = 1 + below(text.size() - 1);
  switch (random() % 6) {
    case 0: text[at % text.size()] = static_cast<char>(random() % 256); break;
    case 1: text[at % text.size()] = marks[below(marks.size())]; break;
    case 2: text.insert(at, 1, marks[below(marks.size())]); break;
    case 3: text.erase(at, 1 + below(8)); break;
    case 4: text.insert(at, text.substr(below(text.size()), 1 + below(40))); break;
    default: text.insert(at, other.substr(below(other.size()), 1 + below(40))); break;
  }
}

void run(const std::string& text) {
  std::vector<std::uint8_t> bytes(text.begin(), text.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::vector<std::string> texts = corpus(argv[1]);
  const int n_mutations = std::stoi(argv[2]);
  std::mt19937 random(1);
  for (const std::string& text : texts) run(text);
  for (int i = 0; i < n_mutations; ++i) {
    std::string text = texts[random() % texts.size()];
    const auto n_changes = 1 + random() % 4;
    for (unsigned change = 0; change < n_changes && text.size() > 1; ++change) mutate(text, texts[random() % texts.size()], random);
    run(text);
  }
  fmt::print("{} texts, {} mutations\n", texts.size(), n_mutations);
  return texts.empty() ? 1 : 0;
}
