// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "synthesize_api/wire/count_rows.hpp"
#include "synthesize_api/wire/json_reader.hpp"
#include "synthesize_api/wire/request.hpp"

namespace gemflow::synthesize_api {

/// Reads one body; see read_request.
class RequestReader final : public JsonReader {
 public:
  RequestReader(ByteSource& body, Task task, std::int64_t n_genes, const RequestLimits& limits);

  [[nodiscard]] WireQuery read_query();

 private:
  enum Place : int { root, inputs, input, counts_object, counts, metadata, conditioning };

  int place_of(bool is_list) override;
  void entered() override;
  void left(int place) override;
  void take(const Scalar& value) override;
  void take_kept(std::string json) override;

  int place_in_root(bool is_list);
  int place_in_input(bool is_list);
  int place_of_counts(bool is_list);
  void take_in_root(const Scalar& value);
  void take_in_input(const Scalar& value);
  void take_option(const Scalar& value);
  void take_sampling(const Scalar& value);
  void take_metadata(const Scalar& value);
  void keep_other(std::string json);
  void end_input();
  void finish();

  /// Whether the task knows a top-level key; what it does not know is kept.
  [[nodiscard]] bool knows(std::string_view key) const noexcept;
  void once(std::string_view what);
  void weigh(std::size_t bytes);
  [[nodiscard]] Error misplaced(std::string_view found, std::string_view wanted) const;
  [[nodiscard]] bool truth_of(const Scalar& value) const;
  [[nodiscard]] double whole_of(const Scalar& value) const;
  [[nodiscard]] std::uint64_t seed_of(const Scalar& value) const;

  Task task_;
  RequestLimits limits_;
  WireQuery query_;
  CountRows rows_;
  std::set<std::string, std::less<>> seen_;        ///< keys of the root that may stand once
  std::set<std::string, std::less<>> seen_input_;  ///< and of the input that is read
  std::string sampling_word_;
  std::size_t metadata_bytes_ = 0;
  std::int64_t n_samples_ = 0;
};

}  // namespace gemflow::synthesize_api
