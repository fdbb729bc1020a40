// SPDX-License-Identifier: Apache-2.0
// A result from a server: it is read or refused, the same whether it comes whole or piece by piece; the counts that are read
// can be written, and are read as the same.
#include <cstdlib>
#include <string>

#include "fuzz/target.hpp"
#include "gemflow/core/error.hpp"
#include "support/slow_source.hpp"
#include "synthesize_api/wire/reply.hpp"

namespace {

using namespace gemflow;
using namespace gemflow::synthesize_api;

std::string written(const WireReply& reply, const ReplyWanted& wanted) {
  Query asked;
  asked.conditions.resize(1);
  asked.samples.resize(static_cast<std::size_t>(wanted.n_outputs));
  const ModelCard card;
  TextSink again;
  ReplyWriter writer(again, {wanted.task, &reply.gene_order, reply.model_version, Modality::bulk}, card);
  writer.append(asked, reply.answer);
  writer.finish();
  return again.text;
}

/// What was understood, as our own text, or why it was refused.
std::string outcome(std::string_view text, const ReplyWanted& wanted, std::size_t piece) {
  try {
    test::SlowSource body(text, piece);
    const WireReply reply = read_reply(body, wanted);
    // A decoder sample needs no gene_order; only with one can it be written.
    const bool is_writable = !wanted.decoder_sample || !reply.gene_order.empty();
    return is_writable ? written(reply, wanted) : "read";
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input && error.kind() != ErrorKind::model) std::abort();
    return "refused: " + error.message();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choice = data[0];
  ReplyWanted wanted;
  wanted.task = choice % 2 == 0 ? Task::generate : Task::predict_metadata;
  wanted.n_outputs = 1 + choice / 2 % 2;
  wanted.decoder_sample = wanted.task == Task::predict_metadata && choice / 4 % 2 == 1;
  const std::string text(data + 1, data + size);
  const std::string whole = outcome(text, wanted, text.size() + 1);
  require_same(outcome(text, wanted, 1 + choice / 8), whole);
  const bool is_text = !whole.empty() && whole[0] == '{';
  if (is_text && wanted.task == Task::generate) require_same(outcome(whole, wanted, whole.size()), whole);
  return 0;
}
