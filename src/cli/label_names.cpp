// SPDX-License-Identifier: Apache-2.0
#include "label_names.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "gemflow/formats.hpp"

namespace gemflow::cli {
namespace {

using Categories = std::shared_ptr<const std::vector<std::string>>;

class NamedLabels final : public Model {
 public:
  NamedLabels(std::unique_ptr<Model> model, LabelNames names) : model_(std::move(model)), names_(std::move(names)) {}

  [[nodiscard]] const ModelCard& card() const noexcept override { return model_->card(); }

  Chunk answer(const Query& query, Job& job) override {
    Chunk answer = model_->answer(query, job);
    if (query.task != Task::predict_metadata) return answer;
    for (const Field& field : card().fields) {
      if (field.predicted) rename(answer, std::string(field.name()));
    }
    return answer;
  }

 private:
  void rename(Chunk& answer, const std::string& field) {
    Column* const labels = answer.find_obs(field);
    const Column* const ids = answer.find_obs(field + "_ontology_id");
    const Column* const keys = ids != nullptr ? ids : labels;
    if (labels == nullptr || !std::holds_alternative<Labels>(labels->values) || !std::holds_alternative<Labels>(keys->values)) {
      return;
    }
    rename(std::get<Labels>(labels->values), std::get<Labels>(keys->values));
  }

  /// Codes are those of `keys` from now on, and each category is called by its name; categories of one name become one.
  void rename(Labels& labels, const Labels& keys) {
    const Renamed& renamed = renamed_of(keys.categories, labels);
    std::vector<std::int32_t> codes = keys.codes;
    for (std::int32_t& code : codes) {
      if (code >= 0) code = renamed.code_of[static_cast<std::size_t>(code)];
    }
    labels.codes = std::move(codes);
    labels.categories = renamed.categories;
  }

  struct Renamed {
    Categories keys;  ///< kept alive, so that its address stays its own
    Categories categories;
    std::vector<std::int32_t> code_of;
  };

  const Renamed& renamed_of(const Categories& keys, const Labels& labels) {
    const std::lock_guard lock(mutex_);
    Renamed& renamed = by_keys_[keys.get()];
    if (renamed.keys) return renamed;
    renamed.keys = keys;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < keys->size(); ++i) {
      const auto found = names_.find((*keys)[i]);
      // Ids and labels of a model have the same order and number; where they do not, an unknown id stays an id.
      const bool is_parallel = labels.categories->size() == keys->size();
      const std::string& otherwise = is_parallel ? (*labels.categories)[i] : (*keys)[i];
      const std::string& name = found == names_.end() ? otherwise : found->second;
      const auto at = std::find(names.begin(), names.end(), name);
      renamed.code_of.push_back(static_cast<std::int32_t>(at - names.begin()));
      if (at == names.end()) names.push_back(name);
    }
    renamed.categories = std::make_shared<const std::vector<std::string>>(std::move(names));
    return renamed;
  }

  std::unique_ptr<Model> model_;
  LabelNames names_;
  std::mutex mutex_;  // `answer` may be called from several threads
  std::map<const void*, Renamed> by_keys_;
};

}  // namespace

LabelNames read_label_names(const std::filesystem::path& path, Job& job) {
  LabelNames names;
  for (const Metadata& row : read_metadata(path, job)) {
    const auto& entries = row.entries();
    if (entries.size() < 2) continue;
    // A file without a header has its first label and name in place of one; a header names nothing.
    names.emplace(entries[0].first, entries[1].first);
    names.emplace(entries[0].second, entries[1].second);
  }
  return names;
}

std::unique_ptr<Model> with_label_names(std::unique_ptr<Model> model, LabelNames names) {
  return std::make_unique<NamedLabels>(std::move(model), std::move(names));
}

}  // namespace gemflow::cli
