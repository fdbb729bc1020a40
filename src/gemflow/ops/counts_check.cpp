// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/counts_check.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/ops/numbers.hpp"
#include "gemflow/ops/philox.hpp"

namespace gemflow {
namespace {

/// Values that one task looks at: long enough to be worth a call, short enough to share a chunk among many cores.
constexpr std::int64_t stretch_length = 65'536;

/// Are all values finite, not negative and exactly whole? Without a branch in the loop, so that it vectorises:
/// adding and taking away 2^52 leaves only whole numbers (below 2^52) unchanged, and NaN fails every comparison.
bool all_whole(std::span<const double> values) noexcept {
  constexpr double shift = 0x1p52;
  int n_bad = 0;
  for (const double value : values) {
    const bool whole = (value + shift) - shift == value || value >= shift;
    n_bad += static_cast<int>(!(whole & (value >= 0) & (value <= std::numeric_limits<double>::max())));
  }
  return n_bad == 0;
}

/// Takes out the entries that hold a zero.
void drop_zeros(CountChunk& counts) {
  const auto offsets = counts.offsets_to_fill();
  const auto genes = counts.genes_to_fill();
  const auto values = counts.values_to_fill();
  std::size_t kept = 0;
  std::size_t from = 0;
  for (std::size_t cell = 0; cell + 1 < offsets.size(); ++cell) {
    const auto end = static_cast<std::size_t>(offsets[cell + 1]);
    for (; from < end; ++from) {
      if (values[from] == 0) continue;
      genes[kept] = genes[from];
      values[kept++] = values[from];
    }
    offsets[cell + 1] = static_cast<std::int64_t>(kept);
  }
  counts.resize_nonzeros(static_cast<std::int64_t>(kept));
}

std::span<const double> values_of(const CountChunk& counts, std::int64_t begin, std::int64_t end) {
  return counts.values().subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

/// The cell that holds the value at this position of the chunk.
std::int64_t cell_of(const CountChunk& counts, std::int64_t position) {
  const auto offsets = counts.offsets();
  return std::upper_bound(offsets.begin(), offsets.end(), position) - offsets.begin() - 1;
}

/// The option that asks for a matrix by the name that `Inspection` gives it.
std::string layer_option(std::string_view matrix) {
  if (matrix == "raw/X") return "--layer raw";
  if (matrix.starts_with("layers/")) matrix.remove_prefix(7);
  return fmt::format("--layer {}", printable(matrix));
}

/// The first value of what `fault` tells: not finite, else negative, else not whole. REQUIRES: there is one.
std::int64_t first_fault(const CountChunk& counts, const ValueLook& look) {
  const auto values = counts.values();
  const auto is_told = [&look](double value) {
    if (look.n_not_finite > 0) return !std::isfinite(value);
    return !is_nearly_whole(value) && (look.n_negative == 0 || value < 0);
  };
  return std::find_if(values.begin(), values.end(), is_told) - values.begin();
}

std::string name_or_number(const std::vector<std::string>& names, std::int64_t number) {
  const auto at = static_cast<std::size_t>(number);
  return at < names.size() ? printable(names[at], 60) : fmt::format("{}", number);
}

/// "99.7 % of its non-zero values are not whole": the worst that is wrong, by its share of all values seen.
std::string fault(const ValueLook& look, std::int64_t n_seen) {
  const auto share = [n_seen](std::int64_t n) { return percent(static_cast<double>(n) / static_cast<double>(n_seen)); };
  if (look.n_not_finite > 0) return share(look.n_not_finite) + " of its values are not finite";
  if (look.n_negative > 0) return share(look.n_negative) + " of its non-zero values are negative";
  return share(look.n_not_whole) + " of its non-zero values are not whole";
}

}  // namespace

CountsCheck::CountsCheck(const Genes& genes, CountsCheckOptions options)
    : genes_(&genes), options_(std::move(options)) {}

void CountsCheck::check(Chunk& chunk, Workers& workers) {
  CountChunk& counts = chunk.counts;
  const std::int64_t n_values = counts.n_nonzeros();
  n_cells_ += counts.n_cells();
  n_nonzeros_ += n_values;
  stretches_.clear();
  for (std::int64_t begin = 0; begin < n_values; begin += stretch_length) {
    stretches_.push_back({begin, std::min(n_values, begin + stretch_length)});
  }
  const auto each_stretch = [&](auto&& action) {
    workers.each(static_cast<std::int64_t>(stretches_.size()),
                 [&](std::int64_t i) { action(stretches_[static_cast<std::size_t>(i)]); });
  };
  each_stretch([&](Stretch& stretch) { stretch.is_clean = all_whole(values_of(counts, stretch.begin, stretch.end)); });
  if (std::all_of(stretches_.begin(), stretches_.end(), [](const Stretch& s) { return s.is_clean; })) return;
  allow_rounding(chunk);
  each_stretch([&](Stretch& stretch) {
    if (!stretch.is_clean) mend(counts, stretch);
  });
  add_up(chunk);
}

// Logarithms and fractions are no counts once they are rounded, whatever was asked for. A few cells may look like them: then
// the file's first values tell, which are the same for each of its parts and for every batch size.
void CountsCheck::allow_rounding(const Chunk& chunk) {
  if (options_.round == RoundInput::error || rounding_allowed_) return;
  const ValueLook look = look_at_values(chunk.counts);
  if (look.is_counts()) return;
  if (!look.may_be_rounded() && !(options_.may_be_rounded && options_.may_be_rounded())) refuse(chunk);
  rounding_allowed_ = true;
}

void CountsCheck::mend(CountChunk& counts, Stretch& stretch) const {
  const auto values = counts.values_to_fill();
  const auto offsets = counts.offsets();
  auto cell = static_cast<std::size_t>(cell_of(counts, stretch.begin));
  for (std::int64_t at = stretch.begin; at < stretch.end; ++at) {
    while (at >= offsets[cell + 1]) ++cell;
    double& value = values[static_cast<std::size_t>(at)];
    const double nearest = std::nearbyint(value) + 0.0;  // + 0.0: no negative zero
    if (value == nearest && value >= 0 && std::isfinite(value)) continue;
    if (is_nearly_whole(value)) {
      value = nearest;
      ++stretch.n_taken;
    } else if (options_.round != RoundInput::error && value >= 0 && std::isfinite(value)) {
      value = rounded(value, counts.number(static_cast<std::int64_t>(cell)),
                      counts.genes()[static_cast<std::size_t>(at)]);
      ++stretch.n_rounded;
    } else {
      stretch.is_bad = true;
      return;
    }
    if (value == 0) ++stretch.n_zeroed;
  }
}

double CountsCheck::rounded(double value, std::int64_t cell, std::int32_t gene) const {
  if (options_.round == RoundInput::nearest) return std::nearbyint(value);
  const Random random(options_.seed, {cell, 0, Stream::input_rounding});
  const double below = std::floor(value);
  return random.uniform(static_cast<std::uint64_t>(gene)) < value - below ? below + 1 : below;
}

void CountsCheck::add_up(Chunk& chunk) {
  std::int64_t n_zeroed = 0;
  for (const Stretch& stretch : stretches_) {
    if (stretch.is_bad) refuse(chunk);
    n_taken_ += stretch.n_taken;
    n_rounded_ += stretch.n_rounded;
    n_zeroed += stretch.n_zeroed;
  }
  if (n_zeroed > 0) drop_zeros(chunk.counts);
}

void CountsCheck::refuse(const Chunk& chunk) const {
  const ValueLook look = look_at_values(chunk.counts);
  const std::int64_t position = first_fault(chunk.counts, look);
  const std::int64_t n_before = n_nonzeros_ - chunk.counts.n_nonzeros();
  std::string message =
      fmt::format("{} holds no raw counts: {}, the first is {} of gene '{}' in cell '{}'", matrix_name(),
                  fault(look, n_before + look.n_nonzeros), chunk.counts.values()[static_cast<std::size_t>(position)],
                  name_or_number(genes_->names, chunk.counts.genes()[static_cast<std::size_t>(position)]),
                  name_or_number(chunk.cell_names, cell_of(chunk.counts, position)));
  if (look.kind != ValueKind::not_finite) message += "; it looks like " + look.holds;
  throw Error(ErrorKind::input, std::move(message), hint(look.kind));
}

std::string CountsCheck::hint(ValueKind kind) const {
  const std::string elsewhere = options_.find_raw_counts ? options_.find_raw_counts() : std::string();
  if (!elsewhere.empty() && elsewhere != options_.matrix) {
    return fmt::format("raw counts are in {}: use {}", printable(elsewhere), layer_option(elsewhere));
  }
  if (kind == ValueKind::estimated_counts) {
    return "estimated counts are taken with --round-input nearest, or stochastic, which keeps means";
  }
  return "counts as they were before any normalisation are needed: gemflow inspect shows what each matrix holds";
}

std::string CountsCheck::matrix_name() const {
  const std::string matrix = '\'' + printable(options_.matrix) + '\'';
  return options_.file.empty() ? matrix : matrix + " of '" + printable(options_.file) + '\'';
}

void CountsCheck::finish(Report& report) const {
  if (n_taken_ > 0) {
    report.warning(fmt::format("{} values of {} miss a whole number by less than 0.000001 and were taken as whole",
                               with_commas(n_taken_), matrix_name()));
  }
  if (n_rounded_ > 0) {
    report.warning(fmt::format("{} of {} values of {} were not whole and were rounded", with_commas(n_rounded_),
                               with_commas(n_nonzeros_), matrix_name()));
  }
  if (n_cells_ > 0 && n_nonzeros_ == 0) {
    report.warning(
        fmt::format("{} holds no counts at all: all of its {} cells are empty", matrix_name(), with_commas(n_cells_)));
  }
}

namespace {

class CheckedReader final : public Reader {
 public:
  CheckedReader(Reader& in, CountsCheckOptions options, Job& job)
      : in_(in), job_(job), check_(in.genes(), std::move(options)) {}

  [[nodiscard]] std::int64_t n_cells() const override { return in_.n_cells(); }
  [[nodiscard]] const Genes& genes() const override { return in_.genes(); }
  [[nodiscard]] std::string matrix() const override { return in_.matrix(); }
  [[nodiscard]] WholeMatrix whole() const override { return in_.whole(); }
  void rewind() override { in_.rewind(); }

  bool next(Chunk& chunk, const Limit& limit) override {
    if (in_.next(chunk, limit)) {
      check_.check(chunk, *job_.workers);
      return true;
    }
    if (!finished_) check_.finish(*job_.report);
    finished_ = true;
    return false;
  }

 private:
  Reader& in_;
  Job& job_;
  CountsCheck check_;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<Reader> check_counts(Reader& in, CountsCheckOptions options, Job& job) {
  return std::make_unique<CheckedReader>(in, std::move(options), job);
}

}  // namespace gemflow
