// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "hdf5/handle.hpp"
#include "hdf5/receipt.hpp"

namespace gemflow::h5ad {

/// Which generation of anndata a file is of. Every element is tagged since 0.8; before, only frames, sparse matrices
/// and `raw` were, and 0.7 trips over a group that is tagged `dict` or `categorical`.
enum class Style { modern, before_0_8 };

/// anndata's encoding-type and encoding-version.
struct Tag {
  std::string_view type;
  std::string_view version;
};

inline constexpr Tag array_tag{"array", "0.2.0"};
inline constexpr Tag text_array_tag{"string-array", "0.2.0"};
inline constexpr Tag categorical_tag{"categorical", "0.2.0"};
inline constexpr Tag csr_tag{"csr_matrix", "0.1.0"};
inline constexpr Tag mapping_tag{"dict", "0.1.0"};
inline constexpr Tag root_tag{"anndata", "0.1.0"};

void write_tag(hid_t object, const Tag& tag);
/// The tag of an element that old files leave untagged.
void write_tag(hid_t object, const Tag& tag, Style style);

[[nodiscard]] hdf5::Handle create_tagged_group(hid_t parent, const std::string& name, const Tag& tag);

/// A mapping (obsm, layers, uns and what is nested in it): opened, or created in the file's style.
/// Errors: input where something else has the name.
[[nodiscard]] hdf5::Handle open_mapping(hid_t parent, const std::string& name, Style style);

/// Lets an attribute point to the object `to` of a group: how anndata 0.7 finds the categories of codes.
void write_reference(hid_t from, const std::string& attribute, hid_t parent, const std::string& to);

// One value of uns.
void write_scalar(hid_t parent, const std::string& name, std::string_view text);
void write_scalar(hid_t parent, const std::string& name, std::int64_t number);
void write_scalar(hid_t parent, const std::string& name, double number);
void write_scalar(hid_t parent, const std::string& name, bool flag);
hdf5::Receipt write_text_array(hid_t parent, const std::string& name, std::span<const std::string> texts,
                               Style style = Style::modern);

}  // namespace gemflow::h5ad
