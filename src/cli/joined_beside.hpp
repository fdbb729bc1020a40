// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "gemflow/core/format.hpp"
#include "gemflow/run/convert.hpp"
#include "session.hpp"

namespace gemflow::cli {

/// obs columns that all inputs have, with the same kind of values (numbers, booleans, words), in the order of the first.
[[nodiscard]] std::vector<std::string> obs_in_all(const std::vector<Inspection>& inputs);

/// What stands beside the counts of several inputs and can stand beside those of all.
struct JoinedBeside {
  std::vector<std::string> obsm;      ///< dense, of the same width everywhere
  std::vector<std::string> layers;    ///< of numbers, on the genes of the counts
  std::vector<std::string> rounded;   ///< of obsm: stored more exactly than in the float32 that is written
  std::vector<std::string> left_out;  ///< "obsm 'X_umap' (not in 'b.h5ad')"; columns of obs too
  ConvertOptions::Notes notes;        ///< the classes of probabilities among obsm; what columns of checks compare

  /// One sentence; empty where no input has anything.
  [[nodiscard]] std::string sentence() const;
};

/// `found[i]` is what `files[i]` is; `options` has the obs columns that come, `sample_key` is the one that is written anew. Layers that
/// some input is read from are the counts already.
[[nodiscard]] JoinedBeside beside_all(const std::vector<std::filesystem::path>& files, const std::vector<Inspection>& found,
                                      const OpenOptions& options, const std::string& sample_key, Session& session);

}  // namespace gemflow::cli
