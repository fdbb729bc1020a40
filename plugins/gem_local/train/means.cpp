// SPDX-License-Identifier: Apache-2.0
#include "gem_local/train/means.hpp"

#include <algorithm>
#include <map>

#include "gem_local/train/shrinkage.hpp"

namespace gemflow::gem_local {
namespace {

constexpr int n_sweeps = 6;
constexpr int learning_sweeps = 2;  ///< after these the mixture of strengths hardly moves
constexpr double half_count = 0.5;  ///< what a gene without counts has of them in all

/// The multiplicative main effects.
class MainEffects {
 public:
  MainEffects(const ConditionSums& sums, const std::vector<FieldPart>& fields, Workers& workers)
      : sums_(&sums), fields_(&fields), workers_(&workers), shrinkages_(fields.size()) {
    for (std::size_t c = 0; c < sums.levels.size(); ++c) depths_.push_back(sums.depth(c));
  }

  void fit(Means& means) {
    const Index n_genes = sums_->counts.cols();
    Index n_levels = 0;
    for (const FieldPart& part : *fields_) n_levels += part.n_levels;
    means.factors = DoubleMatrix::Ones(n_levels, n_genes);
    observed_ = sums_->counts.colwise().sum().array() + half_count;
    means.base = observed_ / observed_.sum();
    for (int sweep = 0; sweep < n_sweeps; ++sweep) {
      for (std::size_t field = 0; field < fields_->size(); ++field) update(means, field, sweep < learning_sweeps);
      const DoubleRow predicted = expected(means, n_fields()).colwise().sum().array() + half_count;
      means.base = means.base.cwiseProduct(observed_).cwiseQuotient(predicted);
    }
  }

  /// Counts that the model expects in each condition, without the factors of one field.
  [[nodiscard]] DoubleMatrix expected(const Means& means, std::size_t without) const {
    DoubleMatrix rates(sums_->counts.rows(), sums_->counts.cols());
    workers_->each(rates.rows(), [&](std::int64_t c) {
      const auto condition = static_cast<std::size_t>(c);
      DoubleRow row = means.base * depths_[condition];
      for (std::size_t field = 0; field < n_fields(); ++field) {
        const std::int32_t level = sums_->levels[condition][field];
        if (field == without || level < 0) continue;
        row = row.cwiseProduct(means.factors.row((*fields_)[field].first_effect + level));
      }
      rates.row(c) = row;
    });
    return rates;
  }

 private:
  [[nodiscard]] std::size_t n_fields() const { return fields_->size(); }

  void update(Means& means, std::size_t field, bool learn) {
    const FieldPart& part = (*fields_)[field];
    const DoubleMatrix others = expected(means, field);
    DoubleMatrix seen = DoubleMatrix::Zero(part.n_levels, others.cols());
    DoubleMatrix predicted = seen;
    bool all_labelled = true;
    for (std::size_t c = 0; c < sums_->levels.size(); ++c) {
      const std::int32_t level = sums_->levels[c][field];
      all_labelled = all_labelled && level >= 0;
      if (level < 0) continue;
      seen.row(level) += sums_->counts.row(static_cast<Index>(c));
      predicted.row(level) += others.row(static_cast<Index>(c));
    }
    if (learn) shrinkages_[field].learn(seen, predicted);
    DoubleMatrix factors = shrinkages_[field].ratios(seen, predicted, *workers_);
    // Without a label a cell is the mean of those that have one; but a cell without a perturbation is not perturbed.
    const bool centred = part.field.group != "perturbation" || all_labelled;
    if (centred) centre(field, factors);
    means.factors.middleRows(part.first_effect, part.n_levels) = factors;
  }

  void centre(std::size_t field, DoubleMatrix& factors) const {
    const std::vector<double> shares = level_shares(*sums_, field, static_cast<std::int32_t>(factors.rows()));
    DoubleRow mean = DoubleRow::Zero(factors.cols());
    for (Index level = 0; level < factors.rows(); ++level) {
      mean += shares[static_cast<std::size_t>(level)] * factors.row(level);
    }
    for (Index level = 0; level < factors.rows(); ++level) factors.row(level) = factors.row(level).cwiseQuotient(mean);
  }

  const ConditionSums* sums_;
  const std::vector<FieldPart>* fields_;
  Workers* workers_;
  std::vector<Shrinkage> shrinkages_;
  std::vector<double> depths_;
  DoubleRow observed_;
};

/// Shrunken factors of the rows that are known, 1 for the others.
DoubleMatrix interaction_factors(const DoubleMatrix& seen, const DoubleMatrix& predicted,
                                 const std::vector<bool>& known, Workers& workers) {
  const auto n_known = std::count(known.begin(), known.end(), true);
  DoubleMatrix counts(n_known, seen.cols()), expected(n_known, seen.cols());
  Index at = 0;
  for (std::size_t row = 0; row < known.size(); ++row) {
    if (!known[row]) continue;
    counts.row(at) = seen.row(static_cast<Index>(row));
    expected.row(at++) = predicted.row(static_cast<Index>(row));
  }
  Shrinkage shrinkage;
  shrinkage.learn(counts, expected);
  const DoubleMatrix ratios = shrinkage.ratios(counts, expected, workers);
  DoubleMatrix factors = DoubleMatrix::Ones(seen.rows(), seen.cols());
  at = 0;
  for (std::size_t row = 0; row < known.size(); ++row) {
    if (known[row]) factors.row(static_cast<Index>(row)) = ratios.row(at++);
  }
  return factors;
}

std::size_t n_labelled(const Levels& levels) {
  return static_cast<std::size_t>(std::count_if(levels.begin(), levels.end(), [](std::int32_t l) { return l >= 0; }));
}

Levels without_technical(Levels levels, const std::vector<FieldPart>& fields) {
  for (std::size_t field = 0; field < levels.size(); ++field) {
    if (fields[field].field.group == "technical") levels[field] = -1;
  }
  return levels;
}

void find_pairs(const ConditionSums& sums, const std::vector<FieldPart>& fields, Means& means) {
  std::map<Levels, std::int32_t> numbers;
  for (const Levels& levels : sums.levels) numbers.try_emplace(without_technical(levels, fields), 0);
  for (auto& [levels, number] : numbers) {
    number = static_cast<std::int32_t>(means.pairs.size());
    means.pairs.push_back(levels);
  }
  means.pair_cells.assign(means.pairs.size(), 0);
  for (std::size_t c = 0; c < sums.levels.size(); ++c) {
    const std::int32_t pair = numbers.at(without_technical(sums.levels[c], fields));
    means.pair_of_condition.push_back(pair);
    means.pair_cells[static_cast<std::size_t>(pair)] += sums.n_cells[c];
  }
}

void fit_pairs(const ConditionSums& sums, DoubleMatrix& expected, Means& means, Workers& workers) {
  const auto n = static_cast<Index>(means.pairs.size());
  DoubleMatrix seen = DoubleMatrix::Zero(n, expected.cols());
  DoubleMatrix predicted = seen;
  for (std::size_t c = 0; c < sums.levels.size(); ++c) {
    seen.row(means.pair_of_condition[c]) += sums.counts.row(static_cast<Index>(c));
    predicted.row(means.pair_of_condition[c]) += expected.row(static_cast<Index>(c));
  }
  for (std::size_t pair = 0; pair < means.pairs.size(); ++pair) {
    means.pair_is_known.push_back(n_labelled(means.pairs[pair]) >= 2 && means.pair_cells[pair] >= fewest_cells);
  }
  means.pair_factors = interaction_factors(seen, predicted, means.pair_is_known, workers);
  for (std::size_t c = 0; c < sums.levels.size(); ++c) {
    const auto row = static_cast<Index>(c);
    expected.row(row) = expected.row(row).cwiseProduct(means.pair_factors.row(means.pair_of_condition[c]));
  }
}

void fit_conditions(const ConditionSums& sums, DoubleMatrix& expected, Means& means, Workers& workers) {
  for (std::size_t c = 0; c < sums.levels.size(); ++c) {
    const Levels& levels = sums.levels[c];
    const bool adds_technical = levels != means.pairs[static_cast<std::size_t>(means.pair_of_condition[c])];
    means.condition_is_known.push_back(adds_technical && n_labelled(levels) >= 2 && sums.n_cells[c] >= fewest_cells);
  }
  means.condition_factors = interaction_factors(sums.counts, expected, means.condition_is_known, workers);
  expected = expected.cwiseProduct(means.condition_factors);
}

}  // namespace

std::vector<double> level_shares(const ConditionSums& sums, std::size_t field, std::int32_t n_levels) {
  std::vector<double> shares(static_cast<std::size_t>(n_levels), 0.0);
  double total = 0;
  for (std::size_t c = 0; c < sums.levels.size(); ++c) {
    const std::int32_t level = sums.levels[c][field];
    if (level < 0) continue;
    shares[static_cast<std::size_t>(level)] += sums.depth(c);
    total += sums.depth(c);
  }
  for (double& share : shares) share = total > 0 ? share / total : 0;
  return shares;
}

Means fit_means(const ConditionSums& sums, const std::vector<FieldPart>& fields, Workers& workers) {
  Means means;
  MainEffects effects(sums, fields, workers);
  effects.fit(means);
  DoubleMatrix expected = effects.expected(means, fields.size());
  find_pairs(sums, fields, means);
  fit_pairs(sums, expected, means, workers);
  fit_conditions(sums, expected, means, workers);
  means.shares = std::move(expected);
  for (Index c = 0; c < means.shares.rows(); ++c) {
    const double total = DoubleRow(means.shares.row(c)).sum();
    means.shares.row(c) /= total > 0 ? total : 1;
  }
  return means;
}

}  // namespace gemflow::gem_local
