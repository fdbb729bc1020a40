// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "gemflow/core/model.hpp"

namespace gemflow::cli {

/// Readable names by label, as `--label-names` has them: the first two columns of a table.
using LabelNames = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] LabelNames read_label_names(const std::filesystem::path& path, Job& job);

/// A model around a model: predicted labels that have a readable name get it. A field whose classes are ontology ids is
/// named by them, and keeps them in `<field>_ontology_id`.
[[nodiscard]] std::unique_ptr<Model> with_label_names(std::unique_ptr<Model> model, LabelNames names);

}  // namespace gemflow::cli
