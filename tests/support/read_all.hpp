// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gemflow/core/reader.hpp"
#include "gemflow/core/slice.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"

namespace gemflow::test {

using Rows = std::vector<std::vector<double>>;

/// All that a reader gives, in one piece.
struct AllCells {
  std::vector<std::string> names;
  std::vector<std::int64_t> numbers;  ///< rows of the cells in the file
  Rows rows;                          ///< cells x genes
};

inline AllCells all_cells(Reader& reader, const Limit& limit) {
  AllCells all;
  for (Chunk chunk; reader.next(chunk, limit);) {
    for (std::int64_t cell = 0; cell < chunk.n_cells(); ++cell) all.numbers.push_back(chunk.counts.number(cell));
    CHECK(chunk.cell_names.size() == static_cast<std::size_t>(chunk.n_cells()));
    CHECK((chunk.n_cells() == 1 || (chunk.n_cells() <= limit.cells && chunk.counts.n_nonzeros() <= limit.nonzeros)));
    all.names.insert(all.names.end(), chunk.cell_names.begin(), chunk.cell_names.end());
    for (std::vector<double>& row : dense(chunk.counts, reader.genes().size())) all.rows.push_back(std::move(row));
  }
  return all;
}

/// All that a reader gives, after making sure that neither the limit nor a rewind changes it.
inline AllCells all_cells(Reader& reader) {
  const AllCells all = all_cells(reader, Limit{});
  CHECK(reader.n_cells() == static_cast<std::int64_t>(all.rows.size()));
  for (const Limit limit : {Limit{1, 1'000'000}, Limit{1000, 1}, Limit{3, 7}}) {
    reader.rewind();
    const AllCells again = all_cells(reader, limit);
    CHECK(again.names == all.names);
    CHECK(again.numbers == all.numbers);
    CHECK(again.rows == all.rows);
  }
  reader.rewind();
  return all;
}

}  // namespace gemflow::test
