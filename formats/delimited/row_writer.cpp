// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "delimited/delimited.hpp"
#include "delimited/row_text.hpp"
#include "delimited/table_writer.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "text_output.hpp"

namespace gemflow {
namespace {

/// Text that is handed on at once.
constexpr std::size_t piece = std::size_t{1} << 16;

class TextRows final : public RowWriter {
 public:
  TextRows(std::function<void(std::string_view)> take, char delimiter, std::unique_ptr<TextOutput> file)
      : take_(std::move(take)), delimiter_(delimiter), file_(std::move(file)) {}

  void row(std::span<const std::string> fields) override {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) pending_ += delimiter_;
      append_field(pending_, fields[i], delimiter_);
    }
    end_row();
  }

  void row(std::string_view name, CellCounts counts, std::int64_t n_genes, ValueType stored) override {
    append_field(pending_, name, delimiter_);
    append_counts(pending_, counts, n_genes, stored, delimiter_);
    end_row();
  }

  void finish() override {
    hand_on();
    if (file_) file_->commit();
  }

 private:
  void end_row() {
    pending_ += '\n';
    if (pending_.size() >= piece) hand_on();
  }

  void hand_on() {
    if (!pending_.empty()) take_(pending_);
    pending_.clear();
  }

  std::function<void(std::string_view)> take_;
  char delimiter_;
  std::unique_ptr<TextOutput> file_;  ///< null where the text goes elsewhere
  std::string pending_;
};

}  // namespace

void require_table(const std::filesystem::path& out) {
  if (&format_for(out) == &delimited_format) return;
  throw Error(ErrorKind::usage, fmt::format("writing '{}': it is to be a table", printable(out.string(), 4096)),
              "let its name end in .tsv or .csv");
}

std::unique_ptr<RowWriter> create_rows(const std::filesystem::path& out, bool overwrite, Job& job) {
  require_table(out);
  auto file = std::make_unique<TextOutput>(out, DestinationOptions{overwrite, {}}, job);
  TextOutput* const text = file.get();
  return std::make_unique<TextRows>([text](std::string_view piece_of_text) { text->write(piece_of_text); },
                                    delimiter_of(out), std::move(file));
}

std::unique_ptr<RowWriter> write_rows(std::function<void(std::string_view)> take, char delimiter) {
  return std::make_unique<TextRows>(std::move(take), delimiter, nullptr);
}

}  // namespace gemflow
