// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gemflow/core/query.hpp"
#include "synthesize_api/wire/bytes.hpp"

namespace gemflow::synthesize_api {

/// How a server spells a query today; learnt from its example query.
struct Spelling {
  bool says_mode = false;      ///< "mode" instead of "sampling_strategy"
  bool nested_counts = false;  ///< references as {"counts": [...]} instead of [...]
  std::string modality;        ///< "bulk", "single-cell": sent where the example has it; empty: not sent
};

/// A query as it stands in a body: inputs in order, each with its number of samples, expanded to `query.samples`.
struct WireQuery {
  Query query;                              ///< seed, sampling and so on in query.options and in each sample
  std::optional<std::uint64_t> seed;        ///< absent: the caller asked for no seed
  std::int64_t n_genes = 0;                 ///< length of the inputs' counts; 0: none has counts
  std::vector<std::int64_t> num_samples;    ///< of each input
  /// Top-level keys that are not known here, with their JSON text, in order ("source" among them).
  std::vector<std::pair<std::string, std::string>> others;
};

/// What a body may hold, so that a stranger's cannot cost more than it should.
struct RequestLimits {
  std::int64_t inputs = 10'000;
  std::int64_t samples = 10'000;
  std::int64_t nonzeros = 50'000'000;
  std::size_t metadata_bytes = 1 << 20;
};

/// Reads a body for a model of this task. `n_genes`: what every counts vector must be long; 0: as long as the first.
/// Takes integers, "12.0", "1e+05" (R's spelling), a bare string for a list of one, references nested or flat.
/// Samples are numbered by input, replicates from 0; references are rows of query.counts.
/// Errors: input, whose message begins with the field: "inputs[1].counts[5]: -3 is negative".
[[nodiscard]] WireQuery read_request(ByteSource& body, Task task, std::int64_t n_genes, const RequestLimits& limits);

/// What a body says beside the query itself.
struct RequestText {
  std::int64_t n_genes = 0;
  std::optional<std::uint64_t> seed;
  Spelling spelling;
  std::vector<std::pair<std::string, std::string>> others;  ///< "source": "\"gemflow\""
};

/// The body of a query: consecutive samples of one condition (and one reference) are one input with num_samples.
/// Options that the task does not know, and those that are the API's defaults, are left out.
/// REQUIRES: replicates of an input count up by one.
void write_request(const Query& query, const RequestText& text, ByteSink& body);

/// Bytes that `write_request` would write for cells of so many genes and non-zeros, at most; what batches are cut by.
[[nodiscard]] std::int64_t request_bytes(std::int64_t n_cells, std::int64_t n_genes, std::int64_t n_nonzeros, int digits) noexcept;

}  // namespace gemflow::synthesize_api
