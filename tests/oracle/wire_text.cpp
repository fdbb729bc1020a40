// SPDX-License-Identifier: Apache-2.0
// What the API's wire makes of a document that somebody else wrote:
//   wire_text request generate|condition|predict_metadata IN OUT
//   wire_text reply   generate|condition|predict_metadata N_OUTPUTS IN OUT
// reads IN and writes to OUT what was understood, as a query or reply of our own. Exit code 3 and the message on stderr for
// what is refused. A reply of predicted metadata keeps its decoder samples.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "gemflow/core/error.hpp"
#include "synthesize_api/wire/reply.hpp"
#include "synthesize_api/wire/request.hpp"

namespace {

using namespace gemflow;
using namespace gemflow::synthesize_api;

std::string content_of(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return std::move(text).str();
}

Task task_of(std::string_view name) {
  for (const Task task : {Task::generate, Task::condition}) {
    if (name == name_of(task)) return task;
  }
  return Task::predict_metadata;
}

std::string request(Task task, const std::string& text) {
  TextSource body(text);
  WireQuery query = read_request(body, task, 0, {});
  TextSink again;
  write_request(query.query, {query.n_genes, query.seed, {}, query.others}, again);
  return again.text;
}

/// A card that knows the keys of the answer's fields.
ModelCard card_of(const Chunk& answer) {
  ModelCard card;
  for (const Column& column : answer.obs) {
    constexpr std::string_view ending = "_ontology_id";
    const std::string_view name = column.name;
    if (name.size() > ending.size() && name.substr(name.size() - ending.size()) == ending) {
      card.fields.push_back({column.name, "biological", {}, {}, {}, true});
    }
  }
  return card;
}

/// Each output is asked for without metadata.
Query asked(Task task, std::int64_t n) {
  Query query;
  query.task = task;
  query.conditions.resize(1);
  for (std::int64_t i = 0; i < n; ++i) query.samples.push_back({0, -1, i, 0, 0});
  return query;
}

std::string reply(Task task, std::int64_t n, const std::string& text) {
  TextSource body(text);
  const WireReply read = read_reply(body, {task, n, nullptr, true, true});
  const ModelCard card = card_of(read.answer);
  TextSink again;
  ReplyWriter writer(again, {task, &read.gene_order, read.model_version, Modality::bulk}, card);
  writer.append(asked(task, n), read.answer);
  writer.finish();
  return again.text;
}

}  // namespace

int main(int argc, char** argv) {
  const bool is_reply = argc > 1 && std::string_view(argv[1]) == "reply";
  if (argc != (is_reply ? 6 : 5)) return 2;
  try {
    const Task task = task_of(argv[2]);
    const std::string text = content_of(argv[argc - 2]);
    std::ofstream(argv[argc - 1], std::ios::binary) << (is_reply ? reply(task, std::stoll(argv[3]), text) : request(task, text));
    return 0;
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.message());
    return 3;
  }
}
