// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "synthesize_api/wire/documents.hpp"
#include "synthesize_api/wire/small_json.hpp"

namespace gemflow::synthesize_api {
namespace {

using Json = nlohmann::json;

/// Walks over an example query and keeps what `ExampleQuery` tells. A place is named by its keys: "inputs/0/counts", elements
/// by their number, without the "example_query" that may stand around.
class ExampleWalk final : public nlohmann::json_sax<Json> {
 public:
  ExampleQuery found;
  bool has_inputs = false;
  bool is_too_deep = false;

  bool null() override { return value(nullptr); }
  bool boolean(bool) override { return value(nullptr); }
  bool number_integer(number_integer_t) override { return value(nullptr); }
  bool number_unsigned(number_unsigned_t) override { return value(nullptr); }
  bool number_float(number_float_t, const string_t&) override { return value(nullptr); }
  bool string(string_t& text) override { return value(&text); }
  bool binary(binary_t&) override { return value(nullptr); }

  bool key(string_t& name) override {
    levels_.back().key = name;
    if (is_query(levels_.size())) found.keys.push_back(name);
    return true;
  }
  bool start_object(std::size_t) override { return begin(false); }
  bool end_object() override { return end(); }
  bool start_array(std::size_t) override { return begin(true); }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  struct Level {
    bool is_array = false;
    std::int64_t n = 0;  ///< elements that came
    std::string key;     ///< an object's last key
  };

  /// Where the query's own keys stand: at the root, or one level below "example_query".
  [[nodiscard]] bool is_wrapped() const { return !levels_.empty() && levels_.front().key == "example_query"; }
  [[nodiscard]] bool is_query(std::size_t depth) const { return depth == (is_wrapped() ? 2U : 1U); }

  [[nodiscard]] std::string place() const {
    std::string text;
    for (std::size_t i = is_wrapped() ? 1 : 0; i < levels_.size(); ++i) {
      if (!text.empty()) text += '/';
      text += levels_[i].is_array ? fmt::format("{}", levels_[i].n) : levels_[i].key;
    }
    return text;
  }

  bool value(const std::string* text) {
    if (in_counts_) {
      ++found.n_genes;
    } else if (text != nullptr && is_query(levels_.size())) {
      keep(levels_.back().key, *text);
    }
    next();
    return true;
  }

  void keep(const std::string& key, const std::string& text) {
    if (key == "sampling_strategy" || key == "mode") {
      found.says_sampling = true;
      found.spelling.says_mode = key == "mode";
      found.sampling = text;
    }
    if (key == "modality") found.spelling.modality = text;
  }

  bool begin(bool is_array) {
    const std::string here = place();
    if (here == "inputs") has_inputs = true;
    if (here == "inputs/0/counts" && !is_array) found.spelling.nested_counts = true;
    in_counts_ = is_array && (here == "inputs/0/counts" || here == "inputs/0/counts/counts");
    levels_.push_back({is_array, 0, {}});
    is_too_deep = levels_.size() > most_depth;
    return !is_too_deep;
  }

  bool end() {
    in_counts_ = false;
    const std::int64_t n = levels_.back().n;
    levels_.pop_back();
    if (place() == "inputs") found.n_inputs = n;
    next();
    return true;
  }

  void next() {
    if (!levels_.empty() && levels_.back().is_array) ++levels_.back().n;
  }

  std::vector<Level> levels_;
  bool in_counts_ = false;
};

}  // namespace

ExampleQuery read_example_query(std::string_view body) {
  constexpr std::string_view name = "the example query";
  ExampleWalk walk;
  if (!Json::sax_parse(body, &walk)) {
    if (walk.is_too_deep) throw Error(ErrorKind::model, fmt::format("{} nests deeper than {} levels", name, most_depth));
    throw Error(ErrorKind::model, fmt::format("{} is no JSON: '{}'", name, printable(trimmed(body.substr(0, 400)))));
  }
  if (!walk.has_inputs) throw Error(ErrorKind::model, fmt::format("{} has no 'inputs': '{}'", name, printable(body)));
  return walk.found;
}

}  // namespace gemflow::synthesize_api
