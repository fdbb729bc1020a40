// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/run/provenance.hpp"
#include "opening.hpp"
#include "option_values.hpp"

namespace gemflow::cli {
namespace {

struct MergeArguments {
  std::vector<std::filesystem::path> files;
  std::optional<double> max_outliers;
  Orientation orientation = Orientation::detect;
  OutputOptions output;
};

/// What the words of the command line are.
struct Inputs {
  std::optional<std::filesystem::path> in;  ///< whose cells the parts stand beside
  std::vector<Part> parts;                  ///< in the order of their rows
};

void bind_merge(Options& options, MergeArguments& o) {
  options.positionals({"[IN] PART...", "", "the input that the parts were made from, unless they hold new cells; the parts, in any order"},
                      [&](const std::string& text) { o.files.emplace_back(text); });
  bind_output(options, o.output);
  options.flag({"--replace", "", "replace names that gemflow wrote before"}, o.output.replace);
  bind_metadata_out(options, o.output);
  options.group("The whole");
  options.value({"--max-outliers", "SHARE", "stop if more of the cells are unlike what the model has seen (default: that of the parts)"},
                [&](const std::string& text) { o.max_outliers = share(text); });
  bind_table_rows(options, o.orientation);
}

/// All that stands beside the cells of a part; its counts, where they are not those of an input.
std::unique_ptr<Reader> open_part(const std::filesystem::path& path, const PartMark& mark, Job& job) {
  OpenOptions options;
  options.matrix = "X";
  options.counts = !mark.stands_beside;
  options.every_obs = true;
  options.obsm = mark.obsm;
  options.layers = mark.layers;
  return open(path, options, job);
}

/// The part that a file is; nothing where it is none. What is wrong with it is said with its name.
std::optional<Part> read_part(const std::filesystem::path& path, Session& session) {
  try {
    std::vector<Provenance> provenances = read_provenance(path, session.job);
    if (provenances.size() != 1) return std::nullopt;  // one that was annotated since holds answers of another run too
    std::optional<PartMark> mark = take_mark(provenances.front());
    if (!mark) return std::nullopt;
    auto opened = [path, mark = *mark, &job = session.job] { return open_part(path, mark, job); };
    return Part{file_name(path), std::move(provenances.front()), *std::move(mark), std::move(opened)};
  } catch (Error& error) {
    const std::string name = file_name(path);
    if (error.message().find(name) == std::string::npos) error.within(fmt::format("reading '{}'", name));
    throw;
  }
}

/// A part of new cells may itself be the input of those that follow it.
bool is_input_of(const std::vector<Part>& parts) {
  return parts.size() > 1 && !parts[0].mark.stands_beside && parts[1].mark.stands_beside;
}

/// The first file may be the input; all others are parts.
Inputs read_inputs(const MergeArguments& o, Session& session) {
  Inputs inputs;
  std::vector<Part> parts;
  for (const std::filesystem::path& path : o.files) {
    std::optional<Part> part = read_part(path, session);
    if (part) {
      parts.push_back(*std::move(part));
    } else if (&path == &o.files.front()) {
      inputs.in = path;
    } else {
      throw Error(ErrorKind::input, fmt::format("merging: '{}' is no part", file_name(path)),
                  "parts are made with --rows A:B --part; the input is named first, and once");
    }
  }
  if (parts.empty()) throw Error(ErrorKind::usage, "no part is given", "gemflow merge IN PART... -o OUT");
  if (!inputs.in && is_input_of(parts)) {
    inputs.in = o.files.front();
    parts.erase(parts.begin());
  }
  inputs.parts = in_order_of_rows(std::move(parts));
  return inputs;
}

std::string text_entry(const Provenance& provenance, std::string_view key) {
  const std::string* const text = provenance.text(key);
  if (text == nullptr) throw Error(ErrorKind::input, fmt::format("the provenance of the part lacks '{}'", key));
  return *text;
}

RoundInput rounding_named(std::string_view word) {
  for (const RoundInput round : {RoundInput::nearest, RoundInput::stochastic}) {
    if (name_of(round) == word) return round;
  }
  return RoundInput::error;
}

void check_call(const MergeArguments& o, const Inputs& inputs) {
  const Part& first = inputs.parts.front();
  if (first.mark.stands_beside && !inputs.in) {
    throw Error(ErrorKind::usage, fmt::format("merging: '{}' holds answers beside cells of an input, which is not given", first.file),
                "gemflow merge IN PART... -o OUT");
  }
  if (!first.mark.stands_beside && inputs.in) {
    throw Error(ErrorKind::usage, fmt::format("merging: '{}' is no part, and parts of new cells have no input", file_name(*inputs.in)),
                "gemflow merge PART... -o OUT");
  }
  if (inputs.in) refuse_metadata_out(o.output, "it is a table of metadata itself");
  // As the undivided command, which then makes new cells: layers have no room in a table.
  const bool is_table = format_for(o.output.out).name != "h5ad";
  const bool has_layers = std::any_of(inputs.parts.begin(), inputs.parts.end(), [](const Part& part) { return !part.mark.layers.empty(); });
  if (is_table && has_layers && first.provenance.command == "condition") {
    throw Error(ErrorKind::usage, fmt::format("writing '{}': a table has no room for the layers of the parts", o.output.out.string()),
                "let OUT end in .h5ad");
  }
}

/// What MergeInput points to.
struct Beside {
  std::unique_ptr<Reader> in;
  std::unique_ptr<Reader> checked;        ///< around `in`; null where its counts are not read
  std::unique_ptr<Reader> first_cells;    ///< null where they are not compared
  std::unique_ptr<Reader> first_checked;  ///< around `first_cells`

  [[nodiscard]] MergeInput input() const noexcept { return {checked ? checked.get() : in.get(), checked != nullptr, first_checked.get()}; }
};

/// Counts checked and rounded as the parts' run did it. `in` must outlive it.
std::unique_ptr<Reader> checked_as_before(Reader& in, const std::filesystem::path& path, const Provenance& provenance, Session& session) {
  CountsCheckOptions check;
  check.file = file_name(path);
  check.matrix = in.matrix();
  check.round = rounding_named(text_entry(provenance, "round_input"));
  check.seed = seed_number(text_entry(provenance, "seed"));
  check.may_be_rounded = [path, matrix = check.matrix, &session] { return may_be_rounded(path, matrix, session); };
  return check_counts(in, std::move(check), session.job);
}

/// Are single cells read without the rest of the file?
bool has_cells_at_hand(const Reader& in, const std::filesystem::path& path) {
  const std::string_view format = format_of(path).name;
  return !in.whole().by_gene && (format == "h5ad" || format == "10x");
}

/// The first cells of each part.
CellChoice first_cells_of(const std::vector<Part>& parts) {
  CellChoice choice;
  for (const Part& part : parts) {
    const PartRows& rows = part.mark.rows;
    choice.runs.emplace_back(rows.begin, std::min(rows.end, rows.begin + compared_cells));
  }
  return choice;
}

/// The input and, where OUT is an h5ad made anew, its counts; else, where that is cheap, those of a few cells.
Beside open_beside(const MergeArguments& o, const Inputs& inputs, Session& session) {
  Beside beside;
  if (!inputs.in) return beside;
  const Provenance& provenance = inputs.parts.front().provenance;
  OpenOptions options;
  options.matrix = text_entry(provenance, "matrix");
  options.orientation = o.orientation;
  options.counts = format_for(o.output.out).name == "h5ad" && format_of(*inputs.in).name != "h5ad";
  beside.in = open_input(*inputs.in, options, session);
  if (options.counts) {
    beside.checked = checked_as_before(*beside.in, *inputs.in, provenance, session);
  } else if (beside.in->n_cells() == inputs.parts.front().mark.rows.n_whole && has_cells_at_hand(*beside.in, *inputs.in)) {
    options.counts = true;
    options.cells = first_cells_of(inputs.parts);
    beside.first_cells = open(*inputs.in, options, session.job);
    beside.first_checked = checked_as_before(*beside.first_cells, *inputs.in, provenance, session);
  }
  return beside;
}

void run_merge(const MergeArguments& o, Session& session) {
  check_destinations({o.output.out, o.output.metadata_out}, o.files, o.output.overwrite, session);
  require_format(o.output);
  const Inputs inputs = read_inputs(o, session);
  check_call(o, inputs);
  judge_outliers(inputs.parts, o.max_outliers, session.report);
  const Beside beside = open_beside(o, inputs, session);
  const WriteOptions write = write_options(o.output, {});
  const auto out = inputs.in ? annotate(*inputs.in, o.output.out, write, session.job) : create(o.output.out, write, session.job);
  const MergeResult result = merge(beside.input(), inputs.parts, *out, session.job);
  session.result["command"] = inputs.parts.front().provenance.command;
  session.result["n_parts"] = inputs.parts.size();
  session.result["n_cells"] = result.n_cells;
  session.result["n_empty"] = result.n_empty;
  session.result["n_outliers"] = result.n_outliers ? Json(*result.n_outliers) : Json();
  session.result["output"] = o.output.out.string();
  session.report.note(fmt::format("written: {} ({} of {})", o.output.out.string(), counted(result.n_cells, "cell"),
                                  counted(static_cast<std::int64_t>(inputs.parts.size()), "part")));
}

}  // namespace

constinit const Command merge_command{
    .name = "merge",
    .description = "parts that were made with --rows --part into what the undivided command would have written",
    .usage = "[IN] PART... -o OUT [options]",
    .examples = "  gemflow merge cells.h5ad part_0.h5ad part_1.h5ad -o annotated.h5ad\n"
                "  gemflow merge cells.h5ad part_*.h5ad -o labels.csv\n"
                "  gemflow merge synthetic_0.h5ad synthetic_1.h5ad -o synthetic.h5ad\n",
    .reads_counts = true,
    .bind = [](Options& options) { return bound<MergeArguments>(options, bind_merge, run_merge); },
};

}  // namespace gemflow::cli
