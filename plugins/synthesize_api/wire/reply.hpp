// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gemflow/core/error.hpp"
#include "gemflow/core/model.hpp"
#include "gemflow/core/query.hpp"
#include "synthesize_api/wire/bytes.hpp"

namespace gemflow::synthesize_api {

/// What a reply must be, known from the question.
struct ReplyWanted {
  Task task = Task::generate;
  std::int64_t n_outputs = 0;
  /// The genes that were sent or learnt; null: not known yet, and the reply must name its own.
  const std::vector<std::string>* gene_order = nullptr;
  bool probabilities = true;
  bool decoder_sample = false;
};

/// A reply's gene_order is not the one that is known.
class OtherGenes : public Error {
 public:
  explicit OtherGenes(Error error) : Error(std::move(error)) {}
};

/// A result document as a model's answer.
struct WireReply {
  /// As Model::answer gives it: counts in gene_order (generate, condition); obs, obsm, layers (predict_metadata), latents.
  /// generate, condition: obsm holds the latents too, where the reply has them.
  Chunk answer;
  std::vector<std::string> gene_order;  ///< the reply's own; empty where it names none
  std::string model_version;            ///< text, whatever it was; empty where there is none
  bool has_fractions = false;           ///< a count was not whole: kept as float64, never truncated
};

/// Reads a result by its shape (counts as list, wrapped list, or map; a one-element list around all).
/// Errors: model (no JSON, cut off, an `error` or `errors` in it, outputs too many or too few, counts of another length, another
/// gene_order: with both numbers; names and texts that no file can keep).
[[nodiscard]] WireReply read_reply(ByteSource& body, const ReplyWanted& wanted);

/// Writes a result document output by output; memory is one piece of text.
class ReplyWriter {
 public:
  struct Head {
    Task task = Task::generate;
    const std::vector<std::string>* gene_order = nullptr;
    std::string model_version;
    Modality modality = Modality::bulk;
  };
  ReplyWriter(ByteSink& body, Head head, const ModelCard& card);
  ReplyWriter(const ReplyWriter&) = delete;
  ReplyWriter& operator=(const ReplyWriter&) = delete;
  ~ReplyWriter();

  /// The rows of a model's answer to `asked` as outputs: metadata echoed with "" for the keys that were not asked
  /// (19 keys and "modality"), or predicted; class probabilities by key, latents, decoder_sample.
  void append(const Query& asked, const Chunk& answer);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gemflow::synthesize_api
