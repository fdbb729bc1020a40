// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "synthesize_api/journal/journal.hpp"

namespace gemflow::test {

inline synthesize_api::JournalStart some_start() {
  return {{"predict-metadata", "in.h5ad", "-o", "out.h5ad"}, "/data", "https://api.example", "gem-1-sc", "1.0", {{"seed", "7"}}};
}

inline std::unique_ptr<synthesize_api::Journal> open_journal(const std::filesystem::path& folder) {
  Job job;
  return synthesize_api::Journal::open(folder, some_start(), job);
}

inline synthesize_api::BatchPlan some_batch(const std::string& key, std::int64_t first = 0) {
  return {key, first, 10, "batch", ""};
}

inline void submit(synthesize_api::Journal& journal, const std::string& key, const std::string& query_id) {
  journal.sending(key);
  journal.submitted(key, query_id);
}

inline void receive(synthesize_api::Journal& journal, const std::string& key, std::string_view bytes) {
  auto reply = journal.begin_reply(key);
  reply->write(bytes);
  journal.downloaded(key, std::move(reply));
}

/// All that comes, in pieces of an odd size.
inline std::string all_of(synthesize_api::ByteSource& source) {
  std::string all;
  std::array<char, 37> piece{};
  for (std::size_t n = source.read(piece); n > 0; n = source.read(piece)) all.append(piece.data(), n);
  return all;
}

}  // namespace gemflow::test
