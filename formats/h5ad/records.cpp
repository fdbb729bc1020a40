// SPDX-License-Identifier: Apache-2.0
#include "h5ad/records.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "h5ad/column_outputs.hpp"
#include "h5ad/data_frame.hpp"
#include "h5ad/encoding.hpp"
#include "h5ad/frame_output.hpp"
#include "h5ad/stored_values.hpp"
#include "hdf5/create.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"

namespace gemflow::h5ad {
namespace {

constexpr std::int64_t rows_at_once = 65'536;

/// Rows of a column, some of which are not there: whole numbers become float64, as pandas' reindex does.
Column pick_or_missing(Column column, const Positions& rows) {
  if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&column.values)) {
    column.values = std::vector<double>(numbers->begin(), numbers->end());
  }
  return pick(column, rows);
}

/// Rows of a frame's columns in the order of the picks. Picks that do not ascend need all rows at once: the axis of
/// genes.
class PickedColumns {
 public:
  PickedColumns(const DataFrame& frame, const Picks& rows) : n_old_(frame.n_rows()), rows_(rows), step_(rows_at_once) {
    for (const std::string& name : frame.columns()) {
      if (frame.has_column(name)) readers_.emplace_back(name, frame.column(name));
    }
    const auto& positions = rows.positions;
    ascends_ = rows.is_all || (!rows.has_missing && std::is_sorted(positions.begin(), positions.end()));
    if (!ascends_) step_ = std::max<std::int64_t>(1, rows.count(n_old_));
  }

  [[nodiscard]] std::int64_t n_rows() const { return rows_.count(n_old_); }
  [[nodiscard]] std::int64_t step() const { return step_; }

  /// New rows [begin, begin + count) of all columns.
  [[nodiscard]] std::vector<Column> read(std::int64_t begin, std::int64_t count) const {
    std::vector<Column> columns;
    for (const auto& [name, reader] : readers_) {
      columns.push_back(read(*reader, begin, count));
      columns.back().name = name;
    }
    return columns;
  }

 private:
  [[nodiscard]] Column read(const ColumnReader& reader, std::int64_t begin, std::int64_t count) const {
    if (rows_.is_all) return reader.read(begin, count);
    if (count == 0) return rows_.has_missing ? pick_or_missing(reader.read(0, 0), {}) : reader.read(0, 0);
    const auto* first = rows_.positions.data() + begin;
    Positions within(first, first + count);
    if (rows_.has_missing) return pick_or_missing(reader.read(0, n_old_), within);
    if (!ascends_) return pick(reader.read(0, n_old_), within);
    const std::int64_t origin = *first;
    const std::int64_t span = first[count - 1] - origin + 1;
    for (std::int64_t& at : within) at -= origin;
    return pick(reader.read(origin, span), within);
  }

  std::int64_t n_old_;
  const Picks& rows_;
  std::int64_t step_;
  bool ascends_ = true;
  std::vector<std::pair<std::string, std::unique_ptr<ColumnReader>>> readers_;
};

void write_names(const DataFrame& frame, hid_t to, const Picks& rows, std::span<const std::string> index,
                 const TakeContext& context) {
  std::vector<std::string> names(index.begin(), index.end());
  if (index.empty()) {
    std::vector<std::string> old;
    frame.append_names(0, frame.n_rows(), old);
    if (rows.is_all) {
      names = std::move(old);
    } else {
      for (const std::int64_t at : rows.positions) names.push_back(at < 0 ? "" : old[static_cast<std::size_t>(at)]);
    }
  }
  context.receipts->push_back(write_text_array(to, "_index", names));
}

}  // namespace

void take_records(const Member& from, const Member& to, const Picks& rows, std::span<const std::string> index,
                  const TakeContext& context) {
  const DataFrame old(from.parent, from.name);
  hdf5::Handle frame = create_frame(to.parent, to.name, old.columns().size());
  const PickedColumns columns(old, rows);
  ColumnOutputs outputs(frame, Style::modern, columns.read(0, 0), CategoryRule::given);
  hdf5::StripeWriter writer;
  outputs.add_to(writer);
  for (std::int64_t begin = 0; begin < columns.n_rows(); begin += columns.step()) {
    const std::vector<Column> block = columns.read(begin, std::min(columns.step(), columns.n_rows() - begin));
    outputs.give(block);
    writer.write_complete(*context.job->workers);
  }
  for (hdf5::Receipt& receipt : writer.finish()) context.receipts->push_back(std::move(receipt));
  for (hdf5::Receipt& receipt : outputs.finish()) context.receipts->push_back(std::move(receipt));
  write_names(old, frame, rows, index, context);
  write_column_order(frame, outputs.names());
  hdf5::close_checked(std::move(frame), to.parent, to.name);
}

void take_record_matrices(hid_t in, const std::string& name, hid_t to, const Picks& rows, const TakeContext& context) {
  const hdf5::Handle group = create_tagged_group(to, name, mapping_tag);
  const hdf5::Handle records = hdf5::open_dataset(in, name);
  for (const std::string& field : fields_of(records)) take_field(records, field, group, rows, context);
}

}  // namespace gemflow::h5ad
