// SPDX-License-Identifier: Apache-2.0
#include "tenx_h5/tenx_features.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/core.h>

#include "feature_types.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/strings.hpp"

namespace gemflow::tenx {
namespace {

using Texts = std::vector<std::string>;

std::int64_t length_of(hid_t group, const std::string& name) {
  return hdf5::length_of(hdf5::open_dataset(group, name));
}

Texts read_texts(hid_t group, const std::string& name, std::int64_t expected) {
  Texts texts = hdf5::read_strings(group, name);
  if (static_cast<std::int64_t>(texts.size()) == expected) return texts;
  throw hdf5::fault(group, fmt::format("holds {} texts, and there are {} features", texts.size(), expected), {}, name);
}

/// Flags are an enumeration of int8 (h5py).
std::vector<std::int8_t> read_flags(hid_t group, const std::string& name, std::int64_t expected) {
  const hdf5::Handle dataset = hdf5::open_dataset(group, name);
  if (hdf5::length_of(dataset) != expected) {
    throw hdf5::fault(
        group, fmt::format("holds {} flags, and there are {} features", hdf5::length_of(dataset), expected), {}, name);
  }
  std::vector<std::int8_t> flags(static_cast<std::size_t>(expected));
  hdf5::read_numbers(dataset, 0, std::span<std::int8_t>(flags));
  return flags;
}

/// Our name for a member of /matrix/features; empty where it makes no column.
std::string column_name(const std::string& member, bool are_probes) {
  constexpr std::array<std::string_view, 3> of_genes{"feature_type", "gene_name", "genome"};
  const bool is_of_genes = std::find(of_genes.begin(), of_genes.end(), member) != of_genes.end();
  if (member == "id" || member == "gene_id" || member.front() == '_' || (are_probes && !is_of_genes)) return {};
  if (member == "feature_type") return "feature_types";
  return member == "name" || member == "gene_name" ? "gene_symbols" : member;
}

Texts pick(Texts texts, const std::vector<std::int64_t>& rows) {
  Texts picked;
  for (const std::int64_t row : rows) picked.push_back(texts[static_cast<std::size_t>(row)]);
  return picked;
}

}  // namespace

Features::Features(hid_t file, const Place& place, const std::filesystem::path& path, Report& report) {
  const hdf5::Handle group = hdf5::open_group(file, place.has_features ? place.group + "/features" : place.group);
  const std::string ids = place.has_features ? "id" : "genes";
  n_features_ = length_of(group, ids);
  are_probes_ = place.has_features && hdf5::is_dataset(group, "gene_id");
  if (place.has_features && hdf5::is_dataset(group, "feature_type")) {
    keep_genes_alone(read_texts(group, "feature_type", n_features_), path, report);
  }
  if (are_probes_) sum_probes(group, path, report);
  if (places_.empty()) {
    first_.resize(static_cast<std::size_t>(n_features_));
    std::iota(first_.begin(), first_.end(), std::int64_t{0});
  }
  genes_.names = pick(read_texts(group, are_probes_ ? "gene_id" : ids, n_features_), first_);
  read_columns(group, place);
}

void Features::keep_genes_alone(std::vector<std::string> types, const std::filesystem::path& path, Report& report) {
  places_ = keep_genes(types, path, report).places;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i] >= 0) first_.push_back(static_cast<std::int64_t>(i));
  }
}

void Features::sum_probes(hid_t features, const std::filesystem::path& path, Report& report) {
  const Texts genes = read_texts(features, "gene_id", n_features_);
  std::vector<std::int8_t> passed(genes.size(), 1);
  if (hdf5::is_dataset(features, "filtered_probes")) passed = read_flags(features, "filtered_probes", n_features_);
  const std::vector<std::int32_t> kept = std::exchange(places_, {});
  first_.clear();
  std::unordered_map<std::string_view, std::int32_t> gene_of;
  std::int64_t n_left_out = 0;
  for (std::size_t i = 0; i < genes.size(); ++i) {
    const bool is_used = passed[i] != 0 && (kept.empty() || kept[i] >= 0);
    n_left_out += is_used ? 0 : 1;
    if (!is_used) {
      places_.push_back(-1);
      continue;
    }
    const auto [at, is_new] = gene_of.emplace(genes[i], static_cast<std::int32_t>(gene_of.size()));
    if (is_new) first_.push_back(static_cast<std::int64_t>(i));
    places_.push_back(at->second);
  }
  report.note(fmt::format("'{}': its probes are summed to {} genes; {} of {} did not pass the filter and are left out",
                          path.string(), first_.size(), n_left_out, n_features_));
}

void Features::read_columns(hid_t group, const Place& place) {
  if (!place.has_features) {
    genes_.columns.push_back({"gene_symbols", read_texts(group, "gene_names", n_features_)});
    return;
  }
  for (const std::string& member : hdf5::names_in(group)) {
    const std::string name = column_name(member, are_probes_);
    if (name.empty() || !hdf5::is_dataset(group, member)) continue;
    // Other columns are nobody's promise: what is no text a feature is left out.
    const hdf5::Handle dataset = hdf5::open_dataset(group, member);
    const bool is_list = hdf5::extent_of(dataset).size() == 1 && hdf5::length_of(dataset) == n_features_;
    if (!hdf5::holds_strings(dataset) || (name == member && !is_list)) continue;
    genes_.columns.push_back({name, pick(read_texts(group, member, n_features_), first_)});
  }
}

void Features::gather(const CountChunk& features, CountChunk& genes, Workers& workers) {
  for (std::int64_t cell = 0; cell < features.n_cells(); ++cell) {
    const CellCounts counts = features.cell(cell);
    cell_genes_.clear();
    cell_values_.clear();
    for (std::size_t i = 0; i < counts.genes.size(); ++i) {
      const std::int32_t gene = places_[static_cast<std::size_t>(counts.genes[i])];
      if (gene < 0) continue;
      cell_genes_.push_back(gene);
      cell_values_.push_back(counts.values[i]);
    }
    genes.append(cell_genes_, cell_values_);
  }
  if (genes.n_cells() > 0) tidier_.tidy(genes, 0, static_cast<std::int64_t>(genes_.size()), workers);
}

}  // namespace gemflow::tenx
