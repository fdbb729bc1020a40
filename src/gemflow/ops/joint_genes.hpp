// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to concat: the genes of several inputs together.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gemflow/core/genes.hpp"
#include "gemflow/ops/concat.hpp"
#include "gemflow/ops/gene_likeness.hpp"

namespace gemflow {

/// Genes of several inputs, met by name, one input after the other. Of each input only names that are new are kept, and a
/// digest of its list.
class JointGenes {
 public:
  /// `naming`: the kind of names by which genes meet; nothing: by the index, whatever it holds.
  explicit JointGenes(std::optional<GeneIdKind> naming = std::nullopt) : naming_(naming) {}

  /// The next input; `sample` as messages name it. False, and nothing is done, where it has no names of this kind that
  /// tell its genes apart.
  bool add(const std::string& sample, const Genes& genes);
  [[nodiscard]] std::size_t n_inputs() const noexcept { return inputs_.size(); }
  /// What an input's names look like; the column that they stand in (empty: the index).
  [[nodiscard]] const GeneLikeness& look(std::size_t input) const { return lists_[inputs_[input].list].look; }
  [[nodiscard]] const std::string& column(std::size_t input) const { return inputs_[input].column; }
  /// Do names of different inputs differ in nothing but the version of an id?
  [[nodiscard]] bool differ_in_versions() const;

  /// After the last input. Genes come in the order of the first input that has them, with its columns.
  /// Errors: input (a name twice in one of several differing lists, no gene in common).
  void join(Join how);
  /// REQUIRES: they were joined.
  [[nodiscard]] const Genes& genes() const noexcept { return genes_; }
  /// For each of the input's genes its joint position, -1 where it is not taken; empty where all lists are equal.
  /// Nothing where these are not the genes that were added.
  [[nodiscard]] std::optional<std::vector<std::int32_t>> places(std::size_t input, const Genes& genes) const;

 private:
  /// Of each gene's number, in order: 128 bits, so that different lists have different ones.
  struct Digest {
    explicit Digest(const std::vector<std::int32_t>& numbers) noexcept;
    bool operator==(const Digest&) const = default;
    std::size_t n = 0;
    std::uint64_t one = 0, other = 0;
  };
  /// One list of genes; inputs with equal ones share it.
  struct List {
    Digest digest;
    GeneLikeness look;
    std::string sample;  ///< the first that has it
    std::string twice;   ///< a name that stands there again; empty: none
  };
  struct Input {
    std::size_t list = 0;
    std::string column;
  };

  void choose_columns(const Genes& first);
  void keep_new(const std::vector<std::string>& names, const Genes& genes);
  void add_other_names(const std::vector<std::string>& names, const std::vector<std::string>& others);
  [[nodiscard]] std::vector<std::int32_t> numbers_of(const std::vector<std::string>& names) const;
  [[nodiscard]] std::size_t list_of(const std::vector<std::int32_t>& numbers, const std::vector<std::string>& names,
                                    const std::string& sample);
  [[nodiscard]] GeneIdKind other_naming() const noexcept;

  std::optional<GeneIdKind> naming_;
  std::deque<std::string> names_;                                ///< as genes are met by; stay where they are
  std::unordered_map<std::string_view, std::int32_t> number_of_;
  std::vector<Column> columns_;                                  ///< texts, one a name
  std::string other_column_;  ///< the one of names of the other kind; empty: none is kept
  std::vector<List> lists_;
  std::vector<std::size_t> n_lists_;  ///< of each name: those that have it
  std::vector<Input> inputs_;
  Genes first_;
  Genes genes_;
  std::vector<std::int32_t> joint_;  ///< of each name; empty where all lists are equal
};

}  // namespace gemflow
