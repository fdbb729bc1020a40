// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
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

/// What becomes of a question that may have been asked already, since a run ended between sending it and hearing of it.
enum class OnUnknown {
  stop,      ///< the run ends with Error(pending): a person decides
  resubmit,  ///< it is asked again, and may be charged twice
};

/// How a hosted model is asked. A local one ignores all of it.
struct HostedOptions {
  std::filesystem::path journal;     ///< folder of this run's journal, made if need be; empty: a temporary one
  bool journal_stays = false;        ///< a rerun will find the journal: a network's fault is then safe to retry
  std::vector<std::string> command;  ///< the words to rerun, kept in the journal; never a secret
  OnUnknown on_unknown = OnUnknown::stop;
  bool dry_run = false;              ///< nothing that costs is sent
  int max_in_flight = 4;
  double poll_limit_seconds = 0;     ///< of waiting for one query, which goes on there: Error(pending); 0: none
  std::filesystem::path vocabulary;  ///< folder of JSON files, one a metadata key, with its valid values
  std::filesystem::path ca_bundle;
  std::filesystem::path token_file;  ///< instead of the environment's SYNTHESIZE_API_KEY
  std::vector<std::string> gene_order;  ///< instead of the one that the first, charged, call teaches
};

/// Which model, and what for.
struct ModelRequest {
  std::string ref;
  std::optional<Task> task;  ///< a family of hosted models has one model a task
  HostedOptions hosted;
};

/// One kind of model: names and functions, `constinit`, on a list by hand. A null function: it cannot.
struct Plugin {
  std::string_view name;         ///< "gem_local"
  std::string_view description;  ///< one line
  /// Is this reference ours? Looks at the words, and at a file's first bytes where it is a path.
  bool (*recognises)(std::string_view ref);
  std::unique_ptr<Model> (*open)(const ModelRequest& request, Job& job);
  std::vector<ModelListing> (*list)();
};

}  // namespace gemflow
