// SPDX-License-Identifier: Apache-2.0
#include "gem_local/gem_local.hpp"

#include "gem_local/gem_model.hpp"
#include "gem_local/installed.hpp"
#include "gemflow/core/error.hpp"

namespace gemflow {
namespace {

using namespace gem_local;

bool recognises(std::string_view ref) {
  return find_installed(ref).has_value() || ref.ends_with(".gmodel") || looks_like_tensors(ref);
}

std::unique_ptr<Model> open_file(const ModelRequest& request, Job& job) {
  job.check_stop();
  const std::string_view ref = request.ref;
  const std::filesystem::path path = find_installed(ref).value_or(std::filesystem::path(ref));
  const TensorFile file = read_tensors(path);
  try {
    return make_model(from_file(file), checksum_of(file));
  } catch (Error& error) {
    error.within("reading model '" + path.string() + "'");
    throw;
  }
}

std::vector<ModelListing> list() {
  std::vector<ModelListing> listings;
  for (const std::filesystem::path& path : installed_models()) {
    const ModelCard card = card_of(from_file(read_tensors(path)), {});
    const std::string name = path.stem().string();
    const std::string description = card.trained_on.empty() ? card.id : card.trained_on;
    listings.push_back({name, description});
    if (is_default(path)) listings.push_back({std::string(default_name), "the same as " + name});
  }
  return listings;
}

}  // namespace

constinit const Plugin gem_local_plugin{"gem_local", "the embedded model: .gmodel files that gemflow train writes",
                                        recognises, open_file, list};

}  // namespace gemflow
