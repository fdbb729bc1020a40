// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "synthesize_api/journal/database.hpp"

namespace gemflow::synthesize_api {

enum class BatchState {
  planned,
  sending,     ///< on its way; at reopening: unknown whether it arrived
  submitted,   ///< accepted: its query has an id
  downloaded,  ///< its reply is in the folder
  halved,      ///< too large: its children are asked instead
  failed,      ///< asked, and the model failed on it
};

/// What a batch is, as its planner knows it.
struct BatchPlan {
  std::string key;         ///< same for the same question in each run; letters, digits, '_', '-'; at most 128
  std::int64_t first = 0;  ///< number of its first cell or sample
  std::int64_t n = 0;      ///< how many
  std::string purpose = "batch";  ///< or what else is asked for: "gene_order"
  std::string parent;      ///< key of the larger one that was halved
};

struct BatchRecord {
  std::string key;
  std::int64_t first = 0;
  std::int64_t n = 0;
  std::string purpose;
  std::string parent;
  BatchState state = BatchState::planned;
  bool is_unknown = false;  ///< a run ended in `sending`: whether it arrived, and is charged, nobody knows
  std::string query_id;
  std::string reply_sha256;       ///< of the file, as it lies there
  std::int64_t reply_bytes = 0;   ///< the same
  std::string message;            ///< of its latest failure
  std::int64_t submissions = 0;   ///< that were or may have been charged
  std::int64_t resubmissions = 0; ///< those of them that may have been charged twice
};

/// "replies/KEY.json.zst", in the journal's folder.
[[nodiscard]] std::string reply_file_of(std::string_view key);

[[nodiscard]] std::string_view name_of(BatchState state) noexcept;

/// Makes the tables in an empty database; in one of ours does nothing.
/// Errors: input (another program's, or tables that are not as we make them), unsupported (of a newer gemflow).
void make_tables(const Database& database, const std::filesystem::path& folder);
/// The same for reading only: an empty one is an error, too.
void require_tables(const Database& database, const std::filesystem::path& folder);

/// Behind it may stand "WHERE ..." and "ORDER BY ...".
[[nodiscard]] std::string select_batches(std::string_view where);
/// The row that a statement of `select_batches` stands on. Errors: input.
[[nodiscard]] BatchRecord read_batch(const Statement& row, const std::filesystem::path& folder);

}  // namespace gemflow::synthesize_api
