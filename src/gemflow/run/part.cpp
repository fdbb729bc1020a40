// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/part.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"

namespace gemflow {
namespace {

constexpr std::string_view folder = "part/";

/// FNV-1a, 64 bits: it tells mistakes apart, not forgeries.
class Digest {
 public:
  void add(std::string_view text) noexcept {
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
    add_byte(0xFF);  // in no UTF-8: where one text ends
  }
  [[nodiscard]] std::string text() const { return fmt::format("{:016x}", state_); }

 private:
  void add_byte(unsigned char byte) noexcept { state_ = (state_ ^ byte) * 0x100000001B3U; }
  std::uint64_t state_ = 0xCBF29CE484222325U;
};

std::string digest_of(const Genes& genes) {
  Digest digest;
  for (const std::string& name : genes.names) digest.add(name);
  for (const Column& column : genes.columns) {
    digest.add(column.name);
    for (std::size_t row = 0; row < column.n_rows(); ++row) digest.add(column.text_at(row));
  }
  return digest.text();
}

/// What a GeneMap says of an input's genes beside its own columns.
bool is_said_of_genes(const Column& column) { return column.name == "gemflow_in_model" || column.name == "gemflow_gene"; }

/// The entries of a mark, by name.
class MarkReader {
 public:
  explicit MarkReader(const Provenance& provenance) : provenance_(&provenance) {}

  template <typename T>
  void read(std::string_view name, T& value) const {
    const Provenance::Value* found = provenance_->find(std::string(folder).append(name));
    const T* held = found == nullptr ? nullptr : std::get_if<T>(found);
    if (held == nullptr) throw Error(ErrorKind::input, fmt::format("the mark of the part lacks '{}'", name));
    value = *held;
  }

 private:
  const Provenance* provenance_;
};

/// Calls `each` with the name and the place of everything that a mark holds.
template <typename Mark, typename Each>
void for_each_entry(Mark& mark, Each&& each) {
  each("begin", mark.rows.begin);
  each("end", mark.rows.end);
  each("of", mark.rows.n_whole);
  each("of_nonzeros", mark.rows.n_nonzeros);
  each("stands_beside", mark.stands_beside);
  each("obsm", mark.obsm);
  each("layers", mark.layers);
  each("conditions", mark.conditions);
  each("duplicates", mark.duplicates);
  each("label_names", mark.label_names);
  each("missing_references", mark.missing_references);
  each("genes", mark.genes);
  each("counts", mark.counts);
  each("first_counts", mark.first_counts);
  each("n_empty", mark.n_empty);
  each("n_judged", mark.n_judged);
  each("knows_outliers", mark.knows_outliers);
  each("n_outliers", mark.n_outliers);
  each("max_outliers", mark.outliers.share);
  each("outliers_stop", mark.outliers.stops);
}

/// A file that came a long way may say anything.
void require_possible(const PartMark& mark) {
  const auto& [begin, end, n_whole, n_nonzeros] = mark.rows;
  if (begin < 0 || begin > end || (begin == end && n_whole > 0) || end > n_whole || n_nonzeros < -1) {
    throw Error(ErrorKind::input, fmt::format("the mark of the part says that it holds rows {}:{} of {}", begin, end, n_whole), "make the part anew");
  }
  const auto require_among = [&](std::string_view what, std::int64_t n, std::int64_t n_most) {
    if (n >= 0 && n <= n_most) return;
    throw Error(ErrorKind::input, fmt::format("the mark of the part says that {} of {} cells are {}", n, n_most, what), "make the part anew");
  };
  require_among("empty", mark.n_empty, end - begin);
  require_among("judged", mark.n_judged, end - begin);
  require_among("outliers", mark.n_outliers, mark.n_judged);
}

}  // namespace

std::string digest_of(const std::vector<Condition>& conditions) {
  Digest digest;
  for (const Condition& condition : conditions) {
    digest.add(condition.name);
    digest.add(condition.reference);
    digest.add(std::to_string(condition.num_samples));
    digest.add(condition.seed ? std::to_string(*condition.seed) : "");
    for (const auto& [key, value] : condition.metadata.entries()) {
      digest.add(key);
      digest.add(value);
    }
    digest.add("");
  }
  return digest.text();
}

std::string digest_of_names(const std::map<std::string, std::string, std::less<>>& names) {
  Digest digest;
  for (const auto& [label, name] : names) {
    digest.add(label);
    digest.add(name);
  }
  return digest.text();
}

PartWriter::PartWriter(Writer& out, const PartRows& rows, bool stands_beside) : out_(&out) {
  mark_.rows = rows;
  mark_.stands_beside = stands_beside;
}

void PartWriter::genes(const Genes& genes) {
  if (!mark_.stands_beside) {
    mark_.genes = digest_of(genes);
    return out_->genes(genes);
  }
  Genes own{genes.names, {}, {}};
  std::copy_if(genes.columns.begin(), genes.columns.end(), std::back_inserter(own.columns), is_said_of_genes);
  mark_.genes = digest_of(own);
  out_->genes(own);
}

void PartWriter::append(const Chunk& chunk) {
  if (!has_begun_) {
    for (const Matrix& matrix : chunk.obsm) mark_.obsm.push_back(matrix.name);
    for (const Layer& layer : chunk.layers) mark_.layers.push_back(layer.name);
    has_begun_ = true;
  }
  if (!mark_.stands_beside) return out_->append(chunk);
  counts_.add(chunk.counts);
  first_counts_.add(chunk.counts);
  Chunk answers{{}, chunk.cell_names, chunk.obs, chunk.obsm, chunk.layers};
  answers.counts.clear_like(chunk.counts);
  answers.counts.append_empty(chunk.n_cells());
  out_->append(answers);
}

void PartWriter::finish(const Provenance& provenance) {
  if (mark_.stands_beside) {
    mark_.counts = counts_.text();
    mark_.first_counts = first_counts_.text();
  }
  Provenance marked = provenance;
  std::vector<std::string> order;
  for (const auto& [key, value] : provenance.entries) order.push_back(key);
  marked.add(std::string(folder) + "entries", std::move(order));
  for_each_entry(mark_, [&](std::string_view name, const auto& value) { marked.add(std::string(folder).append(name), value); });
  out_->finish(marked);
}

std::optional<PartMark> take_mark(Provenance& provenance) {
  const auto is_marking = [](const auto& entry) { return entry.first.starts_with(folder); };
  if (std::none_of(provenance.entries.begin(), provenance.entries.end(), is_marking)) return std::nullopt;
  const MarkReader reader(provenance);
  PartMark mark;
  for_each_entry(mark, [&](std::string_view name, auto& value) { reader.read(name, value); });
  std::vector<std::string> order;
  reader.read("entries", order);
  require_possible(mark);

  std::vector<std::pair<std::string, Provenance::Value>> entries;
  for (const std::string& key : order) {
    const Provenance::Value* value = provenance.find(key);
    if (value == nullptr) throw Error(ErrorKind::input, fmt::format("the provenance of the part lacks '{}'", printable(key)));
    entries.emplace_back(key, *value);
  }
  provenance.entries = std::move(entries);
  return mark;
}

}  // namespace gemflow
