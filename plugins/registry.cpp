// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "echo.hpp"
#include "gem_local/gem_local.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"
#include "gemflow/models.hpp"
#include "synthesize_api/synthesize_api.hpp"

namespace gemflow {
namespace {

constexpr std::array<const Plugin*, 3> all_plugins{&gem_local_plugin, &echo_plugin, &synthesize_api_plugin};

std::vector<std::string> known_refs() {
  std::vector<std::string> refs;
  for (const Plugin* plugin : all_plugins) {
    for (const ModelListing& listing : plugin->list()) refs.push_back(listing.ref);
  }
  return refs;
}

}  // namespace

std::span<const Plugin* const> plugins() noexcept { return all_plugins; }

std::unique_ptr<Model> open_model(const ModelRequest& request, Job& job) {
  for (const Plugin* plugin : all_plugins) {
    if (plugin->recognises(request.ref)) return plugin->open(request, job);
  }
  throw Error(ErrorKind::model, "there is no model '" + printable(request.ref) + "'", did_you_mean(request.ref, known_refs()));
}

std::unique_ptr<Model> open_model(std::string_view ref, Job& job) { return open_model({std::string(ref), {}, {}}, job); }

}  // namespace gemflow
