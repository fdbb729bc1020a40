// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "h5ad/annotator.hpp"
#include "h5ad/h5ad.hpp"
#include "h5ad/writer.hpp"

namespace gemflow {
namespace {

constexpr std::array<std::string_view, 1> extensions{".h5ad"};

std::unique_ptr<Writer> create(const std::filesystem::path& path, const WriteOptions& options, Job& job) {
  return h5ad::create_h5ad(path, options, job);
}

}  // namespace

constinit const Format h5ad_format{"h5ad",     extensions, h5ad::is_h5ad,      h5ad::inspect,
                                   h5ad::open, create,     h5ad::annotate_h5ad};

}  // namespace gemflow
