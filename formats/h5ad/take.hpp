// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "cell_runs.hpp"
#include "gemflow/core/job.hpp"
#include "h5ad/gene_rows.hpp"
#include "hdf5/handle.hpp"
#include "hdf5/receipt.hpp"

namespace gemflow::h5ad {

/// Which rows of an axis a new file has, in order.
struct Picks {
  Positions positions;  ///< in the old axis; -1: a row that it does not have
  bool is_all = true;   ///< the axis stays as it is; `positions` is empty then
  bool has_missing = false;
  std::int64_t n_old = 0;  ///< the length of the old axis

  [[nodiscard]] std::int64_t count(std::int64_t n) const noexcept {
    return is_all ? n : static_cast<std::int64_t>(positions.size());
  }
};

/// REQUIRES: `n` is the length of the axis.
[[nodiscard]] Picks picks_of(Positions positions, std::int64_t n);
[[nodiscard]] Picks picks_of(const CellRuns& cells, std::int64_t n);

/// What a row gets that the old axis does not have.
enum class Fill {
  zero,     ///< matrices of counts: a gene that was not looked for is told from the others by var['gemflow_status']
  missing,  ///< NaN, "", false; whole numbers of a column become float64, as pandas' reindex does
  no_code,  ///< codes of a categorical: -1
  masked,   ///< masks of nullable columns: true
};

/// Picks of the first two axes of an element; null: the axis is another one and stays.
struct Axes {
  const Picks* rows = nullptr;
  const Picks* columns = nullptr;
};

/// An object by the group that holds it: where one is, or where one comes to be.
struct Member {
  hid_t parent;
  const std::string& name;
};

/// Throws where an element has no such axes: a position would lie outside of it.
void require_axes(hid_t element, std::span<const std::int64_t> extent, const Axes& axes);

/// What a take does, whatever the element.
struct TakeContext {
  Job* job;
  std::vector<hdf5::Receipt>* receipts;       ///< of what was written anew
  std::span<const std::string> gene_names{};  ///< of frames on the gene axis, where it changes
};

/// One dataset with one axis or more, of any type; blocks of rows, so that memory does not depend on its length.
void take_dataset(const Member& from, const Member& to, const Axes& axes, Fill fill, const TakeContext& context);

/// One field of a dataset of records, whose values are rows of numbers, as a matrix.
void take_field(hid_t records, const std::string& field, hid_t to, const Picks& rows, const TakeContext& context);

/// One sparse matrix; comes out as csr_matrix, whatever it was.
void take_sparse(const Member& from, const Member& to, const Axes& axes, const TakeContext& context);

/// One frame: the index (or the names given instead) and all columns, in the style that it has.
void take_frame(hid_t frame, const Member& to, const Picks& rows, std::span<const std::string> index,
                const TakeContext& context);

}  // namespace gemflow::h5ad
