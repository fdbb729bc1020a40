// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/json_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "gemflow/ops/numbers.hpp"
#include "synthesize_api/wire/json_text.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::size_t deepest = 64;

}  // namespace

std::string_view name_of(Scalar::Kind kind) noexcept {
  constexpr std::array<std::string_view, 4> names{"null", "true or false", "a number", "text"};
  return names[static_cast<std::size_t>(kind)];
}

/// nlohmann's events, and its numbers as text again.
struct JsonReader::Events {
  using Json = nlohmann::json;
  using number_integer_t = Json::number_integer_t;    // NOLINT(readability-identifier-naming): nlohmann's words
  using number_unsigned_t = Json::number_unsigned_t;  // NOLINT(readability-identifier-naming)
  using number_float_t = Json::number_float_t;        // NOLINT(readability-identifier-naming)
  using string_t = Json::string_t;                    // NOLINT(readability-identifier-naming)
  using binary_t = Json::binary_t;                    // NOLINT(readability-identifier-naming)

  JsonReader& reader;

  bool offer(const Scalar& value) {
    reader.offer(value);
    return true;
  }
  bool null() { return offer({}); }
  bool boolean(bool truth) { return offer({Scalar::Kind::boolean, truth, {}}); }
  bool number_integer(number_integer_t number) { return offer({Scalar::Kind::number, false, fmt::to_string(number)}); }
  bool number_unsigned(number_unsigned_t number) { return offer({Scalar::Kind::number, false, fmt::to_string(number)}); }
  bool number_float(number_float_t, const string_t& text) { return offer({Scalar::Kind::number, false, text}); }
  bool string(const string_t& text) { return offer({Scalar::Kind::text, false, text}); }
  static bool binary(const binary_t&) { return false; }
  bool start_object(std::size_t) {
    reader.open(false);
    return true;
  }
  bool start_array(std::size_t) {
    reader.open(true);
    return true;
  }
  bool end_object() {
    reader.close();
    return true;
  }
  bool end_array() {
    reader.close();
    return true;
  }
  bool key(const string_t& name) {
    reader.name(name);
    return true;
  }
  static bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) { return false; }
};

void JsonReader::read() {
  Events events{*this};
  if (!nlohmann::json::sax_parse(WindowIterator(window_), WindowIterator(), &events)) {
    throw no_json_at(window_.position());  // the lexer has taken what does not belong there
  }
}

/// `byte` counts from 1.
Error JsonReader::no_json_at(std::int64_t byte) const {
  const std::string where = with_commas(byte);
  if (window_.was_exhausted()) {
    return Error(kind_, fmt::format("{} is cut off: it ends at byte {}, within its JSON", noun_, where));
  }
  return Error(kind_, fmt::format("{} is no JSON: byte {} does not belong there", noun_, where));
}

void JsonReader::count() {
  window_.token_read();
  if (!levels_.empty() && levels_.back().is_list) ++levels_.back().index;
}

void JsonReader::keep(std::string_view json) {
  kept_text_ += json;
  if (kept_text_.size() > most_kept) throw fault(fmt::format("it is longer than {} bytes", with_commas(most_kept)));
}

/// The comma or colon before what comes next in a kept text.
void JsonReader::separate() {
  const Level& level = levels_.back();
  if (level.is_list && level.index > 0) kept_text_ += ',';
  if (!level.is_list) kept_text_ += ':';
}

void JsonReader::open(bool is_list) {
  count();
  if (levels_.size() == deepest) throw fault(fmt::format("it is nested more than {} deep", deepest));
  const bool within = place() == kept || place() == ignored;
  const int place_here = within ? place() : place_of(is_list);
  if (place_here == kept) {
    if (within) separate();
    keep(is_list ? "[" : "{");
  }
  levels_.push_back({place_here, is_list, -1, {}});
  if (!within && place_here >= 0) entered();
}

void JsonReader::close() {
  window_.token_read();
  const Level last = std::move(levels_.back());
  levels_.pop_back();
  n_left_ = last.index + 1;
  if (last.place == kept) {
    kept_text_ += last.is_list ? ']' : '}';
    if (place() != kept) take_kept(std::exchange(kept_text_, {}));
  } else if (last.place != ignored) {
    left(last.place);
  }
}

void JsonReader::name(std::string_view key) {
  window_.token_read();
  Level& level = levels_.back();
  if (level.place == kept) {
    if (++level.index > 0) kept_text_ += ',';
    std::string text;
    append_text(text, key);
    keep(text);
  } else if (level.place != ignored) {
    level.key = key;
  }
}

void JsonReader::offer(const Scalar& value) {
  count();
  if (place() == ignored) return;
  if (place() != kept) return take(value);
  separate();
  std::string text;
  append_json(text, value);
  keep(text);
}

std::string JsonReader::path() const {
  std::string path;
  for (const Level& level : levels_) {
    if (level.place == kept || level.place == ignored) break;
    if (level.is_list && level.index >= 0) path += fmt::format("[{}]", level.index);
    if (!level.is_list && !level.key.empty()) path += (path.empty() ? "" : ".") + printable(level.key, 80);
  }
  return path.empty() ? std::string(noun_) : path;
}

Error JsonReader::fault(std::string_view what, std::string hint) const {
  return {kind_, fmt::format("{}: {}", path(), what), std::move(hint)};
}

Error JsonReader::element_fault(std::int64_t index, std::string_view what) const {
  return {kind_, fmt::format("{}[{}]: {}", path(), index, what)};
}

}  // namespace gemflow::synthesize_api
