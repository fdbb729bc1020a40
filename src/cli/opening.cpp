// SPDX-License-Identifier: Apache-2.0
#include "opening.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "card_text.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/hosted.hpp"
#include "gemflow/models.hpp"
#include "text_file.hpp"

namespace gemflow::cli {

std::string file_name(const std::filesystem::path& path) {
  return path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
}

std::string sample_of(const std::filesystem::path& path) {
  const std::string name = file_name(path);
  std::size_t length = name.size();
  for (const Format* format : formats()) {
    for (const std::string_view ending : format->extensions) {
      if (name.size() > ending.size() && name.ends_with(ending)) length = std::min(length, name.size() - ending.size());
    }
  }
  return name.substr(0, length);
}

void require_format(const OutputOptions& output) {
  if (format_for(output.out).name != "table") refuse_metadata_out(output, "the metadata stands in it");
}

void refuse_metadata_out(const OutputOptions& output, std::string_view why) {
  if (output.metadata_out.empty()) return;
  throw Error(ErrorKind::usage, fmt::format("writing '{}': {}, and --metadata-out goes with tables of counts alone", output.out.string(), why),
              "leave --metadata-out out");
}

std::unique_ptr<Reader> open_input(const std::filesystem::path& in, const OpenOptions& options, Session& session) {
  return open_input(in, options, session, session.job);
}

std::unique_ptr<Reader> open_input(const std::filesystem::path& in, const OpenOptions& options, Session& session, Job& job) {
  auto reader = open(in, options, job);
  session.report.note(fmt::format("reading {} of '{}': {} x {}", reader->matrix(), file_name(in),
                                  counted(reader->n_cells(), "cell"),
                                  counted(static_cast<std::int64_t>(reader->genes().size()), "gene")));
  session.result["input"].push_back({{"file", in.string()},
                                     {"matrix", reader->matrix()},
                                     {"n_cells", reader->n_cells()},
                                     {"n_genes", reader->genes().size()}});
  return reader;
}

bool may_be_rounded(const std::filesystem::path& path, const std::string& matrix, Session& session) {
  const std::vector<MatrixView> views = inspect(path, session.job).matrices;
  return std::any_of(views.begin(), views.end(), [&](const MatrixView& view) { return view.name == matrix && view.may_be_rounded; });
}

std::unique_ptr<Reader> checked_input(Reader& in, const std::filesystem::path& path, RoundInput round, Session& session) {
  CountsCheckOptions options;
  options.file = file_name(path);
  options.matrix = in.matrix();
  options.round = round;
  options.find_raw_counts = [path, &session] { return inspect(path, session.job).counts_in; };
  options.may_be_rounded = [path, matrix = options.matrix, &session] { return may_be_rounded(path, matrix, session); };
  return check_counts(in, std::move(options), session.job);
}

std::unique_ptr<Reader> checked_inputs(Reader& in, const std::vector<std::filesystem::path>& paths, RoundInput round, Session& session) {
  if (paths.size() == 1) return checked_input(in, paths.front(), round, session);
  CountsCheckOptions options;
  options.file = fmt::format("{} joined inputs", paths.size());
  options.matrix = in.matrix();
  options.round = round;
  options.may_be_rounded = [&paths, &session] {
    return std::all_of(paths.begin(), paths.end(), [&](const std::filesystem::path& path) {
      const Inspection found = inspect(path, session.job);
      return !found.counts_in.empty() || std::any_of(found.matrices.begin(), found.matrices.end(), [](const MatrixView& view) { return view.may_be_rounded; });
    });
  };
  return check_counts(in, std::move(options), session.job);
}

void tell_seed(std::uint64_t seed, bool is_drawn, Session& session) {
  session.result["seed"] = seed;
  if (is_drawn) session.report.note(fmt::format("seed: {}", seed));
}

void tell_model(const ModelCard& card, bool is_chosen, Session& session) {
  if (!is_chosen) {
    session.report.note(fmt::format("model '{}' {}, the embedded default, trained on {}", card.id, card.version, card.trained_on));
  }
  if (is_restrictive(card.licence)) {
    session.report.warning(fmt::format("the numbers of model '{}' are under {}: what is made with them may be bound by it",
                                       card.id, card.licence));
  }
}

void require_here(const std::string& ref, std::string_view command) {
  if (!is_hosted(ref)) return;
  throw Error(ErrorKind::unsupported, fmt::format("'{}' is a hosted model: gemflow {} takes those that are here", printable(ref), command),
              "gemflow models lists them");
}

std::unique_ptr<Model> open_chosen_model(const ModelOptions& options, const ModelRequest& request, Session& session) {
  auto model = open_model(request, session.job);
  const ModelCard& card = model->card();
  session.result["model"] = json_of(card);
  tell_seed(options.seed, options.seed_is_drawn, session);
  tell_model(card, options.ref && *options.ref != "default", session);
  return model;
}

RunOptions run_options(const ModelOptions& model, const OutputOptions& output, QueryOptions query,
                       const std::filesystem::path& input, Session& session) {
  RunOptions run;
  run.query = std::move(query);
  run.query.seed = model.seed;
  run.query.allow_unseen = model.allow_unseen;
  run.batch_size = model.batch_size;
  run.prefix = output.prefix;
  if (input.empty()) return run;
  run.inputs = {file_name(input)};
  run.find_raw_counts = [input, &session] { return inspect(input, session.job).counts_in; };
  run.may_be_rounded = [input, &session](const std::string& matrix) { return may_be_rounded(input, matrix, session); };
  return run;
}

std::int64_t first_row(const CellChoice& cells) noexcept { return cells.rows ? cells.rows->first : 0; }

GeneMapOptions gene_options(const GeneOptions& genes, const std::filesystem::path& input, Session& session) {
  GeneMapOptions options = genes.map;
  options.file = file_name(input);
  if (!genes.table.empty()) options.table = read_gene_table(genes.table, session.job);
  return options;
}

void write_gene_report(const GeneOptions& genes, const GeneMapOptions& options, const Genes& file, const ModelCard& card) {
  if (genes.report.empty()) return;
  GeneMapOptions lenient = options;
  lenient.min_overlap = 0;
  // As strict maps do, `first` leaves copies on chromosome Y out; what the run will stop for is told row by row.
  lenient.duplicates = options.duplicates == Duplicates::error ? Duplicates::first : options.duplicates;
  std::string report;
  try {
    report = map_genes(file, card, lenient).report();
  } catch (const Error&) {
    return;  // nothing fits: the map itself says so, with the share that is asked for
  }
  write_text_file(genes.report, report);
}

WriteOptions write_options(const OutputOptions& output, const CellChoice& cells) {
  WriteOptions options;
  options.overwrite = output.overwrite;
  options.replace = output.replace;
  options.metadata_out = output.metadata_out;
  options.cells = cells;
  return options;
}

Json json_of(const GeneMatch& match) {
  Json json{{"by", match.by},
            {"column", match.column},
            {"through_table", match.through_table},
            {"n_model", match.n_model},
            {"n_file", match.n_file},
            {"n_found", match.n_found},
            {"n_missing", match.n_missing},
            {"n_ambiguous", match.n_ambiguous},
            {"n_repeated", match.n_repeated},
            {"n_unused", match.n_unused},
            {"share_of_genes", match.share_of_genes}};
  json["share_of_expression"] = match.share_of_expression ? Json(*match.share_of_expression) : Json();
  return json;
}

}  // namespace gemflow::cli
