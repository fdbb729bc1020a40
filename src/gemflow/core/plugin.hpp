// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/job.hpp"
#include "gemflow/core/model.hpp"

namespace gemflow {

/// A model that is at hand without being opened.
struct ModelListing {
  std::string ref;          ///< what `--model` takes: "pbmc", "echo"
  std::string description;  ///< one line
};

/// One kind of model: names and functions, `constinit`, on a list by hand. A null function: it cannot.
struct Plugin {
  std::string_view name;         ///< "gem_local"
  std::string_view description;  ///< one line
  /// Is this reference ours? Looks at the words, and at a file's first bytes where it is a path.
  bool (*recognises)(std::string_view ref);
  std::unique_ptr<Model> (*open)(std::string_view ref, Job& job);
  std::vector<ModelListing> (*list)();
};

}  // namespace gemflow
