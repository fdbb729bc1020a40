// SPDX-License-Identifier: Apache-2.0
// Tables of what stands in obs: labels, mismatches, the metadata of synthetic cells.
#include <fmt/format.h>

#include <algorithm>

#include "gemflow/core/error.hpp"
#include "gemflow/run/label_spellings.hpp"
#include "row_text.hpp"
#include "table_parts.hpp"

namespace gemflow::cli {
namespace {

constexpr const char* how_to_predict = "gemflow predict-metadata makes an h5ad with them";

/// The columns of obs that `labels` shows: all that are the prefix' own, or those of one field.
std::vector<std::string> label_columns(const TableSource& source, Session& session) {
  const std::string front = source.prefix + "_";
  const std::vector<std::string> names = names_in(source.file, "obs", session.job);
  const std::vector<std::string> fields = between(names, front, "_confidence");
  if (fields.empty()) throw missing_part(source, fmt::format("predicted label '{}…' in obs", front), how_to_predict);
  std::vector<std::string> columns;
  if (source.field) {
    const std::string field = front + chosen_names(source, fields, source.field, "predicted field").front();
    for (const char* back : {"", "_ontology_id", "_confidence", "_check"}) {
      if (holds(names, field + back)) columns.push_back(field + back);
    }
    return columns;
  }
  std::copy_if(names.begin(), names.end(), std::back_inserter(columns),
               [&](const std::string& name) { return name.rfind(front, 0) == 0; });
  return columns;
}

void write_header(RowWriter& table, const std::vector<std::string>& columns) {
  std::vector<std::string> header{"cell"};
  header.insert(header.end(), columns.begin(), columns.end());
  table.row(header);
}

std::vector<std::string> fields_of(const Chunk& chunk, std::size_t cell) {
  std::vector<std::string> fields{chunk.cell_names[cell]};
  for (const Column& column : chunk.obs) fields.push_back(field_text(column, cell));
  return fields;
}

/// Lists the mismatches of one field.
class MismatchRows {
 public:
  MismatchRows(const TableSource& source, std::string field, Session& session)
      : source_(source), field_(std::move(field)), label_(source.prefix + "_" + field_), options_(beside_cells(source)) {
    const std::vector<std::string> columns = names_in(source.file, "obs", session.job);
    find_given(columns, session);
    options_.obs = {label_, label_ + "_check"};
    if (holds(columns, label_ + "_confidence")) options_.obs.push_back(label_ + "_confidence");
    if (!given_.empty() && !holds(options_.obs, given_)) options_.obs.push_back(given_);
    const std::string probabilities = source.prefix + "_probs_" + field_;
    if (holds(names_in(source.file, "obsm", session.job), probabilities)) {
      options_.obsm = {probabilities};
      classes_ = classes_of(source, field_, session);
    }
    for (const auto& [label, name] : source.names) spellings_.unite(label, name);
  }

  std::int64_t write(RowWriter& table, Session& session) {
    return each_chunk(source_, options_, session, [&](const Chunk& chunk, const Genes&) {
      const Column& check = *chunk.find_obs(label_ + "_check");
      for (std::size_t cell = 0; cell < check.n_rows(); ++cell) {
        if (check.text_at(cell) == "mismatch") table.row(row_of(chunk, cell));
      }
    });
  }

 private:
  /// The column that was compared: noted as "column=field" by whoever wrote the check.
  void find_given(const std::vector<std::string>& columns, Session& session) {
    const auto checks = noted_texts(source_.file, "obs/" + label_ + "_check", "checks", session);
    if (!checks) return;
    for (const std::string& check : *checks) {
      const std::string column = check.substr(0, check.find('='));
      Field of;
      of.key = check.substr(column.size() + 1);
      if (of.name() == field_ && holds(columns, column)) given_ = column;
    }
  }

  std::vector<std::string> row_of(const Chunk& chunk, std::size_t cell) {
    const auto text = [&](const std::string& name) {
      const Column* column = name.empty() ? nullptr : chunk.find_obs(name);
      return column == nullptr ? std::string() : column->text_at(cell);
    };
    const std::string given = text(given_);
    return {chunk.cell_names[cell], field_, given, text(label_), text(label_ + "_confidence"), probability(chunk, cell, given)};
  }

  std::string probability(const Chunk& chunk, std::size_t cell, const std::string& given) {
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      if (spellings_.meaning(classes_[i]) != spellings_.meaning(given)) continue;
      const Matrix& matrix = chunk.obsm.front();
      return shortest(matrix.values[cell * matrix.columns.size() + i]);
    }
    return {};
  }

  const TableSource& source_;
  std::string field_, label_, given_;
  OpenOptions options_;
  std::vector<std::string> classes_;
  LabelSpellings spellings_;
};

}  // namespace

std::int64_t write_labels(const TableSource& source, RowWriter& table, Session& session) {
  OpenOptions options = beside_cells(source);
  options.obs = label_columns(source, session);
  write_header(table, options.obs);
  return each_chunk(source, options, session, [&](const Chunk& chunk, const Genes&) {
    for (std::size_t cell = 0; cell < chunk.cell_names.size(); ++cell) table.row(fields_of(chunk, cell));
  });
}

std::int64_t write_metadata(const TableSource& source, RowWriter& table, Session& session) {
  const std::string origin = source.prefix + "_origin";
  OpenOptions options = beside_cells(source);
  options.obs = names_in(source.file, "obs", session.job);
  if (!holds(options.obs, origin)) {
    throw missing_part(source, fmt::format("column '{}' in obs, which tells synthetic cells", origin),
                       "gemflow generate, and gemflow condition --new-cells, make such cells");
  }
  write_header(table, options.obs);
  return each_chunk(source, options, session, [&](const Chunk& chunk, const Genes&) {
    const Column& of = *chunk.find_obs(origin);
    for (std::size_t cell = 0; cell < of.n_rows(); ++cell) {
      if (of.text_at(cell) == "synthetic") table.row(fields_of(chunk, cell));
    }
  });
}

std::int64_t write_mismatches(const TableSource& source, RowWriter& table, Session& session) {
  const std::vector<std::string> checked = between(names_in(source.file, "obs", session.job), source.prefix + "_", "_check");
  if (checked.empty()) {
    throw missing_part(source, "check of given labels in obs", "gemflow predict-metadata --check COLUMN=FIELD makes one");
  }
  table.row(std::vector<std::string>{"cell", "field", "given", "predicted", "confidence", "given_probability"});
  std::int64_t n_cells = 0;
  for (const std::string& field : chosen_names(source, checked, source.field, "check of the field")) {
    n_cells = MismatchRows(source, field, session).write(table, session);
  }
  return n_cells;
}

}  // namespace gemflow::cli
