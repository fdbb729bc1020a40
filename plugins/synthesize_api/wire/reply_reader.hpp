// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "synthesize_api/wire/json_reader.hpp"
#include "synthesize_api/wire/latent_groups.hpp"
#include "synthesize_api/wire/predicted_fields.hpp"
#include "synthesize_api/wire/reply.hpp"
#include "synthesize_api/wire/reply_counts.hpp"

namespace gemflow::synthesize_api {

/// Reads one result document; see read_reply.
class ReplyReader final : public JsonReader {
 public:
  ReplyReader(ByteSource& body, const ReplyWanted& wanted);

  [[nodiscard]] WireReply read_answer();

 private:
  enum Place : int {
    root_list,
    root,
    gene_order,
    outputs,
    output,
    counts_list,
    counts_object,
    metadata,
    latents,
    latent_list,
    classes,
    class_object,
    decoder_sample
  };

  int place_of(bool is_list) override;
  void entered() override;
  void left(int place) override;
  void take(const Scalar& value) override;
  void take_kept(std::string json) override;

  int place_in_root(bool is_list);
  int place_in_output(bool is_list);
  int place_of_counts(bool is_list);
  void take_in_root(const Scalar& value);
  void take_in_output(const Scalar& value);
  void take_label(const Scalar& value);
  void refuse_with(std::string_view json);

  void enter_genes();
  void enter_counts();
  void enter_map();
  void enter_latents();
  void enter_classes();
  void count_gene(std::string_view gene, std::string_view number);
  void leave_genes();
  void leave_counts();
  void leave_map();
  void leave_output();

  void finish();
  void finish_counts();
  void check_genes();

  [[nodiscard]] bool predicts() const noexcept { return wanted_.task == Task::predict_metadata; }
  /// Whether counts are part of the answer; those of a decoder sample that nobody wants are read and dropped.
  [[nodiscard]] bool keeps_counts() const noexcept { return !predicts() || wanted_.decoder_sample; }
  void end_counts();
  [[nodiscard]] float probability_of(std::string_view number) const;
  /// The genes by which lists are told; null: nobody knows.
  [[nodiscard]] const std::vector<std::string>* known_genes() const noexcept;
  [[nodiscard]] PredictedField& field(std::string_view key);
  /// Errors: model (a zero byte).
  void require_kept(std::string_view text) const;
  /// The output's place among all, from 0.
  [[nodiscard]] std::size_t row() const noexcept { return static_cast<std::size_t>(row_); }
  [[nodiscard]] Error misplaced(std::string_view found, std::string_view wanted) const;

  ReplyWanted wanted_;
  WireReply reply_;
  ReplyCounts counts_;  ///< of the outputs, or of their decoder samples
  LatentGroups latents_;
  PredictedFields fields_;
  PredictedField* classes_of_ = nullptr;  ///< the field whose classes are read
  std::vector<std::string> root_keys_;
  std::string refusal_;  ///< members of a JSON object: what `error` and `errors` hold
  std::int64_t row_ = -1;
  bool has_list_ = false;   ///< the object of counts that is read held a list
  bool has_outputs_ = false, has_genes_ = false;
};

}  // namespace gemflow::synthesize_api
