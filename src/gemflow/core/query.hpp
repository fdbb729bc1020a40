// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gemflow/core/count_chunk.hpp"

namespace gemflow {

/// What a gene expression model is asked.
enum class Task { generate, condition, predict_metadata };

/// "generate", "condition", "predict_metadata".
[[nodiscard]] std::string_view name_of(Task task) noexcept;

/// Metadata of one condition: the API's keys and their values as text (or JSON text, kept verbatim), in the order given.
class Metadata {
 public:
  void set(std::string key, std::string value);  ///< replaces the value of a key that is there
  /// The same with a value that is no text: a number, a list, as JSON writes it.
  void set_json(std::string key, std::string json);
  /// Whether the key's value is JSON and not text.
  [[nodiscard]] bool is_json(std::string_view key) const noexcept;
  [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const noexcept;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& entries() const noexcept { return entries_; }

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
  std::vector<std::string> json_keys_;
};

enum class Sampling { mean, sample };
enum class OutputCounts { rounded, unbiased, expected };

/// The API's options; those that a task does not know are ignored by it.
struct QueryOptions {
  std::uint64_t seed = 0;               ///< predict_metadata; a sample has its own
  Sampling sampling = Sampling::mean;
  std::optional<double> total_count;    ///< depth of a generated cell; the model's own default where absent
  bool fixed_total_count = false;       ///< condition: `total_count` instead of the reference's own depth
  bool deterministic_latents = false;   ///< prior means instead of samples
  std::vector<std::string> conditioning{"biological", "technical"};  ///< latent groups kept from the reference
  OutputCounts output_counts = OutputCounts::rounded;
  bool allow_unseen = false;            ///< extrapolate for a value the model was not trained on
  bool sample_latents = false;          ///< predict_metadata: samples instead of posterior means
  bool probabilities = true;            ///< predict_metadata: class probabilities beside the labels
  bool decoder_sample = false;          ///< predict_metadata: the model's reconstruction as a layer
};

/// One cell to be made (generate, condition). Seed, number and replicate address its random numbers, whatever the batch.
struct Sample {
  std::int32_t condition = 0;   ///< position in Query::conditions
  std::int64_t reference = -1;  ///< condition: row of Query::counts; -1 in generate
  std::int64_t number = 0;      ///< which condition (or pair of cell and condition) of the whole run
  std::int64_t replicate = 0;   ///< 0, 1, … within it: three replicates are the first three of ten
  std::uint64_t seed = 0;
};

/// One batch of questions. `counts` has the model's gene_order and at most card().limit cells.
struct Query {
  Task task = Task::predict_metadata;
  /// Where the batch stands in its run: cells (in condition pairs of a cell and a condition, in generate conditions) that come
  /// before its first, counted from the input's first row where a range of rows is read. A hosted model's seed hangs on it.
  std::int64_t position = 0;
  CountChunk counts;                 ///< predict_metadata, condition: the cells; their numbers address random numbers
  std::vector<Metadata> conditions;  ///< generate, condition
  std::vector<Sample> samples;       ///< generate, condition: one row of the answer each
  /// condition: which genes of gene_order the references' file has; empty: all. A local model puts a cell's whole depth
  /// into these; a hosted one is not told.
  std::vector<bool> measured;
  QueryOptions options;
};

}  // namespace gemflow
