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

Chunk DryRun::answer(const Query& query, Job& job) {
  job.check_stop();
  if (tally_.n_batches == 0) check_metadata(query.conditions, query.task, vocabulary_, *report_);
  for (const Part& part : parts_of(query)) {
    CountingSink body;
    RequestText says;
    // Genes that are not known yet are counted all the same: the file's own may be fewer.
    const auto n_own = part.query.counts.genes().empty() ? 0 : *std::max_element(part.query.counts.genes().begin(), part.query.counts.genes().end()) + 1;
    says.n_genes = std::max<std::int64_t>(unpaid_.n_genes, n_own);
    says.seed = part.seed;
    says.spelling = unpaid_.agreed.spelling;
    says.others = {{"source", "\"gemflow\""}};
    write_request(part.query, says, body);
    ++tally_.n_batches;
    tally_.n_cells += part.n_outputs();
    tally_.n_bytes += body.n_bytes;
    tally_.largest = std::max(tally_.largest, body.n_bytes);
  }
  Chunk none;
  none.counts.append_empty(query.task == Task::predict_metadata ? query.counts.n_cells()
                                                                : static_cast<std::int64_t>(query.samples.size()));
  return none;
}

}  // namespace gemflow::synthesize_api
