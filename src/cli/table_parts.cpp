// SPDX-License-Identifier: Apache-2.0
#include "table_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gemflow/core/error.hpp"
#include "gemflow/core/model.hpp"
#include "gemflow/core/nearest.hpp"

namespace gemflow::cli {

Error missing_part(const TableSource& source, const std::string& what, std::string hint) {
  return {ErrorKind::input, fmt::format("reading '{}': there is no {}", printable(source.file.string(), 4096), what), std::move(hint)};
}

std::int64_t each_chunk(const TableSource& source, const OpenOptions& options, Session& session,
                        const std::function<void(const Chunk&, const Genes&)>& take) {
  const auto in = open(source.file, options, session.job);
  Chunk chunk;
  std::int64_t n_cells = 0;
  while (session.job.check_stop(), in->next(chunk, {})) {
    take(chunk, in->genes());
    n_cells += chunk.n_cells();
    session.report.progress("cells", n_cells, in->n_cells());
  }
  return n_cells;
}

OpenOptions beside_cells(const TableSource& source) {
  OpenOptions options = source.open;
  options.counts = false;
  return options;
}

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> between(const std::vector<std::string>& names, const std::string& front, const std::string& back) {
  std::vector<std::string> found;
  for (const std::string& name : names) {
    const bool fits = name.size() > front.size() + back.size() && name.rfind(front, 0) == 0 &&
                      name.compare(name.size() - back.size(), back.size(), back) == 0;
    if (fits) found.push_back(name.substr(front.size(), name.size() - front.size() - back.size()));
  }
  return found;
}

std::vector<std::string> chosen_names(const TableSource& source, const std::vector<std::string>& names,
                                      const std::optional<std::string>& chosen, const std::string& what) {
  if (!chosen) return names;
  Field field;
  field.key = *chosen;
  const std::string wanted(field.name());
  if (holds(names, wanted)) return {wanted};
  throw missing_part(source, fmt::format("{} '{}'", what, printable(*chosen)), did_you_mean(*chosen, names));
}

std::optional<std::vector<std::string>> noted_texts(const std::filesystem::path& file, const std::string& slot, const std::string& key,
                                                    Session& session) {
  std::optional<std::vector<std::string>> usual;
  for (const std::string& note : names_in(file, "uns/gemflow", session.job)) {
    if (!note.starts_with("predict_metadata") && !note.starts_with("convert")) continue;
    auto texts = texts_in(file, fmt::format("uns/gemflow/{}/{}", note, key), session.job);
    if (!texts) continue;
    // A file that gemflow made altogether lists nothing; convert says what all that it joined said.
    const auto written = texts_in(file, fmt::format("uns/gemflow/{}/written", note), session.job);
    if (written && holds(*written, slot)) return texts;
    if (!written) usual = std::move(texts);
  }
  return usual;
}

std::vector<std::string> classes_of(const TableSource& source, const std::string& field, Session& session) {
  const std::string slot = source.prefix + "_probs_" + field;
  auto classes = noted_texts(source.file, "obsm/" + slot, "classes/" + field, session);
  if (classes) return std::move(*classes);
  throw missing_part(source, fmt::format("list of the classes of '{}' in uns", slot), "gemflow predict-metadata writes both");
}

}  // namespace gemflow::cli
