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

void choose_part(RunOptions& run, const Reader& in, const InputOptions& input, const OutputOptions& output, Session& session) {
  if (!output.is_part) return;
  const WholeMatrix whole = in.whole();
  const auto [begin, end] = input.open.cells.rows_among(whole.n_cells);
  run.part = PartRows{begin, end, whole.n_cells, whole.n_nonzeros};
  run.open_whole = whole_of_part(in, input, output, session);
}

std::function<std::unique_ptr<Reader>()> whole_of_part(const Reader& in, const InputOptions& input, const OutputOptions& output,
                                                       Session& session) {
  if (!output.is_part) return {};
  return [&in, &input, &session] {
    OpenOptions whole = input.open;
    whole.matrix = in.matrix();
    whole.cells = {};
    return open(input.in, whole, session.job);
  };
}

}  // namespace gemflow::cli
