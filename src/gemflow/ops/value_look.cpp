// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/value_look.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "gemflow/ops/numbers.hpp"

namespace gemflow {
namespace {

constexpr std::size_t cells_looked_at = 200;
/// Above this no logarithm of a count is to be expected: ln(1 + 10^9) is 20.7, log2 of it 29.9.
constexpr double largest_logarithm = 32;

/// Undoes a transformation that normalised values may have gone through last.
struct Undo {
  double (*function)(double);
  const char* name;  ///< "log1p of "; empty for values as they are
};
constexpr std::array<Undo, 3> undos{{{[](double x) { return std::expm1(x); }, "log1p of "},
                                     {[](double x) { return std::exp2(x) - 1; }, "log2(x + 1) of "},
                                     {[](double x) { return x; }, ""}}};

/// What the first cells that are not empty show once a transformation is undone.
struct Signs {
  double smallest_sum = 0;
  double largest_sum = 0;
  std::size_t n_cells = 0;
  std::size_t n_stepped = 0;  ///< cells whose values are multiples of their smallest one

  [[nodiscard]] bool one_total() const noexcept {
    return n_cells > 1 && largest_sum - smallest_sum < 1e-3 * largest_sum;
  }
  [[nodiscard]] bool stepped() const noexcept { return 2 * n_stepped > n_cells; }
};

/// Are nine of ten values whole multiples of the smallest one? Only multiples up to 100 tell anything, and a cell with
/// fewer than ten of them from 2 up tells nothing.
bool rises_in_steps(std::span<const double> values) {
  const double step = *std::min_element(values.begin(), values.end());
  std::size_t n_tested = 0;
  std::size_t n_multiples = 0;
  for (const double value : values) {
    const double multiple = value / step;
    if (multiple < 1.4 || multiple > 100) continue;
    ++n_tested;
    if (std::abs(multiple - std::round(multiple)) < 2e-4 * multiple) ++n_multiples;
  }
  return n_tested >= 10 && 10 * n_multiples >= 9 * n_tested;
}

/// The cell's values above zero with the transformation undone.
void undo_cell(CellCounts cell, const Undo& undo, std::vector<double>& values) {
  values.clear();
  for (const double value : cell.values) {
    if (value > 0) values.push_back(undo.function(value));
  }
}

Signs signs_of(const CountChunk& piece, const Undo& undo) {
  Signs signs;
  std::vector<double> values;
  for (std::int64_t cell = 0; cell < piece.n_cells() && signs.n_cells < cells_looked_at; ++cell) {
    undo_cell(piece.cell(cell), undo, values);
    if (values.empty()) continue;
    double sum = 0;
    for (const double value : values) sum += value;
    signs.smallest_sum = signs.n_cells == 0 ? sum : std::min(signs.smallest_sum, sum);
    signs.largest_sum = std::max(signs.largest_sum, sum);
    if (rises_in_steps(values)) ++signs.n_stepped;
    ++signs.n_cells;
  }
  return signs;
}

bool is_about(double sum, double total) { return std::abs(sum - total) < 1e-3 * total; }

/// "counts per 10,000" and the like for cells that all have (nearly) this sum.
std::string name_of_total(double sum, bool stepped) {
  if (is_about(sum, 1e4)) return "counts per 10,000";
  if (is_about(sum, 1e6)) return stepped ? "counts per million (CPM)" : "counts or transcripts per million (CPM, TPM)";
  return fmt::format("counts normalised to {} a cell", with_commas(std::llround(sum)));
}

/// What the values are before the transformation, if the cells agree on a normalisation.
std::optional<std::string> normalisation(const Signs& signs) {
  const bool known_total = is_about(signs.largest_sum, 1e4) || is_about(signs.largest_sum, 1e6);
  if (signs.one_total() || (signs.n_cells == 1 && known_total))
    return name_of_total(signs.largest_sum, signs.stepped());
  if (signs.stepped()) return "normalised counts";
  return std::nullopt;
}

/// REQUIRES: values are finite and not negative, and some are not whole.
std::pair<ValueKind, std::string> normalisation_or_estimate(const CountChunk& piece, const ValueLook& look) {
  const bool many_whole = 5 * (look.n_nonzeros - look.n_not_whole) >= look.n_nonzeros;
  for (const Undo& undo : undos) {
    const bool logarithm = undo.name[0] != '\0';
    if (logarithm && look.largest > largest_logarithm) continue;
    const Signs signs = signs_of(piece, undo);
    if (!logarithm && signs.one_total() && is_about(signs.largest_sum, 1)) {
      return {ValueKind::fractions, "fractions (each cell sums to 1)"};
    }
    // Estimates with two decimals rise in steps of 0.01 too, but many of them are whole.
    if (many_whole && !signs.one_total()) continue;
    if (const auto name = normalisation(signs)) {
      return {logarithm ? ValueKind::log_normalised : ValueKind::normalised, undo.name + *name};
    }
  }
  if (look.largest <= 1) return {ValueKind::fractions, "fractions (none is above 1)"};
  if (!many_whole && look.largest < largest_logarithm) {
    return {ValueKind::log_normalised, fmt::format("log-transformed values (none is above {:.3g})", look.largest)};
  }
  // With hardly a whole number among them: tximport's scaled counts, or normalised in a way that leaves no trace.
  if (!many_whole) return {ValueKind::estimated_counts, "estimated counts (as tximport scales them) or FPKM"};
  return {ValueKind::estimated_counts, "estimated counts (of RSEM, salmon or an ambient correction)"};
}

void tally(double value, ValueLook& look) {
  if (value == 0) return;
  ++look.n_nonzeros;
  if (!std::isfinite(value)) {
    ++look.n_not_finite;
  } else if (!is_nearly_whole(value)) {
    ++(value < 0 ? look.n_negative : look.n_not_whole);
  }
  if (std::isfinite(value)) look.largest = std::max(look.largest, value);
}

}  // namespace

bool is_nearly_whole(double value) noexcept {
  const double nearest = std::nearbyint(value);
  return nearest >= 0 && std::abs(value - nearest) <= whole_tolerance;
}

ValueLook look_at_values(const CountChunk& piece) {
  ValueLook look;
  for (const double value : piece.values()) tally(value, look);
  if (look.n_nonzeros == 0) return look;
  if (look.n_not_finite > 0) {
    look.kind = ValueKind::not_finite;
    look.holds = "values that are not finite";
  } else if (look.n_negative > 0) {
    look.kind = ValueKind::scaled;
    look.holds = "scaled values (some are negative)";
  } else if (look.n_not_whole == 0) {
    look.kind = ValueKind::raw_counts;
    look.holds = "raw counts";
  } else {
    std::tie(look.kind, look.holds) = normalisation_or_estimate(piece, look);
  }
  return look;
}

}  // namespace gemflow
