// SPDX-License-Identifier: Apache-2.0
#include "part_rows.hpp"

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"

namespace gemflow::cli {

void check_part(const OutputOptions& output, const CellChoice& cells) {
  if (!output.is_part) return;
  if (!cells.rows) throw Error(ErrorKind::usage, "it is not said which rows the part is of", "--rows A:B --part");
  if (!cells.names.empty() || !cells.where.empty()) {
    throw Error(ErrorKind::usage, "a part is of consecutive rows: it takes neither --cells nor --where",
                "choose cells first: gemflow convert IN -o CHOSEN.h5ad");
  }
  if (format_for(output.out).name == "h5ad") return;
  throw Error(ErrorKind::usage, fmt::format("writing '{}': a part is an h5ad, whatever it is merged into", output.out.string()),
              "let OUT end in .h5ad");
}

std::optional<PartRows> part_rows(const InputOptions& input, const OutputOptions& output, Session& session) {
  if (!output.is_part) return std::nullopt;
  OpenOptions whole;
  whole.orientation = input.open.orientation;
  whole.automatic = AutoMatrix::first;
  whole.counts = false;
  Job quiet = session.job;
  quiet.report = &silence();
  const std::int64_t n_cells = open(input.in, whole, quiet)->n_cells();
  const auto [begin, end] = input.open.cells.rows_among(n_cells);
  return PartRows{begin, end, n_cells};
}

}  // namespace gemflow::cli
