// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/joint_genes.hpp"

#include <algorithm>
#include <cassert>
#include <unordered_set>
#include <utility>
#include <variant>

#include "gemflow/core/error.hpp"
#include "gemflow/ops/gene_naming.hpp"

namespace gemflow {
namespace {

std::string first_repeated(const std::vector<std::int32_t>& numbers, const std::vector<std::string>& names) {
  std::vector<bool> met(numbers.empty() ? 0 : static_cast<std::size_t>(*std::max_element(numbers.begin(), numbers.end())) + 1);
  for (std::size_t gene = 0; gene < numbers.size(); ++gene) {
    const auto number = static_cast<std::size_t>(numbers[gene]);
    if (met[number]) return names[gene];
    met[number] = true;
  }
  return {};
}

/// Spreads a number's bits (the finisher of splitmix64).
std::uint64_t mixed(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

}  // namespace

JointGenes::Digest::Digest(const std::vector<std::int32_t>& numbers) noexcept : n(numbers.size()) {
  for (const std::int32_t number : numbers) {
    const auto value = static_cast<std::uint64_t>(static_cast<std::uint32_t>(number));
    one = mixed(one + value + 0x9e3779b97f4a7c15U);
    other = mixed((other ^ value) + 0xd1b54a32d192ed03U);
  }
}

GeneIdKind JointGenes::other_naming() const noexcept {
  return *naming_ == GeneIdKind::symbol ? GeneIdKind::ensembl_gene : GeneIdKind::symbol;
}

bool JointGenes::add(const std::string& sample, const Genes& genes) {
  std::optional<NamesOfKind> named;
  if (naming_) {
    named = find_names(genes, *naming_);
    if (!named || !named->are_distinct) return false;
  }
  const std::vector<std::string>& names = named ? named->met_by : genes.names;
  if (inputs_.empty()) {
    if (!naming_) first_ = genes;
    choose_columns(genes);
  }
  keep_new(names, genes);
  inputs_.push_back({list_of(numbers_of(names), names, sample), named ? std::move(named->column) : std::string()});
  return true;
}

/// Those of the first input. Where its index is not what genes are met by, or other inputs' is not, what they are called
/// there is kept as a column: symbols beside ids, ids beside symbols.
void JointGenes::choose_columns(const Genes& first) {
  const auto named = naming_ ? find_names(first, *naming_) : std::nullopt;
  for (const Column& column : first.columns) {
    if (!named || column.name != named->column) columns_.push_back({column.name, Text{}});
  }
  if (!named) return;
  const auto has = [&](std::string_view name) {
    return std::any_of(columns_.begin(), columns_.end(), [&](const Column& column) { return column.name == name; });
  };
  const auto other = find_names(first, other_naming());
  if (other && !other->column.empty()) {
    other_column_ = other->column;
    return;
  }
  const std::string name = *naming_ == GeneIdKind::symbol ? "gene_ids" : "feature_name";
  if (has(name)) return;
  other_column_ = name;
  columns_.push_back({name, Text{}});
}

void JointGenes::keep_new(const std::vector<std::string>& names, const Genes& genes) {
  std::vector<std::size_t> added;
  for (std::size_t gene = 0; gene < names.size(); ++gene) {
    if (number_of_.contains(names[gene])) continue;
    number_of_.emplace(names_.emplace_back(names[gene]), static_cast<std::int32_t>(number_of_.size()));
    added.push_back(gene);
  }
  const auto other = other_column_.empty() ? std::nullopt : find_names(genes, other_naming());
  for (Column& column : columns_) {
    const Column* own = genes.find_column(column.name);
    const bool is_other = other && column.name == other_column_;
    for (const std::size_t gene : added) {
      std::get<Text>(column.values)
          .push_back(is_other ? other->names[gene] : own == nullptr ? std::string() : own->text_at(gene));
    }
  }
  if (other) add_other_names(names, other->names);
}

/// Genes that earlier inputs had no other name for may have one here.
void JointGenes::add_other_names(const std::vector<std::string>& names, const std::vector<std::string>& others) {
  const auto column = std::find_if(columns_.begin(), columns_.end(), [&](const Column& one) { return one.name == other_column_; });
  Text& texts = std::get<Text>(column->values);
  for (std::size_t gene = 0; gene < names.size(); ++gene) {
    std::string& text = texts[static_cast<std::size_t>(number_of_.find(names[gene])->second)];
    if (text.empty()) text = others[gene];
  }
}

bool JointGenes::differ_in_versions() const {
  if (lists_.size() == 1 || !std::all_of(lists_.begin(), lists_.end(), [](const List& list) { return list.look.is_id(); })) return false;
  std::unordered_set<std::string> ids;
  for (const std::string& name : names_) ids.insert(meeting_name(name));
  return ids.size() < names_.size();
}

/// -1 for a name that was never added.
std::vector<std::int32_t> JointGenes::numbers_of(const std::vector<std::string>& names) const {
  std::vector<std::int32_t> numbers;
  numbers.reserve(names.size());
  for (const std::string& name : names) {
    const auto at = number_of_.find(name);
    numbers.push_back(at == number_of_.end() ? -1 : at->second);
  }
  return numbers;
}

std::size_t JointGenes::list_of(const std::vector<std::int32_t>& numbers, const std::vector<std::string>& names,
                                const std::string& sample) {
  const Digest digest(numbers);
  const auto at = std::find_if(lists_.begin(), lists_.end(), [&](const List& list) { return list.digest == digest; });
  if (at != lists_.end()) return static_cast<std::size_t>(at - lists_.begin());
  lists_.push_back({digest, gene_likeness(names), sample, first_repeated(numbers, names)});
  n_lists_.resize(names_.size());
  for (const std::int32_t number : numbers) ++n_lists_[static_cast<std::size_t>(number)];
  return lists_.size() - 1;
}

void JointGenes::join(Join how) {
  if (lists_.size() == 1 && !naming_) {
    genes_ = std::move(first_);
    return;
  }
  for (const List& list : lists_) {
    if (list.twice.empty()) continue;
    throw Error(ErrorKind::input,
                "joining sample '" + printable(list.sample) + "': gene '" + printable(list.twice) + "' stands there twice",
                "samples with repeated gene names can only be joined when their gene lists are equal");
  }
  const auto is_empty = [](const std::string& text) { return text.empty(); };
  std::erase_if(columns_, [&](const Column& column) {  // no input knows other names
    const Text& texts = std::get<Text>(column.values);
    return column.name == other_column_ && std::all_of(texts.begin(), texts.end(), is_empty);
  });
  for (const Column& column : columns_) genes_.columns.push_back({column.name, Text{}});
  joint_.assign(names_.size(), -1);
  for (std::size_t number = 0; number < names_.size(); ++number) {
    if (how == Join::inner && n_lists_[number] < lists_.size()) continue;
    joint_[number] = static_cast<std::int32_t>(genes_.size());
    genes_.names.push_back(names_[number]);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      std::get<Text>(genes_.columns[i].values).push_back(std::move(std::get<Text>(columns_[i].values)[number]));
    }
  }
  columns_.clear();
  first_ = {};
  if (genes_.names.empty()) throw Error(ErrorKind::input, "the inputs have no gene in common", "--join outer keeps all genes");
}

std::optional<std::vector<std::int32_t>> JointGenes::places(std::size_t input, const Genes& genes) const {
  std::vector<std::int32_t> numbers;
  if (naming_) {
    const auto named = find_names(genes, *naming_);
    if (named) numbers = numbers_of(named->met_by);
  } else {
    numbers = numbers_of(genes.names);
  }
  if (Digest(numbers) != lists_[inputs_[input].list].digest) return std::nullopt;
  if (joint_.empty()) return std::vector<std::int32_t>();
  for (std::int32_t& number : numbers) number = joint_[static_cast<std::size_t>(number)];
  return numbers;
}

}  // namespace gemflow
