// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdlib>
#include <future>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "gemflow/serve.hpp"
#include "support/files.hpp"
#include "support/http_client.hpp"

namespace gemflow::test {

/// A server for one test, on a free port, ended with it.
class Served {
 public:
  explicit Served(ServeOptions options, std::size_t memory = std::size_t{256} << 20) {
    options.token = "a-key";
    job_.memory = memory;
    job_.scratch = scratch_.path();
    job_.stop = stop_.get_token();
    std::promise<std::string> url;
    std::future<std::string> known = url.get_future();
    thread_ = std::thread([this, options = std::move(options), &url] {
      counts_ = serve(options, job_, [&](const std::string& where) { url.set_value(where); });
    });
    const std::string where = known.get();
    client.port = static_cast<std::uint16_t>(std::atoi(where.c_str() + where.rfind(':') + 1));
    client.token = "a-key";
  }
  ~Served() { static_cast<void>(end()); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  void ask_to_stop() { stop_.request_stop(); }
  ServeCounts end() {
    stop_.request_stop();
    if (thread_.joinable()) thread_.join();
    return counts_;
  }
  [[nodiscard]] const std::filesystem::path& scratch() const noexcept { return scratch_.path(); }

  using Json = nlohmann::json;
  /// Starts a query; fails the test's assumption by a throw where it is not taken.
  [[nodiscard]] std::string submit(const std::string& model, const std::string& body) const {
    return Json::parse(client.post("/api/models/" + model + "/predict", body).body).at("modelQueryId").get<std::string>();
  }
  [[nodiscard]] Json status(const std::string& query) const {
    return Json::parse(client.get("/api/model-queries/" + query + "/status").body);
  }
  /// Waits until it is ready or failed.
  [[nodiscard]] Json ended(const std::string& query) const {
    for (;;) {
      Json now = status(query);
      if (now.at("status") == "ready" || now.at("status") == "failed") return now;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  /// The path of a downloadUrl.
  [[nodiscard]] static std::string path_of(const std::string& url) { return url.substr(url.find('/', 7)); }
  /// From the query to its result's text.
  [[nodiscard]] std::string result(const std::string& model, const std::string& body) const {
    const Json ready = ended(submit(model, body));
    return client.ask("GET", path_of(ready.at("downloadUrl")), {{"Host", client.host()}}).body;
  }

  ApiClient client;

 private:
  TempFolder scratch_;
  std::stop_source stop_;
  Job job_;
  ServeCounts counts_;
  std::thread thread_;
};

/// A model that takes any genes and waits with each answer until it is let through.
class GatedModel final : public Model {
 public:
  GatedModel() {
    card_.id = "gated";
    card_.any_genes = true;
    card_.tasks = {Task::predict_metadata};
    card_.limit.cells = 1;
  }
  [[nodiscard]] const ModelCard& card() const noexcept override { return card_; }
  Chunk answer(const Query& query, Job&) override {
    std::unique_lock lock(mutex_);
    ++n_asked_;
    change_.notify_all();
    change_.wait(lock, [this] { return n_let_ > 0; });
    --n_let_;
    Chunk answer;
    answer.counts.append_empty(query.counts.n_cells());
    return answer;
  }

  void let(int n) {
    const std::lock_guard lock(mutex_);
    n_let_ += n;
    change_.notify_all();
  }
  void wait_until_asked(int n) {
    std::unique_lock lock(mutex_);
    change_.wait(lock, [&] { return n_asked_ >= n; });
  }

 private:
  ModelCard card_;
  std::mutex mutex_;
  std::condition_variable change_;
  int n_let_ = 0;
  int n_asked_ = 0;
};

}  // namespace gemflow::test
