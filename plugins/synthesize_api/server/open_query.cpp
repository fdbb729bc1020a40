// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/server/open_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "gemflow/core/error.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::size_t most_faults = 20;
/// Values of one piece's answer, however dense: as many as gemflow's own runs ask for at once.
constexpr std::int64_t most_values = 4 * Limit{}.nonzeros;

std::uint64_t drawn_seed() {
  std::random_device entropy;
  return (static_cast<std::uint64_t>(entropy()) << 32U | entropy()) & 0x7fffffffU;
}

/// Without empty values, and with the model's own keys: who says "tissue_ontology_id" reaches a model that learnt "tissue".
Metadata as_known(const ModelCard& card, const Metadata& metadata) {
  Metadata kept;
  for (const auto& [key, value] : metadata.entries()) {
    if (value.empty()) continue;
    const Field* field = card.find_field(key);
    const std::string& known = field == nullptr ? key : field->key;
    if (metadata.is_json(key)) {
      kept.set_json(known, value);
    } else {
      kept.set(known, value);
    }
  }
  return kept;
}

bool knows(const Field& field, const std::string& value) {
  const auto holds = [&](const std::vector<std::string>& all) { return std::find(all.begin(), all.end(), value) != all.end(); };
  return field.values.empty() || holds(field.values) || holds(field.names);
}

std::int64_t rows_a_piece(const ModelCard& card) {
  const auto n_genes = static_cast<std::int64_t>(std::max<std::size_t>(card.gene_order.size(), 1));
  return std::min(std::max<std::int64_t>(most_values / n_genes, 1), card.limit.cells);
}

}  // namespace

std::optional<std::string> metadata_fault(const ModelCard& card, const std::vector<Metadata>& conditions) {
  std::string faults;
  std::size_t n_faults = 0;
  const auto add = [&](std::size_t condition, std::string_view key, const std::string& value) {
    if (++n_faults > most_faults) return;
    faults += fmt::format("{}\"Query {} has bad values for {}: {}\"", faults.empty() ? "" : ", ", condition + 1, printable(key), value);
  };
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    for (const auto& [key, value] : conditions[i].entries()) {
      const Field* field = card.find_field(key);
      if (field == nullptr) {
        add(i, key, fmt::format("{} (model '{}' knows no such key)", printable(value), card.id));
      } else if (!knows(*field, value)) {
        add(i, field->key, printable(value));
      }
    }
  }
  if (n_faults == 0) return std::nullopt;
  if (n_faults > most_faults) faults += fmt::format(", \"and {} more\"", n_faults - most_faults);
  return fmt::format("Metadata validation failed: [{}]", faults);
}

OpenQuery::OpenQuery(const ServedModel& served, WireQuery asked, std::filesystem::path result)
    : served_(&served), samples_(std::move(asked.query.samples)), piece_(std::move(asked.query)), path_(std::move(result)) {
  for (std::int64_t i = 1; served.model->card().any_genes && i <= asked.n_genes; ++i) made_up_genes_.push_back(fmt::format("gene_{}", i));
  if (!asked.seed) {
    piece_.options.seed = drawn_seed();
    for (Sample& sample : samples_) sample.seed = piece_.options.seed;
  }
  for (Metadata& metadata : piece_.conditions) metadata = as_known(served.model->card(), metadata);
  if (served.stands_in && !piece_.options.total_count) piece_.options.total_count = default_total_count(served.modality);
  if (piece_.task != Task::predict_metadata) return;
  std::swap(cells_, piece_.counts);
  piece_.options.probabilities = true;
  piece_.options.decoder_sample = true;
}

std::size_t OpenQuery::memory_of(const WireQuery& asked) noexcept {
  constexpr std::size_t of_nonzero = sizeof(std::int32_t) + sizeof(double);
  const CountChunk& counts = asked.query.counts;
  std::size_t bytes = 4096 + static_cast<std::size_t>(counts.n_nonzeros()) * of_nonzero +
                      static_cast<std::size_t>(counts.n_cells()) * sizeof(std::int64_t) +
                      asked.query.samples.size() * sizeof(Sample);
  for (const Metadata& metadata : asked.query.conditions) {
    for (const auto& [key, value] : metadata.entries()) bytes += 2 * sizeof(std::string) + key.size() + value.size();
  }
  return bytes;
}

std::int64_t OpenQuery::n_all() const noexcept {
  return piece_.task == Task::predict_metadata ? cells_.n_cells() : static_cast<std::int64_t>(samples_.size());
}

void OpenQuery::begin() {
  const ModelCard& card = served_->model->card();
  if (auto fault = metadata_fault(card, piece_.conditions)) throw Error(ErrorKind::model, std::move(*fault));
  sink_.emplace(path_);
  const std::vector<std::string>* genes = card.any_genes ? &made_up_genes_ : &card.gene_order.names;
  writer_.emplace(*sink_, ReplyWriter::Head{piece_.task, genes, card.version, served_->modality}, card);
}

void OpenQuery::take_samples() {
  const std::int64_t end = std::min(next_ + rows_a_piece(served_->model->card()), n_all());
  piece_.samples.assign(samples_.begin() + static_cast<std::ptrdiff_t>(next_), samples_.begin() + static_cast<std::ptrdiff_t>(end));
  next_ = end;
}

void OpenQuery::take_cells() {
  const Limit limit = served_->model->card().limit;
  const std::int64_t most = rows_a_piece(served_->model->card());
  CountChunk& counts = piece_.counts;
  counts.clear_like(cells_, next_);
  do {
    const CellCounts cell = cells_.cell(next_++);
    counts.append(cell.genes, cell.values);
  } while (next_ < n_all() && counts.n_cells() < most &&
           counts.n_nonzeros() + static_cast<std::int64_t>(cells_.cell(next_).genes.size()) <= limit.nonzeros);
}

bool OpenQuery::answer_piece(Job& job) {
  if (!writer_) begin();
  if (next_ < n_all()) {
    if (piece_.task == Task::predict_metadata) {
      take_cells();
    } else {
      take_samples();
    }
    writer_->append(piece_, served_->model->answer(piece_, job));
  }
  if (next_ < n_all()) return true;
  writer_->finish();
  result_bytes_ = sink_->keep();
  writer_.reset();
  sink_.reset();
  return false;
}

}  // namespace gemflow::synthesize_api
