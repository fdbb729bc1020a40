// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/destination.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/serve.hpp"
#include "synthesize_api/server/open_query.hpp"
#include "synthesize_api/server/spool.hpp"
#include "synthesize_api/wire/request.hpp"

namespace gemflow {

void answer_query(const ServedModel& served, std::string_view query, const std::filesystem::path& reply, bool overwrite, Job& job) {
  using namespace synthesize_api;
  Destination out(reply, {overwrite, {}}, job);
  TextSource text(query);
  const auto n_genes = static_cast<std::int64_t>(served.model->card().gene_order.size());
  const PrivateFolder scratch(job.scratch);
  const std::filesystem::path result = scratch.path() / "reply.json";
  OpenQuery open(served, read_request(text, served.task, n_genes, {}), result);
  while (open.answer_piece(job)) {}
  out.copy_of(result);
  out.commit();
}

}  // namespace gemflow
