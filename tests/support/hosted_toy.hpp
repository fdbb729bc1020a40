// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdlib>
#include <memory>
#include <string>

#include "gemflow/models.hpp"
#include "support/files.hpp"
#include "support/served.hpp"
#include "support/toy_model.hpp"

namespace gemflow::test {

/// The toy model behind `serve`, and the hosted models through which it is asked, for all tests of a program. They stay to its end.
class HostedToy {
 public:
  HostedToy() : server_(options()) {
    const std::string url = "http://" + server_.client.host();
    for (const auto& [name, value] : {std::pair("SYNTHESIZE_API_BASE_URL", url), std::pair("SYNTHESIZE_API_KEY", std::string("a-key")),
                                      std::pair("GEMFLOW_CACHE_DIR", folder_.path().string()), std::pair("GEMFLOW_TEST_PACE", std::string("200"))}) {
      setenv(name, value.c_str(), 1);
    }
    Job job;
    job.scratch = folder_.path();
    for (const Task task : {Task::predict_metadata, Task::condition, Task::generate}) {
      models_[static_cast<std::size_t>(task)] = open_model({"synthesize:" + toy_model().card().id, task, {}}, job);
    }
  }
  [[nodiscard]] Model& model(Task task) { return *models_[static_cast<std::size_t>(task)]; }

 private:
  static ServeOptions options() {
    ServeOptions options;
    options.models = own_ids(toy_model());
    return options;
  }

  TempFolder folder_;
  Served server_;
  std::array<std::unique_ptr<Model>, 3> models_;
};

inline Model& hosted_toy(Task task) {
  static HostedToy toy;
  return toy.model(task);
}

}  // namespace gemflow::test
