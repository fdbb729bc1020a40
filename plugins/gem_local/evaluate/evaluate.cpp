// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "gem_local/evaluate/real_cells.hpp"
#include "gem_local/evaluate/realism.hpp"
#include "gem_local/label_scores.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/models.hpp"
#include "gemflow/ops/numbers.hpp"

namespace gemflow {
namespace {

using namespace gem_local;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Position of the value among what the field's labels are called; -1 for a label that the model does not know.
std::int32_t number_of(const Field& field, std::string_view value) {
  for (const auto* names : {&field.values, &field.names}) {
    const auto at = std::find(names->begin(), names->end(), value);
    if (at != names->end()) return static_cast<std::int32_t>(at - names->begin());
  }
  return -1;
}

/// The scores of one field.
struct FieldScores {
  const Field* field;
  const std::vector<std::string>* truth;  ///< one text a cell
  LabelScores scores;
  std::int64_t n_unknown = 0;
};

std::vector<FieldScores> scored_fields(const ModelCard& card, const RealCells& cells,
                                       const std::vector<KeyAndColumn>& columns) {
  std::vector<FieldScores> all;
  for (std::size_t key = 0; key < columns.size(); ++key) {
    const Field* field = card.find_field(columns[key].first);
    if (field == nullptr) {
      throw Error(ErrorKind::model,
                  fmt::format("model '{}' has no field '{}' to evaluate", card.id, columns[key].first),
                  "gemflow models shows the fields of a model");
    }
    if (field->predicted) all.push_back({field, &cells.values[key], {}, 0});
  }
  return all;
}

void score(const Chunk& answer, std::int64_t first, FieldScores& field) {
  const std::string name(field.field->name());
  const Column* found = answer.find_obs(name);
  const Column* confidence = answer.find_obs(name + "_confidence");
  if (found == nullptr || confidence == nullptr) return;
  const auto& sure = std::get<std::vector<float>>(confidence->values);
  for (std::size_t row = 0; row < sure.size(); ++row) {
    const std::string& value = (*field.truth)[static_cast<std::size_t>(first) + row];
    if (value.empty()) continue;
    const std::int32_t truth = number_of(*field.field, value);
    if (truth < 0) {
      ++field.n_unknown;
      continue;
    }
    field.scores.add(truth, number_of(*field.field, found->text_at(row)), static_cast<double>(sure[row]));
  }
}

/// Asks for all cells' labels; returns the share of outliers, NaN where the model does not tell.
double judge_labels(Model& model, const RealCells& cells, std::vector<FieldScores>& fields, Job& job) {
  double n_outliers = 0;
  bool tells = false;
  const std::int64_t n = cells.counts.n_cells();
  const std::int64_t batch = std::min<std::int64_t>(model.card().limit.cells, 1024);
  for (std::int64_t first = 0; first < n; first += batch) {
    Query query;
    query.counts.clear(first);
    for (std::int64_t cell = first; cell < std::min(first + batch, n); ++cell) {
      query.counts.append(cells.counts.cell(cell).genes, cells.counts.cell(cell).values);
    }
    const Chunk answer = model.answer(query, job);
    for (FieldScores& field : fields) score(answer, first, field);
    if (const Column* outliers = answer.find_obs("outlier")) {
      tells = true;
      const auto& flags = std::get<std::vector<bool>>(outliers->values);
      n_outliers += static_cast<double>(std::count(flags.begin(), flags.end(), true));
    }
    job.report->progress("labelling cells", std::min(first + batch, n), n);
  }
  return tells ? n_outliers / static_cast<double>(n) : none;
}

void add_labels(const FieldScores& field, Evaluation& evaluation) {
  const std::string name(field.field->name());
  if (field.n_unknown > 0) {
    evaluation.remarks.push_back(fmt::format("{}: {} cells have a label that the model does not know and are left out",
                                             name, with_commas(field.n_unknown)));
  }
  const LabelScores& scores = field.scores;
  if (scores.size() == 0) return;
  evaluation.rows.push_back({name + " macro-F1", scores.macro_f1(), scores.majority_macro_f1(), none, "higher"});
  evaluation.rows.push_back({name + " accuracy", scores.accuracy(), scores.majority(), none, "higher"});
  evaluation.rows.push_back({name + " calibration error", scores.calibration_error(), none, none, "lower"});
}

}  // namespace

Evaluation evaluate_model(Model& model, Reader& in, const std::vector<std::pair<std::string, std::string>>& columns,
                          std::uint64_t seed, Job& job) {
  const ModelCard& card = model.card();
  if (card.any_genes || !card.does(Task::predict_metadata)) {
    throw Error(ErrorKind::unsupported, fmt::format("model '{}' says nothing that could be evaluated", card.id),
                "gemflow models lists the models at hand");
  }
  const RealCells cells = read_real_cells(in, card, columns, seed, job);
  Evaluation evaluation;
  evaluation.n_cells = cells.counts.n_cells();
  if (evaluation.n_cells < cells.n_read) {
    evaluation.remarks.push_back(
        fmt::format("{} of {} cells were looked at", with_commas(evaluation.n_cells), with_commas(cells.n_read)));
  }
  std::vector<FieldScores> fields = scored_fields(card, cells, columns);
  const double outliers = judge_labels(model, cells, fields, job);
  for (const FieldScores& field : fields) add_labels(field, evaluation);
  if (!std::isnan(outliers)) evaluation.rows.push_back({"outliers", outliers, none, none, "lower"});
  if (card.does(Task::generate)) {
    const std::vector<EvaluationRow> realism = judge_realism(model, cells, columns, seed, job);
    evaluation.rows.insert(evaluation.rows.end(), realism.begin(), realism.end());
    if (realism.empty()) {
      evaluation.remarks.emplace_back("too few cells have labels that the model knows: generation was not judged");
    }
  }
  const bool any_label =
      std::any_of(fields.begin(), fields.end(), [](const FieldScores& f) { return f.scores.size() > 0; });
  if (!any_label && evaluation.rows.size() < 2) {
    throw Error(ErrorKind::input, fmt::format("evaluating: no cell has a label that model '{}' knows", card.id),
                "--field KEY=OBS_COLUMN says which column holds which field");
  }
  return evaluation;
}

}  // namespace gemflow
