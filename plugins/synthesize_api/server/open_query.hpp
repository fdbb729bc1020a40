// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "gemflow/serve.hpp"
#include "synthesize_api/server/spool.hpp"
#include "synthesize_api/wire/reply.hpp"
#include "synthesize_api/wire/request.hpp"

namespace gemflow::synthesize_api {

/// What the conditions hold that the model's card does not know, as the hosted service words it:
/// `Metadata validation failed: ["Query 2 has bad values for tissue_ontology_id: UBERON:9999999"]`. The first is 1.
[[nodiscard]] std::optional<std::string> metadata_fault(const ModelCard& card, const std::vector<Metadata>& conditions);

/// A query that is being answered: what is left of it, and its result so far in a file.
class OpenQuery {
 public:
  /// A query without a seed gets one; empty metadata values are dropped: the API echoes them for what was not asked.
  OpenQuery(const ServedModel& served, WireQuery asked, std::filesystem::path result);

  /// Asks the model for the next piece and writes its answer; false: it was the last, and the result is whole.
  /// Errors: those of the model; model, where `metadata_fault` finds one; io.
  bool answer_piece(Job& job);

  /// Cells made or told of so far.
  [[nodiscard]] std::int64_t n_samples() const noexcept { return next_; }
  /// Of the whole result. REQUIRES: answer_piece was false.
  [[nodiscard]] std::uint64_t result_bytes() const noexcept { return result_bytes_; }
  /// What it holds in memory, roughly.
  [[nodiscard]] static std::size_t memory_of(const WireQuery& asked) noexcept;

 private:
  void begin();
  [[nodiscard]] std::int64_t n_all() const noexcept;
  void take_samples();
  void take_cells();

  const ServedModel* served_;
  CountChunk cells_;             ///< predict_metadata: all of them
  std::vector<Sample> samples_;  ///< else: all of them
  std::vector<std::string> made_up_genes_;  ///< of a model that takes any: clients want names
  Query piece_;                  ///< the rest of the query, and what is asked next
  std::int64_t next_ = 0;
  std::filesystem::path path_;
  std::optional<FileSink> sink_;
  std::optional<ReplyWriter> writer_;
  std::uint64_t result_bytes_ = 0;
};

}  // namespace gemflow::synthesize_api
