// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "gemflow/core/chunk.hpp"

namespace gemflow {

/// Puts a field behind the text: in quotes where it holds the delimiter, a quote, a line end or outer blanks.
void append_field(std::string& text, std::string_view field, char delimiter);

/// The shortest decimal number that reads back as the same value: whole numbers without point and exponent (up to
/// 2^53), others as float32 where they were stored so.
void append_number(std::string& text, double value, ValueType stored);

/// One row of a column as a field: numbers in their shortest form, flags as TRUE and FALSE, nothing where it is
/// missing.
void append_value(std::string& text, const Column& column, std::size_t row, char delimiter);

/// The counts of one cell, a delimiter before each of the `n_genes` numbers. Zeros are the most of them.
void append_counts(std::string& text, CellCounts counts, std::int64_t n_genes, ValueType stored, char delimiter);

}  // namespace gemflow
