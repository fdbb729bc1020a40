// SPDX-License-Identifier: Apache-2.0
#include "gemflow/api_query.hpp"

#include <nlohmann/json.hpp>

#include "gemflow/core/error.hpp"
#include "synthesize_api/wire/request.hpp"
#include "synthesize_api/wire/small_json.hpp"

namespace gemflow {
namespace {

using Json = nlohmann::json;

/// The keys of the objects in `inputs`; nothing is kept of what stands below them.
class InputKeys final : public nlohmann::json_sax<Json> {
 public:
  bool has_inputs = false, has_counts = false, has_metadata = false;

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return ++depth_ < synthesize_api::most_depth; }
  bool start_array(std::size_t) override { return ++depth_ < synthesize_api::most_depth; }
  bool end_object() override { return --depth_, true; }
  bool end_array() override { return --depth_, true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

  bool key(string_t& name) override {
    constexpr int top = 1;
    constexpr int input = 3;
    if (depth_ == top) in_inputs_ = name == "inputs";
    has_inputs = has_inputs || (depth_ == top && in_inputs_);
    if (depth_ != input || !in_inputs_) return true;
    has_counts = has_counts || name == "counts";
    has_metadata = has_metadata || name == "metadata" || name == "num_samples";
    return true;
  }

 private:
  int depth_ = 0;
  bool in_inputs_ = false;
};

}  // namespace

Task task_of_query(std::string_view json) {
  InputKeys keys;
  if (!Json::sax_parse(json, &keys)) throw Error(ErrorKind::input, "the query is not one JSON object");
  if (!keys.has_inputs) throw Error(ErrorKind::input, "the query has no 'inputs'");
  if (!keys.has_counts) return Task::generate;
  return keys.has_metadata ? Task::condition : Task::predict_metadata;
}

ApiQuery read_api_query(std::string_view json, Task task, std::int64_t n_genes) {
  synthesize_api::TextSource text(json);
  synthesize_api::WireQuery read = synthesize_api::read_request(text, task, n_genes, {});
  ApiQuery query;
  query.task = task;
  query.counts = std::move(read.query.counts);
  query.conditions = std::move(read.query.conditions);
  query.num_samples = std::move(read.num_samples);
  query.options = std::move(read.query.options);
  query.has_seed = read.seed.has_value();
  for (const auto& [key, value] : read.others) {
    if (key != "source") query.unknown_keys.push_back(key);
  }
  return query;
}

}  // namespace gemflow
