// SPDX-License-Identifier: Apache-2.0
// Tables of what stands in obsm: class probabilities, latents.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <span>

#include "gemflow/core/error.hpp"
#include "row_text.hpp"
#include "table_parts.hpp"

namespace gemflow::cli {
namespace {

constexpr const char* how_to_predict = "gemflow predict-metadata makes an h5ad with them";

std::span<const float> row_of(const Matrix& matrix, std::size_t cell) {
  return std::span(matrix.values).subspan(cell * matrix.columns.size(), matrix.columns.size());
}

bool is_missing(std::span<const float> row) {
  return std::any_of(row.begin(), row.end(), [](float value) { return std::isnan(value); });
}

/// One field's classes of each cell, the most probable first.
class ProbabilityRows {
 public:
  ProbabilityRows(const TableSource& source, std::string field, Session& session)
      : source_(source), field_(std::move(field)), classes_(classes_of(source, field_, session)), order_(classes_.size()) {
    names_ = noted_texts(source.file, "obsm/" + source.prefix + "_probs_" + field_, "class_names/" + field_, session)
                 .value_or(std::vector<std::string>());
    names_.resize(classes_.size());
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      const auto name = source.names.find(classes_[i]);
      if (name != source.names.end()) names_[i] = name->second;
    }
    const auto most = source.top.value_or(std::numeric_limits<std::int64_t>::max());
    n_shown_ = std::min(classes_.size(), static_cast<std::size_t>(most));
    std::iota(order_.begin(), order_.end(), std::size_t{0});
  }

  void write(const std::string& cell, std::span<const float> probabilities, RowWriter& table) {
    if (probabilities.size() != classes_.size()) {
      throw missing_part(source_, fmt::format("class for each of the {} columns of '{}_probs_{}': {} are listed",
                                              probabilities.size(), source_.prefix, field_, classes_.size()), {});
    }
    if (is_missing(probabilities)) return;  // a cell without counts
    std::vector<std::size_t> order = order_;
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n_shown_), order.end(),
                      [&](std::size_t a, std::size_t b) {
                        return probabilities[a] != probabilities[b] ? probabilities[a] > probabilities[b] : a < b;
                      });
    for (std::size_t rank = 0; rank < n_shown_; ++rank) {
      table.row(std::vector<std::string>{cell, field_, std::to_string(rank + 1), classes_[order[rank]], names_[order[rank]],
                                         shortest(probabilities[order[rank]])});
    }
  }

 private:
  const TableSource& source_;
  std::string field_;
  std::vector<std::string> classes_;
  std::vector<std::string> names_;  ///< readable ones; empty where none is known
  std::vector<std::size_t> order_;
  std::size_t n_shown_ = 0;
};

/// The latents that are shown: names of their matrices in obsm, and of their groups.
struct LatentGroups {
  std::vector<std::string> slots;
  std::vector<std::string> groups;
};

LatentGroups latent_groups(const TableSource& source, Session& session) {
  const std::string front = "X_" + source.prefix + "_";
  const std::vector<std::string> all = between(names_in(source.file, "obsm", session.job), front, "");
  if (all.empty()) throw missing_part(source, fmt::format("matrix of latents '{}…' in obsm", front), how_to_predict);
  LatentGroups chosen;
  chosen.groups = chosen_names(source, all, source.group, "group of latents");
  for (const std::string& group : chosen.groups) chosen.slots.push_back(front + group);
  return chosen;
}

std::vector<std::string> latent_columns(const LatentGroups& chosen, const Chunk& chunk) {
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < chosen.groups.size(); ++i) {
    for (const std::string& column : chunk.obsm[i].columns) columns.push_back(chosen.groups[i] + "_" + column);
  }
  return columns;
}

/// Sums of the cells of one label.
struct LatentSums {
  std::int64_t n_cells = 0;
  std::vector<double> sums;
};

std::vector<float> latents_of(const Chunk& chunk, std::size_t cell) {
  std::vector<float> latents;
  for (const Matrix& matrix : chunk.obsm) {
    const auto row = row_of(matrix, cell);
    latents.insert(latents.end(), row.begin(), row.end());
  }
  return latents;
}

void write_means(const std::map<std::string, LatentSums>& by_label, RowWriter& table) {
  for (const auto& [label, sums] : by_label) {
    std::vector<std::string> fields{label, std::to_string(sums.n_cells)};
    for (const double sum : sums.sums) fields.push_back(shortest(sum / static_cast<double>(sums.n_cells)));
    table.row(fields);
  }
}

}  // namespace

std::int64_t write_probabilities(const TableSource& source, RowWriter& table, Session& session) {
  const std::string front = source.prefix + "_probs_";
  const std::vector<std::string> all = between(names_in(source.file, "obsm", session.job), front, "");
  if (all.empty()) throw missing_part(source, fmt::format("matrix of probabilities '{}…' in obsm", front), how_to_predict);
  OpenOptions options = beside_cells(source);
  std::vector<ProbabilityRows> rows;
  for (const std::string& field : chosen_names(source, all, source.field, "predicted field")) {
    options.obsm.push_back(front + field);
    rows.emplace_back(source, field, session);
  }
  table.row(std::vector<std::string>{"cell", "field", "rank", "class", "name", "probability"});
  return each_chunk(source, options, session, [&](const Chunk& chunk, const Genes&) {
    for (std::size_t cell = 0; cell < chunk.cell_names.size(); ++cell) {
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i].write(chunk.cell_names[cell], row_of(chunk.obsm[i], cell), table);
    }
  });
}

std::int64_t write_latents(const TableSource& source, RowWriter& table, Session& session) {
  const LatentGroups chosen = latent_groups(source, session);
  OpenOptions options = beside_cells(source);
  options.obsm = chosen.slots;
  if (source.by) options.obs = {*source.by};
  std::map<std::string, LatentSums> by_label;
  bool has_header = false;
  const std::int64_t n_cells = each_chunk(source, options, session, [&](const Chunk& chunk, const Genes&) {
    if (!has_header) {
      std::vector<std::string> header = source.by ? std::vector<std::string>{*source.by, "n_cells"} : std::vector<std::string>{"cell"};
      const std::vector<std::string> columns = latent_columns(chosen, chunk);
      header.insert(header.end(), columns.begin(), columns.end());
      table.row(header);
      has_header = true;
    }
    for (std::size_t cell = 0; cell < chunk.cell_names.size(); ++cell) {
      const std::vector<float> latents = latents_of(chunk, cell);
      if (!source.by) {
        std::vector<std::string> fields{chunk.cell_names[cell]};
        for (const float value : latents) fields.push_back(shortest(value));
        table.row(fields);
      } else if (!is_missing(latents)) {
        LatentSums& sums = by_label[chunk.obs.front().text_at(cell)];
        sums.sums.resize(latents.size());
        for (std::size_t i = 0; i < latents.size(); ++i) sums.sums[i] += static_cast<double>(latents[i]);
        ++sums.n_cells;
      }
    }
  });
  write_means(by_label, table);
  return n_cells;
}

}  // namespace gemflow::cli
