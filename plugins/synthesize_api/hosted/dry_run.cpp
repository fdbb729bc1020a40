// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/dry_run.hpp"

#include <algorithm>

#include "synthesize_api/hosted/metadata_check.hpp"

namespace gemflow::synthesize_api {
namespace {

class CountingSink final : public ByteSink {
 public:
  void write(std::string_view bytes) override { n_bytes += static_cast<std::int64_t>(bytes.size()); }
  std::int64_t n_bytes = 0;
};

}  // namespace

DryRun::DryRun(ModelCard card, Unpaid unpaid, Vocabulary vocabulary, Report& report)
    : card_(std::move(card)), unpaid_(std::move(unpaid)), vocabulary_(std::move(vocabulary)), report_(&report) {
  card_.gene_order.names = unpaid_.agreed.gene_order;
  card_.any_genes = card_.gene_order.names.empty();
  card_.limit = unpaid_.agreed.limit;
  tally_.knows_genes = !card_.any_genes;
}

std::int64_t DryRun::bytes_of(const Part& part) const {
  const CountChunk& counts = part.query.counts;
  if (card_.any_genes && counts.n_cells() > 0) {
    // The file's genes are others and more: what the model's would take, were all of its counts in them.
    constexpr int usual_digits = 2;
    return request_bytes(counts.n_cells(), unpaid_.n_genes, counts.n_nonzeros(), usual_digits);
  }
  CountingSink body;
  write_request(part.query, request_text(unpaid_.agreed.spelling, unpaid_.n_genes, part.seed), body);
  return body.n_bytes;
}

Chunk DryRun::answer(const Query& query, Job& job) {
  job.check_stop();
  if (tally_.n_batches == 0) check_metadata(query.conditions, query.task, vocabulary_, *report_);
  for (const Part& part : parts_of(query)) {
    const std::int64_t n_bytes = bytes_of(part);
    ++tally_.n_batches;
    tally_.n_cells += part.n_outputs();
    tally_.n_bytes += n_bytes;
    tally_.largest = std::max(tally_.largest, n_bytes);
  }
  Chunk none;
  none.counts.append_empty(query.task == Task::predict_metadata ? query.counts.n_cells()
                                                                : static_cast<std::int64_t>(query.samples.size()));
  return none;
}

}  // namespace gemflow::synthesize_api
