// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gemflow/core/format.hpp"

namespace gemflow {

/// Tables of text, cells x genes or genes x cells: csv, tsv and their like, plain, gzip or BGZF.
extern const Format delimited_format;

}  // namespace gemflow
