// SPDX-License-Identifier: Apache-2.0
// Rounds of the API's wire, timed without start-up and files:  wire COUNTS REQUEST REPLY
// COUNTS is int64 with its two sizes in front, rows of cells; REQUEST is written from it, REPLY is read. One round, and one line
// of JSON, for each line of the standard input: whoever compares takes turns with it, and both sides keep their memory.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "synthesize_api/wire/reply.hpp"
#include "synthesize_api/wire/request.hpp"

namespace {

using namespace gemflow;
using namespace gemflow::synthesize_api;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

std::string content_of(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return std::move(text).str();
}

CountChunk counts_of(const std::string& bytes, std::int64_t& n_genes) {
  std::vector<std::int64_t> numbers(bytes.size() / sizeof(std::int64_t));
  bytes.copy(reinterpret_cast<char*>(numbers.data()), numbers.size() * sizeof(std::int64_t));
  n_genes = numbers.at(1);
  CountChunk counts;
  for (std::size_t at = 2; at < numbers.size(); at += static_cast<std::size_t>(n_genes)) {
    std::vector<std::int32_t> genes;
    std::vector<double> values;
    for (std::int32_t gene = 0; gene < n_genes; ++gene) {
      const std::int64_t count = numbers[at + static_cast<std::size_t>(gene)];
      if (count == 0) continue;
      genes.push_back(gene);
      values.push_back(static_cast<double>(count));
    }
    counts.append(genes, values);
  }
  return counts;
}

/// Writes the request and reads the reply.
void tell_round(const Query& query, std::int64_t n_genes, const std::string& reply_text, const char* request_path) {
  const auto write_began = Clock::now();
  TextSink body;
  body.text.reserve(static_cast<std::size_t>(request_bytes(query.counts.n_cells(), n_genes, query.counts.n_nonzeros(), 4)));
  write_request(query, {n_genes, 7, {}, {}}, body);
  const double write = seconds_since(write_began);

  const auto read_began = Clock::now();
  TextSource source(reply_text);
  ReplyWanted wanted;
  wanted.n_outputs = query.counts.n_cells();
  const WireReply reply = read_reply(source, wanted);
  const double read = seconds_since(read_began);

  std::ofstream(request_path, std::ios::binary) << body.text;
  double sum = 0;
  for (const double value : reply.answer.counts.values()) sum += value;
  fmt::print("{{\"write\": {:.6f}, \"read\": {:.6f}, \"nonzeros\": {}, \"sum\": {:.0f}}}\n", write, read,
             reply.answer.counts.n_nonzeros(), sum);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::int64_t n_genes = 0;
  Query query;
  query.task = Task::predict_metadata;
  query.counts = counts_of(content_of(argv[1]), n_genes);
  const std::string reply_text = content_of(argv[3]);

  for (std::string line; std::getline(std::cin, line);) tell_round(query, n_genes, reply_text, argv[2]);
}
