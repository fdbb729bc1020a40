// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace gemflow::synthesize_api {

/// A key of a query's metadata, as the API's documentation names it.
struct MetadataKey {
  std::string_view key;
  std::string_view group;  ///< "biological", "perturbation", "technical"
};

/// The nineteen keys of a request, in the order of the documentation. A reply's metadata has "modality" beside them.
[[nodiscard]] std::span<const MetadataKey> metadata_keys() noexcept;

}  // namespace gemflow::synthesize_api
