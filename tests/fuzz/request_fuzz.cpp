// SPDX-License-Identifier: Apache-2.0
// A query from a stranger: it is read or refused, the same whether it comes whole or piece by piece; what is read can be
// written, and is read as the same.
#include <cstdlib>
#include <string>

#include "fuzz/target.hpp"
#include "gemflow/core/error.hpp"
#include "support/slow_source.hpp"
#include "synthesize_api/wire/request.hpp"

namespace {

using namespace gemflow;
using namespace gemflow::synthesize_api;

constexpr RequestLimits few{20, 50, 2000, 5000};

/// What was understood, as our own text, or why it was refused.
std::string outcome(std::string_view text, Task task, std::size_t piece) {
  try {
    test::SlowSource body(text, piece);
    const WireQuery query = read_request(body, task, 0, few);
    TextSink again;
    write_request(query.query, {query.n_genes, query.seed, {}, query.others}, again);
    return again.text;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) std::abort();
    return "refused: " + error.message();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Task task = static_cast<Task>(data[0] % 3);
  const std::string text(data + 1, data + size);
  const std::string whole = outcome(text, task, text.size() + 1);
  require_same(outcome(text, task, 1 + data[0] / 3), whole);
  const bool is_refused = whole.rfind("refused: ", 0) == 0;
  if (!is_refused) require_same(outcome(whole, task, whole.size()), whole);
  return 0;
}
