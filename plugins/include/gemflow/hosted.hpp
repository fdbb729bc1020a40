// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/plugin.hpp"

namespace gemflow {

// What is asked of hosted models beyond Model itself. References are "synthesize:<family or id>".

[[nodiscard]] bool is_hosted(std::string_view ref) noexcept;

/// The models that the account may ask, as the API lists them. Errors: those of the network, model (no key).
[[nodiscard]] std::vector<ModelListing> hosted_models(const HostedOptions& options, Job& job);

/// The example query of a hosted model, JSON as the API gives it (below "example_query"). Free of charge.
[[nodiscard]] std::string hosted_example_query(const ModelRequest& request, Job& job);

/// What a run looks at again when it asks, without its warnings and before there is a connection. The card's fields hold the
/// vocabularies. Errors: usage (a key that the API does not know, or does not take in this task), model (a value that is in none).
void check_hosted_metadata(const std::vector<Metadata>& conditions, Task task, const ModelCard& card);

/// What a dry run would have sent.
struct DryRunTally {
  std::int64_t n_batches = 0;
  std::int64_t n_cells = 0;   ///< cells or samples asked for
  std::int64_t n_bytes = 0;   ///< of all bodies
  std::int64_t largest = 0;   ///< bytes of the largest body
  bool knows_genes = true;    ///< false: the file's own genes stood for the model's, which are not known here
};
/// Nothing for a model that was not opened with `dry_run`.
[[nodiscard]] std::optional<DryRunTally> tally_of(const Model& model);

/// Says in the journal of a hosted model's run that the run came to its end: to be called once its output is whole. Does nothing
/// for other models. Errors: pending (another process took the journal over), io (disk full).
void end_run(Model& model);

/// Puts a query to a hosted model as it is written, and the reply, as it comes, into `reply`: for models and keys that gemflow
/// does not know. Through the journal like any other.
/// Errors: usage (`reply` exists and `overwrite` is not set), input (the query is no JSON object), those of Model::answer.
void query_verbatim(const ModelRequest& request, std::string_view query, const std::filesystem::path& reply, bool overwrite,
                    Job& job);

/// What `fetch_answers` found.
struct Fetched {
  std::int64_t n_fetched = 0;   ///< brought now
  std::int64_t n_there = 0;     ///< had been brought before
  std::int64_t n_open = 0;      ///< never submitted, or nobody knows whether
  std::int64_t n_failed = 0;
};
/// Brings all answers that were submitted into the run's journal, and submits nothing. What the model failed on is a warning.
/// Errors: usage (another server would be asked), input (no journal), pending (a run holds it), model (no key), network, io.
[[nodiscard]] Fetched fetch_answers(const std::filesystem::path& journal, const HostedOptions& options, Job& job);

/// Folder names of runs: the first 16 hexadecimal digits of a digest of the words.
[[nodiscard]] std::string name_of_run(const std::vector<std::string>& words);

}  // namespace gemflow
