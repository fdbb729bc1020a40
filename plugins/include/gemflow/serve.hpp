// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/job.hpp"
#include "gemflow/core/model.hpp"

namespace gemflow {

/// One id of the hosted API and the model that answers under it.
struct ServedModel {
  std::string id;  ///< letters, digits, '.', '_', '-'; at most 64
  Task task = Task::generate;
  Modality modality = Modality::single_cell;  ///< of the wire: the word in the echo, and the default total_count
  Model* model = nullptr;                     ///< not owned
  bool stands_in = false;                     ///< the id is another model's: the list and the page name this one beside it
};

/// A model under its own id: "pbmc", "pbmc_reference-conditioning", "pbmc_predict-metadata", as far as its card can.
[[nodiscard]] std::vector<ServedModel> own_ids(Model& model);

/// A model under a hosted one's id, whose ending says the task. The modalities may differ: a wire is tried out, no biology.
/// Errors: usage (no id, or one that says no task), unsupported (the model does not do it).
[[nodiscard]] ServedModel stand_in(Model& model, const std::string& id);

/// What strangers may cost.
struct ServeLimits {
  std::size_t header_bytes = std::size_t{16} << 10;
  std::size_t body_bytes = std::size_t{64} << 20;    ///< of one query
  std::size_t bodies_bytes = std::size_t{512} << 20; ///< of all that are being sent, on disk beyond 64 KiB each
  int connections = 512;
  std::size_t queries = 256;  ///< that wait or run
  std::size_t results = 1000;
  std::uint64_t results_bytes = std::uint64_t{4} << 30;
  std::chrono::seconds results_age{3600};
  std::chrono::seconds headers_time{10};  ///< from the connection's begin, or the last answer's end, to the whole head
  std::chrono::seconds idle_time{30};     ///< without a byte
};

struct ServeOptions {
  std::vector<ServedModel> models;
  std::string host = "127.0.0.1";  ///< an address of this machine; another than loopback is the caller's decision
  std::uint16_t port = 0;          ///< 0: a free one
  std::string token;               ///< what clients bear: visible ASCII. Empty only where there is a file
  std::filesystem::path token_file;  ///< instead: for its owner alone; made with a new token where there is none
  std::vector<std::string> names;  ///< by which clients may call it besides addresses and "localhost"
  ServeLimits limits;
};

/// How it went.
struct ServeCounts {
  std::int64_t ready = 0;
  std::int64_t failed = 0;
  std::int64_t dropped = 0;  ///< open when the stop came
  std::int64_t samples = 0;  ///< cells made or told of
};

/// Answers queries of the hosted API until a stop is asked for; then the piece that is under way ends, and it returns.
/// Models are asked on the calling thread, one batch at a time, of all open queries in turn; bodies and results lie in a
/// folder of its own in job.scratch, removed at the end. A query holds what it sends, sparse; all together at most half
/// of job.memory. `listening` is told the base URL once clients may come.
/// Errors: io (the address cannot be had, no scratch folder), usage (an id twice, no models, no token, one that others can read),
/// unsupported (GEMFLOW_OFFLINE and more than loopback).
ServeCounts serve(const ServeOptions& options, Job& job, const std::function<void(const std::string& url)>& listening);

/// Answers one query without a server: `reply` holds what a client would download.
/// Errors: usage (it exists and `overwrite` is not set), input (the query, beginning with the field), model, io.
void answer_query(const ServedModel& served, std::string_view query, const std::filesystem::path& reply, bool overwrite, Job& job);

/// 43 letters of the system's entropy, 258 bits.
[[nodiscard]] std::string new_token();

/// Whether only this machine reaches the address: 127.0.0.0/8, ::1, localhost.
[[nodiscard]] bool is_loopback(const std::string& host);

}  // namespace gemflow
