// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/server/queries.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "synthesize_api/server/secrets.hpp"

namespace gemflow::synthesize_api {
namespace {

/// Queries that are answered in turn, so that a small one need not wait for a large one. Each has an open file.
constexpr std::size_t most_turns = 8;
constexpr std::size_t download_letters = 43;

}  // namespace

std::size_t Queries::n_open() const noexcept { return waiting_.size() + turns_.size() + (current_ == nullptr ? 0 : 1); }

bool Queries::has_place() const {
  const std::lock_guard lock(mutex_);
  return n_open() < limits_.queries;
}

bool Queries::is_any_open() const {
  const std::lock_guard lock(mutex_);
  return n_open() > 0;
}

std::size_t Queries::memory_left() const {
  const std::lock_guard lock(mutex_);
  return memory_ - std::min(memory_, held_);
}

std::string Queries::submit(const ServedModel& served, WireQuery asked) {
  auto record = std::make_unique<Record>();
  record->id = random_uuid();
  record->path = folder_ / (record->id + ".json");
  record->memory = OpenQuery::memory_of(asked);
  record->work = std::make_unique<OpenQuery>(served, std::move(asked), record->path);
  std::string id = record->id;
  const std::lock_guard lock(mutex_);
  held_ += record->memory;
  waiting_.push_back(record.get());
  records_.emplace(id, std::move(record));
  arrival_.notify_one();
  return id;
}

std::optional<Queries::View> Queries::view(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(id);
  if (found == records_.end()) return std::nullopt;
  return found->second->view;
}

std::optional<SentFile> Queries::open_result(const std::string& download) const {
  const std::lock_guard lock(mutex_);
  const auto found = downloads_.find(download);
  if (found == downloads_.end()) return std::nullopt;
  const int file = ::open(found->second->path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  return SentFile(file, found->second->bytes);
}

QueryCounts Queries::counts() const {
  const std::lock_guard lock(mutex_);
  QueryCounts counts = totals_;
  for (const auto& [id, record] : records_) {
    switch (record->view.state) {
      case View::State::queued: ++counts.queued; break;
      case View::State::running: ++counts.running; break;
      case View::State::ready: ++counts.ready; break;
      case View::State::failed: ++counts.failed; break;
    }
  }
  return counts;
}

OpenQuery* Queries::next(const std::stop_token& stop, Clock::duration wait) {
  std::unique_lock lock(mutex_);
  arrival_.wait_for(lock, stop, wait, [this] { return !waiting_.empty() || !turns_.empty(); });
  if (stop.stop_requested()) return nullptr;
  admit();
  if (turns_.empty()) return nullptr;
  current_ = turns_.front();
  turns_.pop_front();
  current_->view.state = View::State::running;
  return current_->work.get();
}

void Queries::admit() {
  while (!waiting_.empty() && turns_.size() + (current_ == nullptr ? 0 : 1) < most_turns) {
    turns_.push_back(waiting_.front());
    waiting_.pop_front();
  }
}

void Queries::put_back(std::int64_t n_samples) {
  const std::lock_guard lock(mutex_);
  totals_.samples += n_samples;
  admit();  // who came meanwhile comes first
  turns_.push_back(std::exchange(current_, nullptr));
}

void Queries::finish(std::int64_t n_samples) {
  const std::uint64_t bytes = current_->work->result_bytes();
  {
    const std::lock_guard lock(mutex_);
    totals_.samples += n_samples;
    totals_.result_bytes += bytes;
    ++totals_.all_ready;
    current_->bytes = bytes;
    current_->view.download = random_word(download_letters);
    downloads_.emplace(current_->view.download, current_);
  }
  end(View::State::ready, {});
}

void Queries::fail(std::string message) {
  {
    const std::lock_guard lock(mutex_);
    ++totals_.all_failed;
  }
  end(View::State::failed, std::move(message));
}

void Queries::end(View::State state, std::string message) {
  const std::unique_ptr<OpenQuery> over = std::move(current_->work);  // freed after the lock
  const std::lock_guard lock(mutex_);
  held_ -= current_->memory;
  current_->view.state = state;
  current_->view.message = std::move(message);
  current_->ended = Clock::now();
  ended_.push_back(std::exchange(current_, nullptr));
}

void Queries::expire(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  while (!ended_.empty()) {
    const bool is_old = now - ended_.front()->ended >= limits_.results_age;
    const bool is_too_much = ended_.size() > limits_.results || totals_.result_bytes > limits_.results_bytes;
    const bool is_one_of_many = is_too_much && ended_.size() > 1;
    if (!is_old && !is_one_of_many) break;
    forget_oldest();
  }
}

void Queries::forget_oldest() {
  const Record* oldest = ended_.front();
  ended_.pop_front();
  ::unlink(oldest->path.c_str());
  totals_.result_bytes -= oldest->bytes;
  downloads_.erase(oldest->view.download);
  records_.erase(std::string(oldest->id));
}

}  // namespace gemflow::synthesize_api
