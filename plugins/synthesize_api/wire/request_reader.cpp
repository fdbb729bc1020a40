// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/request_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "gemflow/core/nearest.hpp"
#include "gemflow/ops/numbers.hpp"
#include "synthesize_api/wire/count_list.hpp"
#include "synthesize_api/wire/json_text.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::string_view mean_word = "mean estimation";
constexpr std::string_view sample_word = "sample generation";
constexpr std::size_t most_groups = 16;  // of latents in `conditioning`
constexpr double most_counts = 1e9;      // of one sample; the deepest sequencing runs have some 10^10 reads for hundreds

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

RequestReader::RequestReader(ByteSource& body, Task task, std::int64_t n_genes, const RequestLimits& limits)
    : JsonReader(body, "the query", ErrorKind::input), task_(task), limits_(limits) {
  query_.query.task = task;
  query_.n_genes = n_genes;
}

WireQuery RequestReader::read_query() {
  read();
  finish();
  return std::move(query_);
}

bool RequestReader::knows(std::string_view key) const noexcept {
  if (is_one_of(key, {"inputs", "seed"})) return true;
  if (task_ == Task::predict_metadata) return false;
  if (is_one_of(key, {"sampling_strategy", "mode", "total_count", "deterministic_latents"})) return true;
  return task_ == Task::condition && is_one_of(key, {"fixed_total_count", "conditioning"});
}

// --- what lists and objects are -----------------------------------------------------------------------------------------------

int RequestReader::place_of(bool is_list) {
  const std::string_view found = is_list ? "a list" : "an object";
  switch (place()) {
    case outside:
      if (is_list) throw misplaced(found, "an object");
      return root;
    case root: return place_in_root(is_list);
    case inputs:
      if (is_list) throw misplaced(found, "an object");
      if (index() >= limits_.inputs) throw fault(fmt::format("there are more than {} inputs", with_commas(limits_.inputs)));
      seen_input_.clear();
      query_.num_samples.push_back(1);
      if (task_ != Task::predict_metadata) query_.query.conditions.emplace_back();
      return input;
    case input: return place_in_input(is_list);
    case counts_object:
      if (key() != "counts" || !is_list) throw misplaced(found, "\"counts\" with a list");
      once("counts within counts");
      return counts;
    case metadata: return task_ == Task::predict_metadata ? ignored : kept;
    case counts: throw misplaced(found, "a count");
    default: throw misplaced(found, "text");
  }
}

int RequestReader::place_in_root(bool is_list) {
  if (!knows(key())) return kept;
  const std::string_view found = is_list ? "a list" : "an object";
  if (key() == "inputs") {
    if (!is_list) throw misplaced(found, "a list of inputs");
    once("inputs");
    return inputs;
  }
  if (key() != "conditioning") throw misplaced(found, "a single value");
  if (!is_list) throw misplaced(found, "a list of latent groups");
  query_.query.options.conditioning.clear();
  return conditioning;
}

int RequestReader::place_in_input(bool is_list) {
  if (key() == "counts") return place_of_counts(is_list);
  if (key() != "metadata") throw misplaced(is_list ? "a list" : "an object", "a whole number");
  if (is_list) throw misplaced("a list", "an object");
  once("metadata");
  return metadata;
}

int RequestReader::place_of_counts(bool is_list) {
  if (task_ == Task::generate) throw fault("the model takes no counts", "ask a model whose id ends in _reference-conditioning");
  once("counts");
  return is_list ? counts : counts_object;
}

void RequestReader::entered() {
  if (place() != counts) return;
  const ListRead list = read_counts(window(), {.most_nonzeros = limits_.nonzeros}, rows_);
  if (!list.is_json) throw no_json();
  if (!list.fault.empty()) throw element_fault(list.length, list.fault);
  taken(list.length);
}

void RequestReader::left(int which) {
  if (which == counts) {
    const std::int64_t length = n_left();
    if (query_.n_genes == 0) query_.n_genes = length;
    if (length == 0) throw fault("the list is empty");
    if (length != query_.n_genes) {
      throw fault(fmt::format("there are {} counts where the model has {} genes", with_commas(length),
                              with_commas(query_.n_genes)));
    }
    rows_.end_row();
  } else if (which == input) {
    end_input();
  }
}

void RequestReader::end_input() {
  if (task_ != Task::generate && !seen_input_.contains("counts")) throw fault("it has no counts");
  if (task_ != Task::generate && rows_.n_rows() != index() + 1) throw fault("its counts hold no list");
  n_samples_ += query_.num_samples.back();
  if (n_samples_ > limits_.samples) {
    throw fault(fmt::format("with it there are more than {} samples", with_commas(limits_.samples)));
  }
}

// --- single values ------------------------------------------------------------------------------------------------------------

void RequestReader::take(const Scalar& value) {
  switch (place()) {
    case root: return take_in_root(value);
    case input: return take_in_input(value);
    case metadata: return take_metadata(value);
    case conditioning:
      if (value.kind != Scalar::Kind::text) throw misplaced(name_of(value.kind), "text");
      if (index() >= static_cast<std::int64_t>(most_groups)) throw fault(fmt::format("there are more than {} groups", most_groups));
      query_.query.options.conditioning.emplace_back(value.text);
      return;
    case counts: throw misplaced(name_of(value.kind), "a count");
    case counts_object: throw misplaced(name_of(value.kind), "\"counts\" with a list");
    default: throw misplaced(name_of(value.kind), "an object");
  }
}

void RequestReader::take_in_root(const Scalar& value) {
  if (!knows(key())) {
    std::string json;
    append_json(json, value);
    return keep_other(std::move(json));
  }
  if (value.kind == Scalar::Kind::null && key() != "inputs") return;
  if (key() == "inputs") throw misplaced(name_of(value.kind), "a list of inputs");
  take_option(value);
}

void RequestReader::take_option(const Scalar& value) {
  QueryOptions& options = query_.query.options;
  if (key() == "seed") {
    query_.seed = seed_of(value);
  } else if (key() == "total_count") {
    options.total_count = whole_of(value);
    if (*options.total_count <= 0) throw fault(fmt::format("{} is not above 0", value.text));
    if (*options.total_count > most_counts) {
      throw fault(fmt::format("{} is more than the {} counts of one sample", value.text, with_commas(static_cast<std::int64_t>(most_counts))));
    }
  } else if (key() == "fixed_total_count") {
    options.fixed_total_count = truth_of(value);
  } else if (key() == "deterministic_latents") {
    options.deterministic_latents = truth_of(value);
  } else if (key() == "conditioning") {
    if (value.kind != Scalar::Kind::text) throw misplaced(name_of(value.kind), "a list of latent groups");
    options.conditioning = {std::string(value.text)};
  } else {
    take_sampling(value);
  }
}

void RequestReader::take_sampling(const Scalar& value) {
  if (value.kind != Scalar::Kind::text) throw misplaced(name_of(value.kind), "text");
  if (value.text != mean_word && value.text != sample_word) {
    throw fault(fmt::format("'{}' is no sampling strategy", printable(value.text)),
                fmt::format("known are '{}' and '{}'", mean_word, sample_word));
  }
  if (!sampling_word_.empty() && sampling_word_ != value.text) {
    throw fault(fmt::format("'{}' contradicts '{}', which stands before it", value.text, sampling_word_));
  }
  sampling_word_ = value.text;
  query_.query.options.sampling = value.text == mean_word ? Sampling::mean : Sampling::sample;
}

void RequestReader::take_in_input(const Scalar& value) {
  if (key() == "counts") throw misplaced(name_of(value.kind), "a list of counts");
  if (key() == "metadata" && value.kind == Scalar::Kind::null) return;
  if (key() == "metadata") throw misplaced(name_of(value.kind), "an object");
  if (key() != "num_samples") {
    const std::array<std::string, 3> known{"counts", "metadata", "num_samples"};
    throw fault("an input has no such key", did_you_mean(key(), known));
  }
  once("num_samples");
  const double n = whole_of(value);
  if (n < 1) throw fault(fmt::format("{} is below 1", value.text));
  if (task_ == Task::predict_metadata && n != 1) throw fault(fmt::format("{} where each input has one answer", value.text));
  if (n > static_cast<double>(limits_.samples)) {
    throw fault(fmt::format("{} is more than the {} samples of one query", value.text, with_commas(limits_.samples)));
  }
  query_.num_samples.back() = static_cast<std::int64_t>(n);
}

void RequestReader::take_metadata(const Scalar& value) {
  if (task_ == Task::predict_metadata || value.kind == Scalar::Kind::null) return;
  weigh(key().size() + value.text.size());
  Metadata& condition = query_.query.conditions.back();
  if (value.kind == Scalar::Kind::boolean) return condition.set_json(key(), value.truth ? "true" : "false");
  if (value.kind == Scalar::Kind::text) return condition.set(key(), std::string(value.text));
  std::string text;
  append_number(text, number_of(value.text));
  condition.set(key(), std::move(text));
}

void RequestReader::take_kept(std::string json) {
  if (place() == root) return keep_other(std::move(json));
  weigh(key().size() + json.size());
  query_.query.conditions.back().set_json(key(), std::move(json));
}

void RequestReader::keep_other(std::string json) {
  weigh(key().size() + json.size());
  auto& others = query_.others;
  const auto at = std::find_if(others.begin(), others.end(), [&](const auto& other) { return other.first == key(); });
  if (at == others.end()) {
    others.emplace_back(key(), std::move(json));
  } else {
    at->second = std::move(json);
  }
}

// --- the whole ----------------------------------------------------------------------------------------------------------------

void RequestReader::finish() {
  Query& query = query_.query;
  if (!seen_.contains("inputs")) throw Error(ErrorKind::input, "inputs: the key is missing");
  if (query_.num_samples.empty()) throw Error(ErrorKind::input, "inputs: the list is empty");
  query.counts = rows_.finish(false);
  if (query.counts.n_cells() == 0) query_.n_genes = 0;
  query.options.seed = query_.seed.value_or(0);
  if (task_ == Task::predict_metadata) return;
  for (std::size_t i = 0; i < query_.num_samples.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i);
    for (std::int64_t replicate = 0; replicate < query_.num_samples[i]; ++replicate) {
      query.samples.push_back({static_cast<std::int32_t>(i), task_ == Task::condition ? number : -1, number, replicate,
                               query.options.seed});
    }
  }
}

/// Twice the same key where values would be added or lost: it is said and not guessed.
void RequestReader::once(std::string_view what) {
  auto& seen = place() == root ? seen_ : seen_input_;
  if (!seen.emplace(what).second) throw fault("it stands there twice");
}

void RequestReader::weigh(std::size_t bytes) {
  metadata_bytes_ += bytes;
  if (metadata_bytes_ <= limits_.metadata_bytes) return;
  throw fault(fmt::format("metadata and further keys are longer than {} bytes",
                          with_commas(static_cast<std::int64_t>(limits_.metadata_bytes))));
}

Error RequestReader::misplaced(std::string_view found, std::string_view wanted) const {
  return fault(fmt::format("{} stands where {} belongs", found, wanted));
}

bool RequestReader::truth_of(const Scalar& value) const {
  if (value.kind != Scalar::Kind::boolean) throw misplaced(name_of(value.kind), "true or false");
  return value.truth;
}

double RequestReader::whole_of(const Scalar& value) const {
  if (value.kind != Scalar::Kind::number) throw misplaced(name_of(value.kind), "a whole number");
  const double number = number_of(value.text);
  if (number != std::floor(number) || !std::isfinite(number)) throw fault(fmt::format("{} is not whole", value.text));
  return number;
}

std::uint64_t RequestReader::seed_of(const Scalar& value) const {
  const double number = whole_of(value);
  std::uint64_t seed = 0;
  const char* const end = value.text.data() + value.text.size();
  const auto [at, error] = std::from_chars(value.text.data(), end, seed);
  if (error == std::errc() && at == end) return seed;
  constexpr double beyond = 18446744073709551616.0;  // 2^64
  if (number < 0 || number >= beyond) throw fault(fmt::format("{} is not between 0 and 2^64 - 1", value.text));
  return static_cast<std::uint64_t>(number);
}

WireQuery read_request(ByteSource& body, Task task, std::int64_t n_genes, const RequestLimits& limits) {
  return RequestReader(body, task, n_genes, limits).read_query();
}

}  // namespace gemflow::synthesize_api
