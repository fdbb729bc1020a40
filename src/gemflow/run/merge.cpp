// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/merge.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/slice.hpp"

namespace gemflow {
namespace {

struct ToWords {
  std::string operator()(const std::string& text) const { return "'" + printable(text) + "'"; }
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return fmt::format("{}", number); }
  std::string operator()(const std::vector<std::string>& texts) const {
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "'" : ", '") + printable(text) + "'";
    return all.empty() ? "nothing" : all;
  }
};

std::string words_of(const Provenance::Value* value) { return value == nullptr ? "not there" : std::visit(ToWords(), *value); }

/// Values themselves, and not the words for them, which are cut. NaN is what NaN is.
bool is_same(const Provenance::Value* one, const Provenance::Value* other) {
  if (one == nullptr || other == nullptr) return one == other;
  const auto is_nan = [](const Provenance::Value& value) { return std::holds_alternative<double>(value) && std::isnan(std::get<double>(value)); };
  return *one == *other || (is_nan(*one) && is_nan(*other));
}

Error of_other_runs(const Part& one, const Part& other, const std::string& what, const std::pair<std::string, std::string>& values) {
  return {ErrorKind::input,
          fmt::format("merging: '{}' and '{}' are parts of different runs: {} is {} and {}", other.file, one.file, what, values.second, values.first),
          "make all parts with one version, one model and the same options"};
}

/// Names the first entry in which two provenances differ.
void require_same_run(const Part& one, const Part& other) {
  const auto expect = [&](const std::string& what, const Provenance::Value& a, const Provenance::Value& b) {
    if (!is_same(&a, &b)) throw of_other_runs(one, other, what, {words_of(&a), words_of(&b)});
  };
  expect("the command", one.provenance.command, other.provenance.command);
  for (const Part* part : {&one, &other}) {
    for (const auto& [key, value] : part->provenance.entries) {
      const Provenance::Value* const a = one.provenance.find(key);
      const Provenance::Value* const b = other.provenance.find(key);
      if (!is_same(a, b)) throw of_other_runs(one, other, "'" + printable(key) + "'", {words_of(a), words_of(b)});
    }
  }
  expect("the digest of the conditions", one.mark.conditions, other.mark.conditions);
  expect("--duplicates", one.mark.duplicates, other.mark.duplicates);
  expect("the digest of --label-names", one.mark.label_names, other.mark.label_names);
  expect("the number of rows of the whole", one.mark.rows.n_whole, other.mark.rows.n_whole);
  expect("the number of stored values of the whole", one.mark.rows.n_nonzeros, other.mark.rows.n_nonzeros);
  expect("--max-outliers", one.mark.outliers.share, other.mark.outliers.share);
  expect("whether they stand beside an input", one.mark.stands_beside, other.mark.stands_beside);
}

/// Nothing is lost and nothing is there twice.
void require_all_rows(const std::vector<Part>& parts) {
  const std::int64_t n_whole = parts.front().mark.rows.n_whole;
  const auto refuse_gap = [&](std::int64_t begin, std::int64_t end) {
    if (begin >= end) return;
    throw Error(ErrorKind::input, fmt::format("merging: rows {}:{} of {} are in no part", begin, end, n_whole),
                fmt::format("make it with --rows {}:{} --part", begin, end));
  };
  std::int64_t end = 0;
  const Part* before = nullptr;
  for (const Part& part : parts) {
    const PartRows& rows = part.mark.rows;
    refuse_gap(end, rows.begin);
    if (rows.begin < end) {
      throw Error(ErrorKind::input, fmt::format("merging: rows {}:{} are in '{}' and in '{}'", rows.begin, std::min(end, rows.end), before->file, part.file),
                  "leave one of them out");
    }
    end = rows.end;
    before = &part;
  }
  refuse_gap(end, n_whole);
}

/// A cell to condition on may be in any of the parts, but it must be in one.
void require_references(const std::vector<Part>& parts) {
  std::vector<std::string> missing = parts.front().mark.missing_references;
  for (const Part& part : parts) {
    const std::set<std::string> here(part.mark.missing_references.begin(), part.mark.missing_references.end());
    std::erase_if(missing, [&](const std::string& name) { return !here.contains(name); });
  }
  if (missing.empty()) return;
  throw Error(ErrorKind::input, fmt::format("merging: there is no cell '{}' to condition on in any part", printable(missing.front())),
              "the column 'reference' names cells of IN; leave it empty for every chosen cell");
}

std::int64_t width_of(const Chunk& chunk) {
  std::size_t width = chunk.obs.size();
  for (const Matrix& matrix : chunk.obsm) width += matrix.columns.size();
  return static_cast<std::int64_t>(width);
}

/// One merge: reads parts, puts each cell beside its own in `in`, writes.
class Merge {
 public:
  Merge(const MergeInput& in, const std::vector<Part>& parts, Writer& out, Job& job)
      : in_(in), parts_(&parts), out_(&out), job_(&job) {
    for (const Part& part : parts) n_rows_ += part.mark.rows.end - part.mark.rows.begin;
  }

  MergeResult go() {
    if (in_.cells != nullptr && in_.cells->n_cells() != n_rows_) {
      throw Error(ErrorKind::input, fmt::format("merging: the parts are of a file of {} cells, and IN has {}", n_rows_, in_.cells->n_cells()));
    }
    require_same_size();
    for (const Part& part : *parts_) take(part);
    out_->finish(parts_->front().provenance);
    return result_;
  }

 private:
  void take(const Part& part) {
    const auto reader = part.open();
    const std::int64_t n_wanted = part.mark.rows.end - part.mark.rows.begin;
    if (in_.cells != nullptr && reader->n_cells() != n_wanted) {
      throw Error(ErrorKind::input, fmt::format("merging: '{}' says that it holds {} rows and has {} cells", part.file, n_wanted, reader->n_cells()));
    }
    take_genes(part, *reader);
    result_.n_empty += part.mark.n_empty;
    if (part.mark.knows_outliers) result_.n_outliers = result_.n_outliers.value_or(0) + part.mark.n_outliers;
    counts_ = CountsDigest();
    compare_first_cells(part);
    Chunk chunk;
    while (job_->check_stop(), reader->next(chunk, limit())) {
      require_same_kinds(part, chunk);
      in_.cells != nullptr ? stand_beside(part, chunk) : put(chunk);
    }
    if (in_.has_counts) require_same_counts(part, {part.mark.rows.begin, part.mark.rows.end, part.mark.counts}, counts_);
  }

  /// The number of stored values is known before any of them is read, of most layouts.
  void require_same_size() const {
    const std::int64_t n_made_from = parts_->front().mark.rows.n_nonzeros;
    const std::int64_t n_here = in_.cells == nullptr ? -1 : in_.cells->whole().n_nonzeros;
    if (n_made_from < 0 || n_here < 0 || n_made_from == n_here) return;
    throw Error(ErrorKind::input, fmt::format("merging: the parts are of a matrix of {} stored values, and that of IN has {}", n_made_from, n_here),
                "name the file that the parts were made from");
  }

  /// A part says of cells [begin, end) that their counts have this digest.
  struct Told {
    std::int64_t begin;
    std::int64_t end;
    const std::string& digest;
  };

  static void require_same_counts(const Part& part, const Told& told, const CountsDigest& here) {
    if (told.digest == here.text()) return;
    throw Error(ErrorKind::input, fmt::format("merging: the digest of the counts of rows {}:{} is '{}' in '{}' and '{}' in IN", told.begin,
                                              told.end, printable(told.digest), part.file, here.text()),
                "name the file that the parts were made from");
  }

  void compare_first_cells(const Part& part) {
    if (in_.first_cells == nullptr) return;
    const auto [begin, end, n_whole, n_nonzeros] = part.mark.rows;
    const std::int64_t n = std::min(compared_cells, end - begin);
    CountsDigest here(n);
    Chunk cells;
    for (std::int64_t n_read = 0; n_read < n && in_.first_cells->next(cells, {n - n_read}); n_read += cells.n_cells()) here.add(cells.counts);
    require_same_counts(part, {begin, begin + n, part.mark.first_counts}, here);
  }

  /// What stands beside the cells may be wide: latents, probabilities of many classes.
  [[nodiscard]] Limit limit() const noexcept {
    constexpr std::int64_t most_values = 4 * Limit{}.nonzeros;
    constexpr std::int64_t usual = 32'768;
    if (first_ == nullptr && in_.cells != nullptr) return {1, Limit{}.nonzeros};  // its width is known then
    return {std::clamp<std::int64_t>(most_values / (n_columns_ + 1), 1, usual), Limit{}.nonzeros};
  }

  /// The first part's genes are those of all, and those of the same digest are not read. Beside an input they are its own, with what gemflow says of them.
  void take_genes(const Part& part, const Reader& reader) {
    if (has_genes_ && part.mark.genes == parts_->front().mark.genes) return;
    const Genes& genes = reader.genes();
    const Genes& wanted = in_.cells != nullptr ? in_.cells->genes() : has_genes_ ? genes_ : genes;
    require_same_genes(part, genes, wanted);
    if (std::exchange(has_genes_, true)) {
      const auto same_column = [](const Column& a, const Column& b) { return a.name == b.name && same_values(a, b); };
      const bool same = std::equal(genes.columns.begin(), genes.columns.end(), genes_.columns.begin(), genes_.columns.end(), same_column);
      if (!same) throw Error(ErrorKind::input, fmt::format("merging: '{}' and '{}' tell different things of their genes", part.file, parts_->front().file));
      return;
    }
    genes_ = Genes{genes.names, genes.columns, {}};
    if (in_.cells == nullptr) return out_->genes(genes_);
    Genes both = in_.cells->genes();
    for (const Column& column : genes.columns) {
      std::erase_if(both.columns, [&](const Column& own) { return own.name == column.name; });
      both.columns.push_back(column);
    }
    out_->genes(both);
  }

  void require_same_genes(const Part& part, const Genes& genes, const Genes& wanted) const {
    const std::string_view whose = in_.cells != nullptr ? "IN" : "the first part";
    if (genes.size() != wanted.size()) {
      throw Error(ErrorKind::input, fmt::format("merging: '{}' has {} genes, and {} has {}", part.file, genes.size(), whose, wanted.size()));
    }
    const auto [own, other] = std::mismatch(genes.names.begin(), genes.names.end(), wanted.names.begin());
    if (own == genes.names.end()) return;
    throw Error(ErrorKind::input, fmt::format("merging: gene {} is '{}' in '{}' and '{}' in {}", own - genes.names.begin(), printable(*own),
                                              part.file, printable(*other), whose));
  }

  void require_same_kinds(const Part& part, const Chunk& chunk) {
    std::string kinds = kinds_of(chunk);
    if (first_ == nullptr) {
      first_ = &part;
      kinds_ = std::move(kinds);
      n_columns_ = width_of(chunk);
    } else if (kinds != kinds_) {
      throw Error(ErrorKind::input,
                  fmt::format("merging: '{}' holds {}, and '{}' holds {}", part.file, kinds, first_->file, kinds_),
                  "make all parts with the same options");
    }
  }

  /// Puts the part's answers beside the next cells of the input, whose counts may bound a chunk to fewer of them.
  void stand_beside(const Part& part, Chunk& answers) {
    const std::int64_t n_wanted = answers.n_cells();
    for (std::int64_t begin = 0; begin < n_wanted;) {
      if (!in_.cells->next(read_, {n_wanted - begin, Limit{}.nonzeros})) break;  // never: the numbers of cells were compared
      const std::int64_t end = begin + read_.n_cells();
      Chunk own = end - begin == n_wanted ? std::exchange(answers, {}) : slice(answers, begin, end);
      require_same_cells(part, own);
      counts_.add(read_.counts);
      read_.add(std::move(own));
      put(read_);
      begin = end;
    }
  }

  void require_same_cells(const Part& part, const Chunk& answers) const {
    const auto [own, other] = std::mismatch(answers.cell_names.begin(), answers.cell_names.end(), read_.cell_names.begin(), read_.cell_names.end());
    if (own == answers.cell_names.end()) return;
    throw Error(ErrorKind::input, fmt::format("merging: cell {} is '{}' in '{}' and '{}' in IN", result_.n_cells + (own - answers.cell_names.begin()),
                                              printable(*own), part.file, other == read_.cell_names.end() ? "" : printable(*other)));
  }

  void put(const Chunk& chunk) {
    out_->append(chunk);
    result_.n_cells += chunk.n_cells();
    job_->report->progress("cells", result_.n_cells, in_.cells == nullptr ? result_.n_cells : n_rows_);
  }

  MergeInput in_;
  const std::vector<Part>* parts_;
  Writer* out_;
  Job* job_;
  std::int64_t n_rows_ = 0;
  MergeResult result_;
  bool has_genes_ = false;
  Genes genes_;                  ///< of the first part
  const Part* first_ = nullptr;  ///< that has cells
  std::string kinds_;            ///< what stands beside its cells
  std::int64_t n_columns_ = 0;   ///< of obs and of all obsm
  Chunk read_;
  CountsDigest counts_;  ///< of the cells of IN that are beside the part
};

}  // namespace

std::vector<Part> in_order_of_rows(std::vector<Part> parts) {
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.mark.rows.begin < b.mark.rows.begin; });
  for (const Part& part : parts) require_same_run(parts.front(), part);
  require_all_rows(parts);
  require_references(parts);
  return parts;
}

void judge_outliers(const std::vector<Part>& parts, std::optional<double> share, Report& report) {
  OutlierCount count;
  for (const Part& part : parts) {
    count.n_outliers += part.mark.n_outliers;
    count.n_judged += part.mark.n_judged;
  }
  OutlierLimit limit = parts.front().mark.outliers;
  limit.share = share.value_or(limit.share);
  const auto told = [&](std::string_view key) {
    const std::string* const text = parts.front().provenance.text(key);
    return text == nullptr ? std::string_view() : *text;
  };
  judge_outliers(count, {told("model"), told("model_trained_on")}, limit, report);
}

MergeResult merge(const MergeInput& in, const std::vector<Part>& parts, Writer& out, Job& job) { return Merge(in, parts, out, job).go(); }

}  // namespace gemflow
