// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "hdf5/handle.hpp"

namespace gemflow::h5ad {

/// What gemflow wrote into a file before: "obs/gemflow_cell_type", "obsm/X_gemflow_biological", "var/gemflow_gene".
/// Known from the lists in uns['gemflow'][…]['written']; where a file has uns['gemflow'], also by the beginning of a
/// name.
class OwnSlots {
 public:
  explicit OwnSlots(hid_t file);

  [[nodiscard]] bool is_own(const std::string& slot) const;
  /// A matrix that cells came with when a model made them: no answer about them, so that one may take its place.
  [[nodiscard]] bool came_with_cells(const std::string& slot) const;
  /// The names of the dictionaries of a command ("predict_metadata", "predict_metadata_2") that list one of these
  /// slots; slots of var do not count, for commands share them.
  [[nodiscard]] std::vector<std::string> superseded_by(const std::string& command,
                                                       std::span<const std::string> slots) const;
  /// What these dictionaries list and neither another dictionary nor `slots` does.
  [[nodiscard]] std::vector<std::string> left_over(std::span<const std::string> dictionaries,
                                                   std::span<const std::string> slots) const;

 private:
  struct Dictionary {
    std::string name;
    std::set<std::string> written;
  };

  bool was_here_ = false;
  std::vector<Dictionary> dictionaries_;
};

}  // namespace gemflow::h5ad
