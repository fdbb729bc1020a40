// SPDX-License-Identifier: Apache-2.0
// Tables of what condition and generate made: changes, expression.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "change_rows.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/ops/group_changes.hpp"
#include "table_parts.hpp"

namespace gemflow::cli {
namespace {

constexpr std::int64_t usual_top = 20;

/// Which genes are compared: those that the model knows, where the file tells; and what they are called.
class ComparedGenes {
 public:
  explicit ComparedGenes(const Genes& genes) : genes_(genes) {
    const Column* in_model = genes.find_column("gemflow_in_model");
    const auto* flags = in_model == nullptr ? nullptr : std::get_if<std::vector<bool>>(&in_model->values);
    if (flags != nullptr) known_ = *flags;
    const Column* names = genes.find_column("gemflow_gene");
    for (std::size_t gene = 0; names != nullptr && gene < genes.size(); ++gene) {
      const std::string name = names->text_at(gene);
      if (!name.empty()) genes_.names[gene] = name;
    }
  }

  [[nodiscard]] const Genes& named() const noexcept { return genes_; }

  /// The cell without the genes that the model lacks. It holds until the next call.
  CellCounts of(CellCounts cell, std::size_t which) {
    if (known_.empty()) return cell;
    Kept& kept = kept_[which];
    kept.genes.clear();
    kept.values.clear();
    for (std::size_t i = 0; i < cell.genes.size(); ++i) {
      if (!known_[static_cast<std::size_t>(cell.genes[i])]) continue;
      kept.genes.push_back(cell.genes[i]);
      kept.values.push_back(cell.values[i]);
    }
    return {kept.genes, kept.values};
  }

 private:
  struct Kept {
    std::vector<std::int32_t> genes;
    std::vector<double> values;
  };

  Genes genes_;
  std::vector<bool> known_;  ///< empty: all
  Kept kept_[2];
};

/// Means of the changes that are there already, one a cell.
class MeanChanges {
 public:
  void add(const GroupName& name, CellCounts changes, std::size_t n_genes) {
    auto& [n_cells, sums] = groups_[name];
    sums.resize(n_genes);
    ++n_cells;
    for (std::size_t i = 0; i < changes.genes.size(); ++i) sums[static_cast<std::size_t>(changes.genes[i])] += changes.values[i];
  }

  [[nodiscard]] std::vector<GeneChange> top(std::size_t n) const {
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    std::vector<GeneChange> all;
    for (const auto& [name, group] : groups_) {
      const auto& [n_cells, sums] = group;
      std::vector<GeneChange> changes;
      for (std::size_t gene = 0; gene < sums.size(); ++gene) {
        if (sums[gene] == 0) continue;
        changes.push_back({name, 0, static_cast<std::int32_t>(gene), sums[gene] / static_cast<double>(n_cells), nothing, nothing, n_cells});
      }
      std::stable_sort(changes.begin(), changes.end(),
                       [](const GeneChange& a, const GeneChange& b) { return std::abs(a.log2fc) > std::abs(b.log2fc); });
      changes.resize(std::min(n, changes.size()));
      for (std::size_t i = 0; i < changes.size(); ++i) changes[i].rank = static_cast<std::int64_t>(i) + 1;
      std::move(changes.begin(), changes.end(), std::back_inserter(all));
    }
    return all;
  }

 private:
  std::map<GroupName, std::pair<std::int64_t, std::vector<double>>> groups_;
};

/// Where the file's changes are.
struct ChangePlan {
  enum class From { roles, layers, log2fc } from = From::layers;
  OpenOptions open;
  std::string role, condition;  ///< columns of obs; empty: none
};

/// Are the file's counts those of raw, whose genes are not those of var and its layers?
bool counts_in_raw(const TableSource& source, Session& session) {
  if (source.open.matrix != "auto") return source.open.matrix == "raw";
  return inspect(source.file, session.job).counts_in == "raw/X";
}

/// Counterparts beside the counts of each cell. False where only raw has those, and changes are there to be read instead.
bool plan_layers(ChangePlan& plan, const TableSource& source, const std::vector<std::string>& layers, Session& session) {
  const std::string& prefix = source.prefix;
  const bool has_control = holds(layers, prefix + "_control_counts");
  plan.open.layers = {prefix + "_counts"};
  if (has_control) plan.open.layers.push_back(prefix + "_control_counts");
  if (!counts_in_raw(source, session)) return true;
  plan.open.matrix = prefix + (has_control ? "_counts" : "_log2fc");
  if (has_control) return true;
  if (holds(layers, prefix + "_log2fc")) {
    session.report.note(fmt::format("the counts are in raw, whose genes are not those of layer '{}_counts': means of each cell's own changes",
                                    prefix));
    return false;
  }
  throw Error(ErrorKind::input, fmt::format("reading '{}': its counts are in raw, whose genes are not those of layer '{}_counts'",
                                            printable(source.file.string(), 4096), prefix),
              "gemflow condition with --with-control or --log2fc writes what can be compared");
}

ChangePlan plan_of(const TableSource& source, Session& session) {
  const std::string& prefix = source.prefix;
  const std::vector<std::string> columns = names_in(source.file, "obs", session.job);
  const std::vector<std::string> layers = names_in(source.file, "layers", session.job);
  ChangePlan plan;
  plan.open = source.open;
  plan.open.automatic = AutoMatrix::counts_or_first;
  if (source.by) plan.open.obs.push_back(*source.by);
  if (holds(columns, prefix + "_condition")) plan.condition = prefix + "_condition";
  if (!plan.condition.empty() && !holds(plan.open.obs, plan.condition)) plan.open.obs.push_back(plan.condition);
  if (holds(layers, prefix + "_counts") && plan_layers(plan, source, layers, session)) return plan;
  const auto roles = texts_in(source.file, "obs/" + prefix + "_role/categories", session.job);
  if (holds(columns, prefix + "_role") && roles && holds(*roles, "control")) {
    plan.from = ChangePlan::From::roles;
    plan.role = prefix + "_role";
    plan.open.obs.push_back(plan.role);
  } else if (holds(layers, prefix + "_log2fc")) {
    plan.from = ChangePlan::From::log2fc;
    plan.open.layers = {prefix + "_log2fc"};
  } else {
    throw missing_part(source, fmt::format("pair of treated and control cells, and no layer '{}_counts' or '{}_log2fc'", prefix, prefix),
                       "gemflow condition makes them: --with-control, --log2fc");
  }
  return plan;
}

GroupName group_of(const TableSource& source, const ChangePlan& plan, const Chunk& chunk, std::size_t cell) {
  GroupName name;
  if (source.by) name.group = chunk.find_obs(*source.by)->text_at(cell);
  const bool is_told = source.by == plan.condition || plan.condition.empty();
  if (!is_told) name.condition = chunk.find_obs(plan.condition)->text_at(cell);
  return name;
}

/// Looks at the cells of a file one after the other.
class ChangeSums {
 public:
  ChangeSums(const TableSource& source, const ChangePlan& plan, const Genes& genes, std::size_t memory)
      : source_(source), plan_(plan), genes_(genes), n_genes_(genes.size()), sums_(genes.size(), memory / 2) {}

  void add(const Chunk& chunk) {
    const Column* roles = plan_.role.empty() ? nullptr : chunk.find_obs(plan_.role);
    for (std::int64_t cell = 0; cell < chunk.n_cells(); ++cell) {
      const auto row = static_cast<std::size_t>(cell);
      const GroupName name = group_of(source_, plan_, chunk, row);
      if (plan_.from == ChangePlan::From::log2fc) {
        changes_.add(name, chunk.layers.front().counts.cell(cell), n_genes_);
      } else if (plan_.from == ChangePlan::From::layers) {
        const CountChunk& control = chunk.layers.size() > 1 ? chunk.layers[1].counts : chunk.counts;
        sums_.add(name, genes_.of(chunk.layers.front().counts.cell(cell), 0), genes_.of(control.cell(cell), 1));
      } else if (roles->text_at(row) == "control") {
        sums_.add_control(name, genes_.of(chunk.counts.cell(cell), 0));
      } else {
        sums_.add_treated(name, genes_.of(chunk.counts.cell(cell), 0));
      }
    }
  }

  /// The condition is told where there are several.
  [[nodiscard]] std::vector<GeneChange> top(std::size_t n) const {
    std::vector<GeneChange> all = plan_.from == ChangePlan::From::log2fc ? changes_.top(n) : sums_.top(n);
    std::set<std::string> conditions;
    for (const GeneChange& one : all) conditions.insert(one.name.condition);
    if (conditions.size() > 1) return all;
    for (GeneChange& one : all) one.name.condition.clear();
    return all;
  }

  [[nodiscard]] const Genes& genes() const noexcept { return genes_.named(); }

 private:
  const TableSource& source_;
  const ChangePlan& plan_;
  ComparedGenes genes_;
  std::size_t n_genes_;
  GroupChanges sums_;
  MeanChanges changes_;
};

/// The matrix that holds what was made: the layer of counterparts, else the first.
OpenOptions expression_of(const TableSource& source, Session& session) {
  OpenOptions options = source.open;
  options.automatic = AutoMatrix::first;
  const std::string counterparts = source.prefix + "_counts";
  if (options.matrix == "auto" && holds(names_in(source.file, "layers", session.job), counterparts)) options.matrix = counterparts;
  return options;
}

void warn_if_large(std::int64_t n_cells, std::size_t n_genes, Session& session) {
  constexpr double many = 1e8;
  const double n = static_cast<double>(n_cells) * static_cast<double>(n_genes);
  if (n <= many) return;
  session.report.warning(fmt::format("{} x {} values are a table of about {:.1f} GB or more; --cells, --where and --rows choose",
                                     counted(n_cells, "cell"), counted(static_cast<std::int64_t>(n_genes), "gene"), 2 * n / 1e9));
}

}  // namespace

std::int64_t write_top_changes(const TableSource& source, RowWriter& table, Session& session) {
  const ChangePlan plan = plan_of(source, session);
  std::optional<ChangeSums> sums;
  const std::int64_t n_cells = each_chunk(source, plan.open, session, [&](const Chunk& chunk, const Genes& genes) {
    if (!sums) sums.emplace(source, plan, genes, session.job.memory);
    sums->add(chunk);
  });
  const auto n = static_cast<std::size_t>(source.top_genes.value_or(usual_top));
  write_changes(table, sums ? sums->top(n) : std::vector<GeneChange>(), sums ? sums->genes() : Genes());
  return n_cells;
}

std::int64_t write_expression(const TableSource& source, RowWriter& table, Session& session) {
  const auto in = open(source.file, expression_of(source, session), session.job);
  const auto n_genes = static_cast<std::int64_t>(in->genes().size());
  session.report.note(fmt::format("expression: {} of '{}'", in->matrix(), printable(source.file.filename().string())));
  warn_if_large(in->n_cells(), in->genes().size(), session);
  std::vector<std::string> header{"cell"};
  header.insert(header.end(), in->genes().names.begin(), in->genes().names.end());
  table.row(header);
  Chunk chunk;
  std::int64_t n_cells = 0;
  while (session.job.check_stop(), in->next(chunk, {})) {
    for (std::int64_t cell = 0; cell < chunk.n_cells(); ++cell) {
      table.row(chunk.cell_names[static_cast<std::size_t>(cell)], chunk.counts.cell(cell), n_genes, chunk.counts.stored_type());
    }
    n_cells += chunk.n_cells();
  }
  return n_cells;
}

}  // namespace gemflow::cli
