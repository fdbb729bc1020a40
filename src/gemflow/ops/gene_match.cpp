// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/gene_match.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>

namespace gemflow {
namespace {

enum class NameKind { id, symbol, either };

/// "TSPAN6|7105" of old tables is TSPAN6.
std::string_view symbol_of_name(std::string_view name) noexcept { return name.substr(0, name.find('|')); }

/// What a name is looked up by. A copy on chromosome Y goes by its whole name first.
std::string_view key_of(std::string_view name, NameKind kind) noexcept {
  if (kind == NameKind::symbol) return symbol_of_name(name);
  return name.ends_with("_PAR_Y") ? name : id_of_name(name);
}

/// One of the model's lists of names, ready to be looked up. Keys are views into `names`.
struct ModelNames {
  GeneNames names;
  NameKind kind = NameKind::either;
  std::string word;                                          ///< "Ensembl id", "id", "symbol", "name"
  std::unordered_map<std::string_view, std::int32_t> first;  ///< the first gene of a key
  std::vector<std::int32_t> next;  ///< the next gene of the same key; not_there after the last

  /// Appends all genes that have this key.
  void find(std::string_view key, std::vector<std::int32_t>& genes) const {
    const auto at = first.find(key);
    if (at == first.end()) return;
    for (std::int32_t gene = at->second; gene != not_there; gene = next[static_cast<std::size_t>(gene)]) {
      genes.push_back(gene);
    }
  }
};

void index_keys(ModelNames& list) {
  const std::vector<std::string>& names = list.names.names;
  list.first.reserve(names.size());
  list.next.assign(names.size(), not_there);
  for (std::size_t i = names.size(); i-- > 0;) {  // backwards, so that each chain goes forwards
    const std::string_view key = key_of(names[i], list.kind);
    if (key.empty()) continue;
    const auto [at, is_new] = list.first.emplace(key, static_cast<std::int32_t>(i));
    if (!is_new) list.next[i] = std::exchange(at->second, static_cast<std::int32_t>(i));
  }
}

/// What a list of the model holds, by its column's name or by its look; nothing for chromosomes and the like.
bool find_kind(ModelNames& list) {
  const GeneLikeness look = gene_likeness(list.names.names);
  if (look.is_id() || list.names.column == "gene_id") {
    list.kind = NameKind::id;
    list.word = look.kind == GeneIdKind::ensembl_gene ? "Ensembl id" : "id";
  } else if (list.names.column == "symbol" || (look.kind == GeneIdKind::symbol && look.confidence > 0.3)) {
    list.kind = NameKind::symbol;
    list.word = "symbol";
  } else {
    list.word = "name";
    return list.names.column.empty();
  }
  return true;
}

std::vector<ModelNames> names_of_model(const Genes& gene_order) {
  std::vector<ModelNames> lists;
  for (GeneNames& names : text_columns(gene_order)) {
    ModelNames list;
    list.names = std::move(names);
    if (!find_kind(list)) continue;
    lists.push_back(std::move(list));
  }
  for (ModelNames& list : lists) index_keys(list);
  return lists;
}

/// The user's table, from what the file says to what the model says.
class Translation {
 public:
  Translation(const GeneTable& table, bool symbols_to_ids) {
    for (const auto& [symbol, id] : table.symbol_and_id) {
      add(symbols_to_ids ? symbol_of_name(symbol) : id_of_name(id),
          symbols_to_ids ? id_of_name(id) : symbol_of_name(symbol));
    }
  }

  /// Appends the model's genes among all that a name stands for; false if it stands for several things.
  bool find(std::string_view name, const ModelNames& model, std::vector<std::int32_t>& genes) const {
    const auto at = meanings_.find(name);
    if (at == meanings_.end()) return true;
    for (const std::string_view meaning : at->second) model.find(meaning, genes);
    return at->second.size() == 1;
  }

 private:
  void add(std::string_view from, std::string_view to) {
    if (from.empty() || to.empty()) return;
    std::vector<std::string_view>& meanings = meanings_[from];
    if (std::find(meanings.begin(), meanings.end(), to) == meanings.end()) meanings.push_back(to);
  }

  std::unordered_map<std::string_view, std::vector<std::string_view>> meanings_;
};

/// Looks the rows of one column up in one list of the model, directly or through the table.
class Matcher {
 public:
  Matcher(const ModelNames& model, NameKind kind, const Translation* translation)
      : model_(model), kind_(kind), translation_(translation), found_(model.names.names.size()) {}

  void match(ColumnMatch& match) {
    const std::vector<std::string>& names = match.compared.names;
    match.targets.resize(names.size());
    match.y_copies.assign(names.size(), false);
    for (std::size_t row = 0; row < names.size(); ++row) {
      std::int32_t target = find(key_of(names[row], kind_));
      if (target == not_there && kind_ != NameKind::symbol && names[row].ends_with("_PAR_Y")) {
        target = find(id_of_name(names[row]));
        match.y_copies[row] = target >= 0;
      }
      match.targets[row] = target;
      for (const std::int32_t gene : genes_) {
        if (target == many_there) match.ambiguous.emplace_back(static_cast<std::int32_t>(row), gene);
      }
      if (target >= 0 && !found_[static_cast<std::size_t>(target)]) {
        found_[static_cast<std::size_t>(target)] = true;
        ++match.n_found;
      }
    }
  }

 private:
  /// Leaves in `genes_` all that the key stands for.
  std::int32_t find(std::string_view key) {
    genes_.clear();
    bool is_one = true;
    if (translation_ != nullptr) {
      is_one = translation_->find(key, model_, genes_);
    } else {
      model_.find(key, genes_);
    }
    if (genes_.empty()) return not_there;
    return is_one && genes_.size() == 1 ? genes_.front() : many_there;
  }

  const ModelNames& model_;
  NameKind kind_;
  const Translation* translation_;
  std::vector<bool> found_;
  std::vector<std::int32_t> genes_;
};

bool is_asked_for(GenesBy by, NameKind kind) noexcept {
  if (by == GenesBy::automatic || kind == NameKind::either) return true;
  return (by == GenesBy::id) == (kind == NameKind::id);
}

constexpr double symbol_lead = 1.02;

/// Compares all columns of a file with lists of a model and keeps the best.
class Contest {
 public:
  Contest(const Genes& file, const Genes& gene_order, GenesBy by)
      : columns_(text_columns(file)), model_(names_of_model(gene_order)), by_(by) {
    best_.compared = columns_.front();
    best_.targets.assign(file.size(), not_there);
    best_.y_copies.assign(file.size(), false);
    best_.by = "name";
  }

  /// All columns against the model's lists of one kind, directly.
  void compare(NameKind kind) {
    for (const ModelNames& list : model_) {
      if (list.kind == kind) enter(list, list.kind, list.word, nullptr);
    }
  }

  /// Symbols of the file against ids of the model, or ids against symbols.
  void compare_through(const Translation& translation, bool symbols_to_ids) {
    const NameKind mine = symbols_to_ids ? NameKind::symbol : NameKind::id;
    for (const ModelNames& list : model_) {
      if (list.kind != mine) enter(list, mine, symbols_to_ids ? "symbol" : "id", &translation);
    }
  }

  ColumnMatch best() { return std::move(best_); }

 private:
  void enter(const ModelNames& list, NameKind kind, const std::string& word, const Translation* translation) {
    if (!is_asked_for(by_, kind)) return;
    for (const GeneNames& column : columns_) {
      if (best_.n_found == static_cast<std::int64_t>(list.names.names.size())) return;  // it cannot be better
      ColumnMatch match;
      match.by = word;
      match.compared = column;
      match.through_table = translation != nullptr;
      Matcher(list, kind, translation).match(match);
      // Symbols change and repeat, ids do not: symbols have to find noticeably more.
      const double lead = kind == NameKind::symbol && best_kind_ == NameKind::id ? symbol_lead : 1;
      if (static_cast<double>(match.n_found) <= lead * static_cast<double>(best_.n_found)) continue;
      best_ = std::move(match);
      best_kind_ = kind;
    }
  }

  std::vector<GeneNames> columns_;
  std::vector<ModelNames> model_;
  GenesBy by_;
  ColumnMatch best_;
  NameKind best_kind_ = NameKind::either;
};

/// Text, row by row; nothing where the column holds something else, or labels that repeat so often that no gene is
/// named.
std::vector<std::string> names_in(const Column& column) {
  if (const auto* text = std::get_if<Text>(&column.values)) return *text;
  const auto* labels = std::get_if<Labels>(&column.values);
  if (labels == nullptr || !labels->categories) return {};
  const std::size_t n_rows = labels->codes.size();
  if (n_rows > 100 && 4 * labels->categories->size() < n_rows) return {};
  std::vector<std::string> names(n_rows);
  for (std::size_t row = 0; row < n_rows; ++row) names[row] = labels->at(row);
  return names;
}

}  // namespace

std::vector<GeneNames> text_columns(const Genes& genes) {
  std::vector<GeneNames> columns{{{}, genes.names}};
  for (const Column& column : genes.columns) {
    if (column.name.starts_with("gemflow_")) continue;
    std::vector<std::string> names = names_in(column);
    if (names.size() == genes.size() && !names.empty()) columns.push_back({column.name, std::move(names)});
  }
  return columns;
}

ColumnMatch best_column(const Genes& file, const Genes& gene_order, const GeneMapOptions& options) {
  Contest contest(file, gene_order, options.by);
  for (const NameKind kind : {NameKind::id, NameKind::symbol, NameKind::either}) contest.compare(kind);
  if (!options.table.symbol_and_id.empty()) {
    for (const bool symbols_to_ids : {true, false}) {
      contest.compare_through(Translation(options.table, symbols_to_ids), symbols_to_ids);
    }
  }
  return contest.best();
}

}  // namespace gemflow
