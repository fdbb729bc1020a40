// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "gemflow/core/writer.hpp"
#include "h5ad/encoding.hpp"

namespace gemflow::h5ad {

/// Key of uns['gemflow'][command] under which an annotated file lists what the command wrote ("obs/gemflow_cell_type"),
/// so that
/// `--replace` knows its own.
inline constexpr const char* written_key = "written";

/// Writes uns['gemflow'][command]. An earlier dictionary of that command is replaced. Errors: io; input (no UTF-8).
/// `written`: empty for a file that is gemflow's altogether.
void write_provenance(hid_t file, const Provenance& provenance, std::span<const std::string> written, Style style);

}  // namespace gemflow::h5ad
