// SPDX-License-Identifier: Apache-2.0
#include "delimited/table_writer.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "delimited/row_text.hpp"
#include "text_output.hpp"

namespace gemflow {
namespace {

/// Rows that are made to text at once, by all workers.
constexpr std::int64_t n_rows_at_once = 256;

/// A table that grows by one row a cell. The first field of each is the cell's name.
class RowsOutput {
 public:
  RowsOutput(const std::filesystem::path& out, const DestinationOptions& options, Job& job)
      : file_(out, options, job), delimiter_(delimiter_of(out)), job_(&job) {}

  [[nodiscard]] char delimiter() const noexcept { return delimiter_; }

  void header(const std::vector<std::string>& names) {
    std::string text = "cell";
    for (const std::string& name : names) {
      text += delimiter_;
      append_field(text, name, delimiter_);
    }
    file_.write(text += '\n');
  }

  /// `finish_row` puts what follows the name behind it; it is called by all workers.
  void rows(const Chunk& chunk, const std::function<void(std::int64_t cell, std::string& text)>& finish_row) {
    std::vector<std::string> texts(static_cast<std::size_t>(n_rows_at_once));
    for (std::int64_t first = 0; first < chunk.n_cells(); first += n_rows_at_once) {
      const std::int64_t n = std::min(n_rows_at_once, chunk.n_cells() - first);
      job_->workers->each(n, [&](std::int64_t i) {
        std::string& text = texts[static_cast<std::size_t>(i)];
        text.clear();
        append_field(text, name_of_cell(chunk, first + i), delimiter_);
        finish_row(first + i, text);
        text += '\n';
      });
      for (std::int64_t i = 0; i < n; ++i) file_.write(texts[static_cast<std::size_t>(i)]);
      job_->check_stop();
    }
  }

  void commit() { file_.commit(); }

 private:
  static std::string name_of_cell(const Chunk& chunk, std::int64_t cell) {
    const auto row = static_cast<std::size_t>(cell);
    return row < chunk.cell_names.size() ? chunk.cell_names[row] : std::to_string(chunk.counts.number(cell));
  }

  TextOutput file_;
  char delimiter_;
  Job* job_;
};

/// obs as a table. The first chunk tells the columns.
class ObsOutput {
 public:
  ObsOutput(const std::filesystem::path& out, const DestinationOptions& options, Job& job) : rows_(out, options, job) {}

  void append(const Chunk& chunk) {
    if (!has_header_) begin(chunk.obs);
    rows_.rows(chunk, [&](std::int64_t cell, std::string& text) {
      for (const Column& column : chunk.obs) {
        text += rows_.delimiter();
        append_value(text, column, static_cast<std::size_t>(cell), rows_.delimiter());
      }
    });
  }

  void commit() {
    if (!has_header_) begin({});
    rows_.commit();
  }

 private:
  void begin(const std::vector<Column>& columns) {
    std::vector<std::string> names;
    for (const Column& column : columns) names.push_back(column.name);
    rows_.header(names);
    has_header_ = true;
  }

  RowsOutput rows_;
  bool has_header_ = false;
};

class CountsWriter final : public Writer {
 public:
  CountsWriter(const std::filesystem::path& out, const WriteOptions& options, Job& job)
      : rows_(out, {options.overwrite, {}}, job), job_(&job) {
    if (!options.metadata_out.empty()) {
      obs_.emplace(options.metadata_out, DestinationOptions{options.overwrite, {}}, job);
    }
  }

  void genes(const Genes& genes) override {
    rows_.header(genes.names);
    n_genes_ = static_cast<std::int64_t>(genes.size());
  }

  void append(const Chunk& chunk) override {
    const CountChunk& counts = chunk.counts;
    rows_.rows(chunk, [&](std::int64_t cell, std::string& text) {
      append_counts(text, counts.cell(cell), n_genes_, counts.stored_type(), rows_.delimiter());
    });
    if (obs_) obs_->append(chunk);
    lost_columns_ = lost_columns_ || (!obs_ && !chunk.obs.empty());
  }

  void finish(const Provenance&) override {
    if (obs_) obs_->commit();
    rows_.commit();
    if (lost_columns_) job_->report->note("a table of counts has no obs columns: --metadata-out FILE writes them");
  }

 private:
  RowsOutput rows_;
  std::optional<ObsOutput> obs_;
  Job* job_;
  std::int64_t n_genes_ = 0;
  bool lost_columns_ = false;
};

class AnswersWriter final : public Writer {
 public:
  AnswersWriter(const std::filesystem::path& out, const DestinationOptions& options, Job& job)
      : obs_(out, options, job) {}

  void genes(const Genes&) override {}
  void append(const Chunk& chunk) override { obs_.append(chunk); }
  void finish(const Provenance&) override { obs_.commit(); }

 private:
  ObsOutput obs_;
};

}  // namespace

char delimiter_of(const std::filesystem::path& out) {
  const std::string name = out.extension() == ".gz" ? out.stem().extension().string() : out.extension().string();
  return name == ".tsv" || name == ".txt" ? '\t' : ',';
}

std::unique_ptr<Writer> create_table(const std::filesystem::path& out, const WriteOptions& options, Job& job) {
  return std::make_unique<CountsWriter>(out, options, job);
}

std::unique_ptr<Writer> annotate_table(const std::filesystem::path& in, const std::filesystem::path& out,
                                       const WriteOptions& options, Job& job) {
  return std::make_unique<AnswersWriter>(out, DestinationOptions{options.overwrite, {&in, 1}}, job);
}

}  // namespace gemflow
