// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "gemflow/core/format.hpp"
#include "gemflow/ops/concat.hpp"
#include "gemflow/run/convert.hpp"
#include "session.hpp"

namespace gemflow::cli {

struct JoinedInputs {
  std::vector<std::filesystem::path> files;
  OpenOptions open;
  ConcatOptions how;
  bool with_beside = false;  ///< OUT can hold what stands beside the counts
  bool are_checked = false;  ///< values that are no counts will be rounded or refused
};

/// Several inputs as one reader, with the obs columns that all have, each cell's sample named after its file. One file is
/// open at a time. The session must outlive the reader. `notes`: what is to be said of what came along.
[[nodiscard]] std::unique_ptr<Reader> open_joined(const JoinedInputs& o, ConvertOptions::Notes& notes, Session& session);

}  // namespace gemflow::cli
