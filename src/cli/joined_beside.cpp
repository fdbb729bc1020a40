// SPDX-License-Identifier: Apache-2.0
#include "joined_beside.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "opening.hpp"
#include "table_parts.hpp"

namespace gemflow::cli {
namespace {

constexpr std::string_view layers_folder = "layers/";

/// A slot or matrix of this name; null where there is none.
template <typename View>
const View* find(const std::vector<View>& views, const std::string& name) {
  const auto at = std::find_if(views.begin(), views.end(), [&](const View& view) { return view.name == name; });
  return at == views.end() ? nullptr : &*at;
}

/// The matrix that counts will be read from: what opening finds too.
std::string matrix_of(const Inspection& input, const OpenOptions& options) {
  if (options.matrix == "raw") return "raw/X";
  if (options.matrix != "auto") return find(input.matrices, options.matrix) != nullptr ? options.matrix : std::string(layers_folder) + options.matrix;
  if (options.automatic == AutoMatrix::counts || input.matrices.empty()) return input.counts_in;
  return input.matrices.front().name;
}

/// "float32 x 50" is a dense matrix of numbers.
bool is_dense(const SlotView& slot) {
  const std::size_t cross = slot.type.find(" x ");
  const bool is_matrix = cross != std::string::npos && slot.type.find(" x ", cross + 1) == std::string::npos;
  return is_matrix && (slot.type.starts_with("float") || slot.type.starts_with("int") || slot.type.starts_with("uint"));
}

/// Columns whose values can stand in one column: pandas reads the same numbers from any of their types.
std::string kind_of(const SlotView& column) {
  std::string_view type = column.type;
  type = type.substr(type.starts_with("nullable ") ? 9 : 0);
  if (type.starts_with("int") || type.starts_with("uint") || type.starts_with("float")) return "number";
  if (type == "string" || type.starts_with("categorical")) return "words";
  return std::string(type);
}

std::string width_of(const SlotView& slot) { return slot.type.substr(slot.type.find(" x ") + 3); }

/// Names in the order in which inputs bring them.
template <typename List, typename NameOf>
void add_names(std::vector<std::string>& names, const List& list, NameOf name_of) {
  for (const auto& item : list) {
    const std::optional<std::string> name = name_of(item);
    if (name && std::find(names.begin(), names.end(), *name) == names.end()) names.push_back(*name);
  }
}

std::optional<std::string> layer_name(const MatrixView& view) {
  if (!view.name.starts_with(layers_folder)) return std::nullopt;
  return view.name.substr(layers_folder.size());
}

/// Looks through all inputs for one thing after the other.
class Search {
 public:
  Search(const std::vector<std::filesystem::path>& files, const std::vector<Inspection>& found, Session& session)
      : files_(&files), found_(&found), session_(&session) {}

  JoinedBeside all(const OpenOptions& options, const std::string& sample_key) {
    std::vector<std::string> obsm;
    std::vector<std::string> layers;
    for (const Inspection& input : *found_) {
      add_names(obsm, input.obsm, [](const SlotView& slot) { return std::optional(slot.name); });
      add_names(layers, input.matrices, layer_name);
      read_.push_back(matrix_of(input, options));
    }
    for (const std::string& name : obsm) put(beside_.obsm, "obsm", name, why_not_obsm(name));
    for (const std::string& name : layers) put(beside_.layers, "layer", name, why_not_layer(name));
    leave_out_obs(options.obs, sample_key);
    for (const std::string& column : options.obs) {
      if (column.ends_with("_check")) note_checks(column);
    }
    return std::move(beside_);
  }

 private:
  void put(std::vector<std::string>& taken, std::string_view kind, const std::string& name, const std::string& why_not) {
    if (why_not.empty()) {
      taken.push_back(name);
    } else {
      beside_.left_out.push_back(fmt::format("{} '{}' ({})", kind, printable(name), why_not));
    }
  }

  [[nodiscard]] std::string file(std::size_t input) const { return "'" + printable(file_name((*files_)[input])) + "'"; }

  std::string why_not_obsm(const std::string& name) {
    const SlotView* first = nullptr;
    bool is_rounded = false;
    for (std::size_t i = 0; i < found_->size(); ++i) {
      const SlotView* own = find((*found_)[i].obsm, name);
      if (own == nullptr) return "not in " + file(i);
      if (!is_dense(*own)) return "no dense matrix of numbers in " + file(i);
      if (first == nullptr) first = own;
      if (width_of(*own) != width_of(*first)) {
        return fmt::format("{} columns in {}, {} in {}", width_of(*first), file(0), width_of(*own), file(i));
      }
      is_rounded = is_rounded || !own->type.starts_with("float32");
    }
    if (std::string why_not = why_not_classes(name); !why_not.empty()) return why_not;
    if (is_rounded) beside_.rounded.push_back(name);
    return {};
  }

  /// False where the same was noted otherwise of another slot: of a run under another prefix.
  bool note(const std::string& key, const std::optional<std::vector<std::string>>& texts) {
    if (!texts) return true;
    const Provenance::Value value = *texts;
    const auto of_key = [&](const auto& noted) { return noted.first == key; };
    const auto at = std::find_if(beside_.notes.begin(), beside_.notes.end(), of_key);
    if (at != beside_.notes.end()) return at->second == value;
    beside_.notes.emplace_back(key, value);
    return true;
  }

  /// Probabilities stand side by side where their columns are the same classes, which are then noted for all.
  [[nodiscard]] std::string why_not_classes(const std::string& name) {
    constexpr std::string_view probabilities = "_probs_";
    const std::size_t at = name.find(probabilities);
    if (at == std::string::npos) return {};
    const std::string field = name.substr(at + probabilities.size());
    const auto noted = [&](std::size_t i, const std::string& key) { return noted_texts((*files_)[i], "obsm/" + name, key + field, *session_); };
    const auto classes = noted(0, "classes/");
    auto names = noted(0, "class_names/");
    for (std::size_t i = 1; i < files_->size(); ++i) {
      if (noted(i, "classes/") != classes) return fmt::format("other classes in {} than in {}", file(i), file(0));
      if (names && noted(i, "class_names/") != names) names.reset();
    }
    if (!note("classes/" + field, classes)) return fmt::format("other classes of '{}' than in another matrix", printable(field));
    note("class_names/" + field, names);
    return {};
  }

  /// Which columns were compared with predictions, where all inputs say the same.
  void note_checks(const std::string& column) {
    const auto noted = [&](const std::filesystem::path& path) { return noted_texts(path, "obs/" + column, "checks", *session_); };
    const auto checks = noted(files_->front());
    const bool is_same = std::all_of(files_->begin(), files_->end(), [&](const auto& path) { return noted(path) == checks; });
    if (is_same) note("checks", checks);
  }

  [[nodiscard]] std::string why_not_layer(const std::string& name) const {
    const std::string whole = std::string(layers_folder) + name;
    for (std::size_t i = 0; i < found_->size(); ++i) {
      if (read_[i] == "raw/X") return fmt::format("what is read of {} is raw/X, with genes of its own", file(i));
      if (read_[i] == whole) return fmt::format("it is what is read of {}", file(i));
      const MatrixView* own = find((*found_)[i].matrices, whole);
      if (own == nullptr) return "not in " + file(i);
      if (own->layout.empty()) return "it cannot be read in " + file(i);
    }
    return {};
  }

  /// Columns of any input that are not taken; those for which the reason is the same are told together.
  void leave_out_obs(const std::vector<std::string>& taken, const std::string& sample_key) {
    std::vector<std::string> names;
    for (const Inspection& input : *found_) add_names(names, input.obs, [](const SlotView& column) { return std::optional(column.name); });
    std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
    for (const std::string& name : names) {
      if (std::find(taken.begin(), taken.end(), name) != taken.end()) continue;
      std::string why_not = name == sample_key ? "the names of the inputs take its place" : why_not_column(name);
      auto at = std::find_if(reasons.begin(), reasons.end(), [&](const auto& reason) { return reason.first == why_not; });
      if (at == reasons.end()) at = reasons.emplace(at, std::move(why_not), std::vector<std::string>());
      at->second.push_back("'" + printable(name) + "'");
    }
    for (const auto& [why_not, columns] : reasons) beside_.left_out.push_back(fmt::format("obs {} ({})", fmt::join(columns, ", "), why_not));
  }

  [[nodiscard]] std::string why_not_column(const std::string& name) const {
    const SlotView* first = find(found_->front().obs, name);
    for (std::size_t i = 0; i < found_->size(); ++i) {
      const SlotView* own = find((*found_)[i].obs, name);
      if (own == nullptr) return "not in " + file(i);
      if (first != nullptr && kind_of(*own) != kind_of(*first)) return fmt::format("{} in {}, {} in {}", first->type, file(0), own->type, file(i));
    }
    return {};
  }

  const std::vector<std::filesystem::path>* files_;
  const std::vector<Inspection>* found_;
  Session* session_;
  std::vector<std::string> read_;  ///< of each input: the matrix that counts are read from
  JoinedBeside beside_;
};

std::vector<std::string> quoted(std::string_view kind, const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const std::string& name : names) all.push_back(fmt::format("{} '{}'", kind, printable(name)));
  return all;
}

}  // namespace

std::vector<std::string> obs_in_all(const std::vector<Inspection>& inputs) {
  std::vector<std::string> names;
  for (const SlotView& column : inputs.front().obs) {
    const bool is_in_all = std::all_of(inputs.begin(), inputs.end(), [&](const Inspection& input) {
      const SlotView* own = find(input.obs, column.name);
      return own != nullptr && kind_of(*own) == kind_of(column);
    });
    if (is_in_all) names.push_back(column.name);
  }
  return names;
}

std::string JoinedBeside::sentence() const {
  std::vector<std::string> taken = quoted("obsm", obsm);
  for (std::string& layer : quoted("layer", layers)) taken.push_back(std::move(layer));
  std::vector<std::string> parts;
  if (!taken.empty()) parts.push_back(fmt::format("joined beside the counts: {}", fmt::join(taken, ", ")));
  if (!rounded.empty()) parts.push_back(fmt::format("rounded to float32: {}", fmt::join(quoted("obsm", rounded), ", ")));
  if (!left_out.empty()) parts.push_back(fmt::format("not in all inputs alike and left out: {}", fmt::join(left_out, ", ")));
  return fmt::format("{}", fmt::join(parts, "; "));
}

JoinedBeside beside_all(const std::vector<std::filesystem::path>& files, const std::vector<Inspection>& found,
                        const OpenOptions& options, const std::string& sample_key, Session& session) {
  return Search(files, found, session).all(options, sample_key);
}

}  // namespace gemflow::cli
