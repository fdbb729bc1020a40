// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <utility>

#include "synthesize_api/wire/json_text.hpp"
#include "synthesize_api/wire/json_writer.hpp"
#include "synthesize_api/wire/metadata_keys.hpp"
#include "synthesize_api/wire/predicted_fields.hpp"
#include "synthesize_api/wire/reply.hpp"

namespace gemflow::synthesize_api {
namespace {

/// The class's value for its readable name. Equal names stand for the values behind each other.
std::string_view value_of(const Field& field, std::string_view name, std::size_t& from) {
  if (field.names.empty()) return name;
  for (std::size_t i = 0; i < field.names.size(); ++i) {
    const std::size_t at = (from + i) % field.names.size();
    if (field.names[at] != name) continue;
    from = at + 1;
    return field.values[at];
  }
  return name;
}

/// A field as a reply names it: the API's key, and what stands for its labels in the answer.
struct Prediction {
  std::string key;
  const Field* field = nullptr;          ///< null: the card does not know it
  const Column* labels = nullptr;        ///< null: none were predicted
  const Matrix* probabilities = nullptr;
  std::vector<std::string> classes;      ///< `"CL:0000236":` of each column

  /// The value, also where the answer has only its readable name.
  [[nodiscard]] std::string label(std::size_t row) const {
    if (labels == nullptr) return {};
    const std::string text = labels->text_at(row);
    const bool is_value = field == nullptr || labels->name != field->name();
    std::size_t from = 0;
    return is_value ? text : std::string(value_of(*field, text, from));
  }
};

}  // namespace

struct ReplyWriter::State {
  JsonWriter json;
  Head head;
  const ModelCard& card;
  std::int64_t n_outputs = 0;
  bool is_finished = false;

  [[nodiscard]] std::int64_t n_genes() const { return static_cast<std::int64_t>(head.gene_order->size()); }
  void begin();
  void begin_output();
  void separate(bool& is_first) {
    if (!is_first) json.raw(",");
    is_first = false;
  }
  void write_sample(const Query& asked, const Chunk& answer, std::int64_t row);
  void write_echo(const Metadata& metadata);
  void write_predicted(const std::vector<Prediction>& predictions, const Chunk& answer, std::int64_t row);
  void write_latents(const Chunk& answer, std::int64_t row);
  void write_classes(const Prediction& prediction, std::size_t row);
  [[nodiscard]] std::vector<Prediction> predictions_of(const Chunk& answer) const;
};

ReplyWriter::ReplyWriter(ByteSink& body, Head head, const ModelCard& card)
    : state_(new State{JsonWriter(body), std::move(head), card}) {
  assert(state_->head.gene_order != nullptr);
  state_->begin();
}

ReplyWriter::~ReplyWriter() = default;

void ReplyWriter::State::begin() {
  json.raw("{\"model_version\":");
  json.text(head.model_version);
  json.raw(",\"gene_order\":[");
  bool is_first = true;
  for (const std::string& gene : *head.gene_order) {
    separate(is_first);
    json.text(gene);
  }
  json.raw("],\"outputs\":[");
}

void ReplyWriter::append(const Query& asked, const Chunk& answer) {
  State& state = *state_;
  if (state.head.task == Task::predict_metadata) {
    const std::vector<Prediction> predictions = state.predictions_of(answer);
    for (std::int64_t row = 0; row < answer.n_cells(); ++row) state.write_predicted(predictions, answer, row);
  } else {
    for (std::int64_t row = 0; row < answer.n_cells(); ++row) state.write_sample(asked, answer, row);
  }
}

void ReplyWriter::finish() {
  assert(!state_->is_finished);
  state_->is_finished = true;
  state_->json.raw("]}");
  state_->json.flush();
}

void ReplyWriter::State::begin_output() { json.raw(n_outputs++ == 0 ? "{" : ",{"); }

// --- generated cells ----------------------------------------------------------------------------------------------------------

void ReplyWriter::State::write_sample(const Query& asked, const Chunk& answer, std::int64_t row) {
  begin_output();
  json.raw("\"counts\":");
  json.counts(answer.counts.cell(row), n_genes());
  json.raw(",\"metadata\":");
  const Sample& sample = asked.samples[static_cast<std::size_t>(row)];
  write_echo(asked.conditions[static_cast<std::size_t>(sample.condition)]);
  write_latents(answer, row);
  json.raw("}");
}

/// What was asked for, then "" for the API's other keys, then the modality.
void ReplyWriter::State::write_echo(const Metadata& metadata) {
  json.raw("{");
  for (const auto& [key, value] : metadata.entries()) {
    if (key == "modality") continue;
    json.text(key);
    json.raw(":");
    if (metadata.is_json(key)) {
      json.raw(value);
    } else {
      json.text(value);
    }
    json.raw(",");
  }
  for (const MetadataKey& known : metadata_keys()) {
    if (metadata.find(known.key)) continue;
    json.text(known.key);
    json.raw(":\"\",");
  }
  json.raw(head.modality == Modality::bulk ? "\"modality\":\"bulk\"}" : "\"modality\":\"single-cell\"}");
}

void ReplyWriter::State::write_latents(const Chunk& answer, std::int64_t row) {
  bool is_first = true;
  for (const Matrix& matrix : answer.obsm) {
    if (matrix.kind != MatrixKind::latents) continue;
    json.raw(is_first ? ",\"latents\":{" : ",");
    is_first = false;
    json.text(matrix.name);
    json.raw(":[");
    const std::size_t n = matrix.columns.size();
    for (std::size_t i = 0; i < n; ++i) {
      if (i > 0) json.raw(",");
      json.number(matrix.values[static_cast<std::size_t>(row) * n + i]);
    }
    json.raw("]");
  }
  if (!is_first) json.raw("}");
}

// --- predicted metadata -------------------------------------------------------------------------------------------------------

/// The fields of an answer: those with probabilities or a confidence.
std::vector<Prediction> ReplyWriter::State::predictions_of(const Chunk& answer) const {
  std::vector<Prediction> predictions;
  const auto add = [&](std::string_view name) {
    const bool is_known = std::any_of(predictions.begin(), predictions.end(),
                                      [&](const Prediction& known) { return field_name(known.key) == name; });
    if (is_known) return;
    Prediction& one = predictions.emplace_back();
    one.field = card.find_field(name);
    one.key = one.field != nullptr ? one.field->key : std::string(name);
    one.labels = answer.find_obs(one.key);
    if (one.labels == nullptr) one.labels = answer.find_obs(name);
  };
  for (const Column& column : answer.obs) {
    const std::string_view name = column.name;
    constexpr std::string_view ending = "_confidence";
    if (name.ends_with(ending)) add(name.substr(0, name.size() - ending.size()));
  }
  for (const Matrix& matrix : answer.obsm) {
    if (matrix.kind == MatrixKind::probabilities) add(matrix.name);
  }
  for (Prediction& one : predictions) {
    const auto matrix = std::find_if(answer.obsm.begin(), answer.obsm.end(), [&](const Matrix& each) {
      return each.kind == MatrixKind::probabilities && each.name == field_name(one.key);
    });
    if (matrix == answer.obsm.end()) continue;
    one.probabilities = &*matrix;
    std::size_t from = 0;
    for (const std::string& name : matrix->columns) {
      append_text(one.classes.emplace_back(), one.field == nullptr ? name : value_of(*one.field, name, from));
      one.classes.back() += ':';
    }
  }
  return predictions;
}

void ReplyWriter::State::write_predicted(const std::vector<Prediction>& predictions, const Chunk& answer, std::int64_t row) {
  const auto at = static_cast<std::size_t>(row);
  begin_output();
  json.raw("\"metadata\":{");
  bool is_first = true;
  for (const Prediction& one : predictions) {
    separate(is_first);
    json.text(one.key);
    json.raw(":");
    json.text(one.label(at));
  }
  json.raw("},\"classifier_probs\":{");
  is_first = true;
  for (const Prediction& one : predictions) {
    if (one.probabilities == nullptr) continue;
    separate(is_first);
    json.text(one.key);
    json.raw(":");
    write_classes(one, at);
  }
  json.raw("}");
  write_latents(answer, row);
  for (const Layer& layer : answer.layers) {
    if (layer.name != "decoder_sample") continue;
    json.raw(",\"decoder_sample\":{\"counts\":");
    json.counts(layer.counts.cell(row), n_genes());
    json.raw("}");
  }
  json.raw("}");
}

void ReplyWriter::State::write_classes(const Prediction& prediction, std::size_t row) {
  json.raw("{");
  const std::size_t n = prediction.classes.size();
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0) json.raw(",");
    json.raw(prediction.classes[i]);
    json.number(prediction.probabilities->values[row * n + i]);
  }
  json.raw("}");
}

}  // namespace gemflow::synthesize_api
