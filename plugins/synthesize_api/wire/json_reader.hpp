// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/error.hpp"
#include "synthesize_api/wire/window.hpp"

namespace gemflow::synthesize_api {

/// A value that is neither list nor object.
struct Scalar {
  enum class Kind { null, boolean, number, text };
  Kind kind = Kind::null;
  bool truth = false;
  std::string_view text;  ///< of a text; of a number as the document writes it
};

/// "a list", "an object", "a number" and so on: how messages call what stands where something else belongs.
[[nodiscard]] std::string_view name_of(Scalar::Kind kind) noexcept;

/// Reads a JSON document of any size without holding it. Whoever derives from it says what each list and object is
/// (its place, a number of its own) and takes the values; nothing recurses.
class JsonReader {
 public:
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;
  virtual ~JsonReader() = default;

 protected:
  static constexpr int ignored = -1;  ///< a place whose content is passed over
  static constexpr int kept = -2;     ///< a place whose content is kept as JSON text
  static constexpr int outside = -3;  ///< what the document itself stands in
  static constexpr std::size_t most_kept = 1 << 20;  ///< bytes of one kept text

  /// `noun`: what the document is called in messages, "the query". `kind`: of the errors that `fault` makes.
  JsonReader(ByteSource& source, std::string_view noun, ErrorKind kind) noexcept
      : window_(source), noun_(noun), kind_(kind) {}

  /// Errors: input (no JSON, cut off, nested too deeply), and those of the derived class.
  void read();

  /// The place of the list or object that begins here.
  virtual int place_of(bool is_list) = 0;
  /// It has begun; its content may be taken from the window, up to a value, a key or the bracket that closes it.
  virtual void entered() {}
  virtual void left(int place) = 0;
  virtual void take(const Scalar& value) = 0;
  virtual void take_kept(std::string json) = 0;

  [[nodiscard]] Window& window() noexcept { return window_; }
  /// The place around what is being read, and its key or number in there.
  [[nodiscard]] int place() const noexcept { return levels_.empty() ? outside : levels_.back().place; }
  [[nodiscard]] const std::string& key() const noexcept { return levels_.back().key; }
  /// The key of what was entered, in the object around it. REQUIRES: it stands in an object.
  [[nodiscard]] const std::string& outer_key() const noexcept { return levels_[levels_.size() - 2].key; }
  [[nodiscard]] std::int64_t index() const noexcept { return levels_.back().index; }
  /// "inputs[1].counts[5]"; the noun outside of everything.
  [[nodiscard]] std::string path() const;
  /// "<path>: <what>", to be thrown.
  [[nodiscard]] Error fault(std::string_view what, std::string hint = {}) const;
  /// Of an element of the list that was entered, which the lexer has not seen.
  [[nodiscard]] Error element_fault(std::int64_t index, std::string_view what) const;
  /// That the window's begin is no JSON, or that the document ends there.
  [[nodiscard]] Error no_json() const { return no_json_at(window_.position() + 1); }
  /// Of the list that was entered, so many elements were taken from the window.
  void taken(std::int64_t n_elements) noexcept { levels_.back().index += n_elements; }
  /// How many elements the list had that was left last.
  [[nodiscard]] std::int64_t n_left() const noexcept { return n_left_; }

 private:
  struct Level {
    int place;
    bool is_list;
    std::int64_t index = -1;
    std::string key;
  };
  struct Events;

  void open(bool is_list);
  void close();
  void name(std::string_view key);
  void offer(const Scalar& value);
  void count();
  void keep(std::string_view json);
  void separate();
  [[nodiscard]] Error no_json_at(std::int64_t byte) const;

  Window window_;
  std::string_view noun_;
  ErrorKind kind_;
  std::vector<Level> levels_;
  std::string kept_text_;
  std::int64_t n_left_ = 0;
};

}  // namespace gemflow::synthesize_api
