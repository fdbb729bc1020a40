// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace gemflow {

/// How many batches of a run are in each state.
struct BatchCounts {
  std::int64_t planned = 0;     ///< not sent yet
  std::int64_t sending = 0;     ///< on their way at this moment
  std::int64_t unknown = 0;     ///< a run ended while they were sent: whether they are charged, nobody knows
  std::int64_t submitted = 0;   ///< accepted; their replies are to be fetched
  std::int64_t downloaded = 0;  ///< their replies are here
  std::int64_t halved = 0;      ///< too large, and asked for in pieces, which are counted for themselves
  std::int64_t failed = 0;
};

struct FailedBatch {
  std::int64_t first = 0;  ///< number of its first cell or sample
  std::int64_t n = 0;      ///< how many
  std::string message;     ///< the model's, printable
};

/// What the journal of a run of a hosted model says.
struct JournalSummary {
  std::filesystem::path folder;
  std::vector<std::string> command;  ///< the words of its latest run
  std::string working_folder;
  std::string base_url;
  std::string model;
  std::string version;  ///< of gemflow
  BatchCounts counts;
  bool has_ended = false;          ///< a run came to its end; else more batches may be to come than are counted
  std::int64_t submissions = 0;    ///< that were or may have been charged
  std::int64_t resubmissions = 0;  ///< those that were sent again though an earlier one may have been charged
  std::int64_t reply_bytes = 0;    ///< on the disk, packed
  std::vector<FailedBatch> failures;
  std::string holder;  ///< the process at work with it, in words; empty: none

  /// A run came to its end; nothing is left to be sent or fetched, and nothing failed.
  [[nodiscard]] bool is_done() const noexcept {
    return has_ended && counts.planned + counts.sending + counts.unknown + counts.submitted + counts.failed == 0;
  }
  /// Something is left that a rerun would send, or fetch.
  [[nodiscard]] bool is_open() const noexcept {
    return counts.planned + counts.sending + counts.unknown + counts.submitted > 0;
  }
};

/// Reads a journal and changes nothing, also while a run is at work with it.
/// Errors: input (no journal, damaged), unsupported (of a newer gemflow), io.
[[nodiscard]] JournalSummary read_journal(const std::filesystem::path& folder);

/// The folder itself if it is the journal of one run, else the journals directly below it, by name.
[[nodiscard]] std::vector<std::filesystem::path> journals_in(const std::filesystem::path& folder);

}  // namespace gemflow
