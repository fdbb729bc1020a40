// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gemflow/core/model.hpp"
#include "gemflow/core/plugin.hpp"
#include "synthesize_api/client/api_calls.hpp"
#include "synthesize_api/hosted/exchange.hpp"
#include "synthesize_api/hosted/gene_orders.hpp"
#include "synthesize_api/hosted/parts.hpp"
#include "synthesize_api/hosted/vocabulary.hpp"
#include "synthesize_api/hosted/whole_answer.hpp"
#include "synthesize_api/wire/reply.hpp"
#include "synthesize_api/journal/journal.hpp"
#include "synthesize_api/wire/model_id.hpp"
#include "synthesize_api/wire/request.hpp"

namespace gemflow::synthesize_api {

/// What a run knows before its first batch; kept in the journal, so that a rerun cuts and spells its batches alike.
struct Agreed {
  Spelling spelling;
  std::vector<std::string> gene_order;  ///< empty: comes with the first answer
  Limit limit;
};

/// A hosted model: cuts a query into bodies, has each answered once, and puts the answers together.
class HostedModel final : public Model {
 public:
  /// The connection and the journal of a run, and what they are for.
  struct Parts {
    ModelId id;
    HostedOptions options;
    std::unique_ptr<ApiCalls> api;
    std::unique_ptr<Journal> journal;
    GeneOrders gene_orders;
    Vocabulary vocabulary;  ///< empty: none is known
  };
  /// Settles what is to be agreed on, which may cost one charged call of one sample.
  HostedModel(Parts parts, Job& job);

  [[nodiscard]] const ModelCard& card() const noexcept override { return card_; }
  [[nodiscard]] Chunk answer(const Query& query, Job& job) override;

 private:
  [[nodiscard]] Chunk answer_parts(const Query& query, Job& job);
  [[nodiscard]] Chunk ask(const Part& part, const std::string& parent, Job& job);
  /// Errors as of read_reply, with the place of the batch.
  [[nodiscard]] WireReply read_answer(ByteSource& reply, const ReplyWanted& wanted, const Body& body) const;
  void check_once(const Query& query, Job& job);
  void note_reply(const std::string& model_version, const std::vector<std::string>& gene_order, Job& job);

  Parts parts_;
  Exchange exchange_;
  Agreed agreed_;
  ModelCard card_;
  std::array<AnswerShape, 4> shapes_;  ///< with and without probabilities and decoder_sample, as a query wants them
  std::mutex mutex_;
  bool is_checked_ = false;
};

/// The card of a hosted model as far as it is known without asking.
[[nodiscard]] ModelCard card_of(const ModelId& id, const std::string& host, const Vocabulary& vocabulary);

/// How many cells go into one body and how many samples come in one reply, given the number of genes (0: not known).
[[nodiscard]] Limit limit_for(Task task, std::size_t n_genes) noexcept;

}  // namespace gemflow::synthesize_api
