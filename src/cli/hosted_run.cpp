// SPDX-License-Identifier: Apache-2.0
#include "hosted_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>

#include "gemflow/core/error.hpp"
#include "gemflow/hosted.hpp"
#include "gemflow/journal.hpp"
#include "conditions.hpp"
#include "gemflow/models.hpp"
#include "gemflow/ops/modality.hpp"
#include "gene_order.hpp"
#include "terminal.hpp"

namespace gemflow::cli {
namespace {

namespace fs = std::filesystem;

/// Options that change nothing of what a model is asked.
constexpr std::array<std::string_view, 28> told_elsewhere{
    "-o", "--output", "--metadata-out", "--gene-report", "--check-table", "--top-genes-table", "--journal", "--on-unknown",
    "--max-in-flight", "--poll-limit", "--token-file", "--ca-bundle", "-@", "--threads", "--memory", "--scratch", "--log", "--json",
    "--min-confidence", "--max-outliers", "--prefix", "--label-names", "--check", "--by", "--top-genes", "--latents", "--probs", "--vocab"};
constexpr std::array<std::string_view, 9> flags_elsewhere{"--part", "--dry-run", "--explain", "-q", "--quiet", "-v", "--verbose", "--overwrite", "--replace"};

template <std::size_t n>
bool is_among(const std::array<std::string_view, n>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Size and both ends of a file: enough to tell one input from another, and quick for one of a terabyte.
std::string mark_of(const fs::path& path) {
  constexpr std::streamoff end_bytes = 65536;
  std::error_code none;
  if (fs::is_directory(path, none)) {
    std::vector<std::string> entries{"folder"};
    for (const fs::directory_entry& entry : fs::directory_iterator(path, none)) {
      entries.push_back(fmt::format("{} {}", entry.path().filename().string(), entry.is_regular_file(none) ? entry.file_size(none) : 0));
    }
    std::sort(entries.begin(), entries.end());
    return name_of_run(entries);
  }
  std::ifstream file(path, std::ios::binary);
  std::string head(end_bytes, '\0');
  file.read(head.data(), end_bytes);
  head.resize(static_cast<std::size_t>(file.gcount()));
  file.clear();
  const auto size = static_cast<std::streamoff>(fs::file_size(path, none));
  file.seekg(std::max<std::streamoff>(size - end_bytes, 0));
  std::string tail(end_bytes, '\0');
  file.read(tail.data(), end_bytes);
  tail.resize(static_cast<std::size_t>(file.gcount()));
  return name_of_run({std::to_string(size), head, tail});
}

std::string standing_for(const std::string& word) {
  std::error_code none;
  const std::string path = word.starts_with('@') ? word.substr(1) : word;
  return fs::exists(path, none) && !path.empty() ? mark_of(path) : word;
}

const char* folder_in_environment() {
  const char* folder = std::getenv("GEMFLOW_JOURNAL_DIR");
  return folder == nullptr || *folder == '\0' ? nullptr : folder;
}

/// The number that was drawn in the place of "random": `resume` draws no other.
void settle_seed(std::vector<std::string>& words, std::uint64_t seed) {
  constexpr std::string_view option = "--seed";
  const std::string drawn = std::to_string(seed);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == fmt::format("{}=random", option)) words[i] = fmt::format("{}={}", option, drawn);
    if (words[i] == option && i + 1 < words.size() && words[i + 1] == "random") words[i + 1] = drawn;
  }
}

/// A resumed command must come to the journal that was named, or it would ask, and pay, all over again.
void require_resumed(const fs::path& journal, const Session& session) {
  if (session.resumed.empty() || fs::absolute(journal).lexically_normal() == session.resumed) return;
  throw Error(ErrorKind::usage,
              fmt::format("the journal '{}' is not where its command looks, which is '{}': the folder was renamed, or an input changed",
                          session.resumed.string(), journal.string()),
              "the command itself, typed again, begins anew and pays again");
}

class Nowhere final : public Writer {
 public:
  void genes(const Genes&) override {}
  void append(const Chunk&) override {}
  void finish(const Provenance&) override {}
};

std::string size_of(std::int64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

}  // namespace

std::vector<std::string> asking_words(const std::vector<std::string>& words) {
  std::vector<std::string> asking;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    const std::string name = word.substr(0, equals);
    if (is_among(flags_elsewhere, name)) continue;
    if (is_among(told_elsewhere, name)) {
      if (equals == std::string::npos) ++i;
      continue;
    }
    if (equals == std::string::npos) {
      asking.push_back(standing_for(word));
    } else {
      asking.push_back(name + "=" + standing_for(word.substr(equals + 1)));
    }
  }
  return asking;
}

ModelRequest request_of(const ModelOptions& options, Task task, const fs::path& out, Session& session) {
  ModelRequest request{options.ref.value_or("default"), task, options.hosted};
  if (!is_hosted(request.ref)) {
    if (options.hosted.dry_run) {
      throw Error(ErrorKind::usage, fmt::format("model '{}' is not a hosted one: it sends nothing, and has no --dry-run", request.ref));
    }
    return request;
  }
  HostedOptions& hosted = request.hosted;
  fs::path root = options.journal;
  if (root.empty() && folder_in_environment() != nullptr) root = folder_in_environment();
  hosted.journal_stays = !root.empty() && !options.seed_is_drawn;  // a rerun would draw another seed, and come to another journal
  if (root.empty()) root = out.string() + ".journal";
  hosted.command = session.words;
  if (options.seed_is_drawn) settle_seed(hosted.command, options.seed);
  hosted.journal = root / name_of_run(asking_words(hosted.command));
  require_resumed(hosted.journal, session);
  session.journal = hosted.journal;
  if (!options.gene_order.empty()) hosted.gene_order = read_gene_order(options.gene_order, session.job).genes.names;
  return request;
}

void tell_host(const Model& model, std::int64_t n_cells, Session& session) {
  const ModelCard& card = model.card();
  if (card.host.empty()) return;
  session.report.note(fmt::format("{} {} to {}: counts alone, no names and no annotations", counted(n_cells, "cell"),
                                  n_cells == 1 ? "goes" : "go", card.host));
}

void check_before_asking(const ModelRequest& request, std::vector<Condition> conditions, Session& session) {
  if (!is_hosted(request.ref)) return;
  const auto card_alone = open_model({request.ref, {}, request.hosted}, session.job);
  spell_like_model(conditions, card_alone->card());
  std::vector<Metadata> metadata;
  for (Condition& condition : conditions) metadata.push_back(std::move(condition.metadata));
  check_hosted_metadata(metadata, *request.task, card_alone->card());
}

void look_before_asking(const ModelRequest& request, Reader& in, const std::function<std::unique_ptr<Reader>()>& open_whole, Session& session) {
  if (!is_hosted(request.ref)) return;
  if (open_whole) return look_before_asking(request, *open_whole(), {}, session);
  const auto card_alone = open_model({request.ref, {}, request.hosted}, session.job);
  ModalityCheck modality(card_alone->card(), static_cast<std::int64_t>(in.genes().size()));
  constexpr std::int64_t enough_cells = 100;
  Chunk first;
  if (in.next(first, {.cells = enough_cells})) modality.look(first.counts);
  in.rewind();
}

Job job_of(const ModelRequest& request, Session& session) {
  Job job = session.job;
  if (request.hosted.dry_run) job.report = &silence();
  return job;
}

std::unique_ptr<Writer> write_nowhere() { return std::make_unique<Nowhere>(); }

void tell_dry_run(const Model& model, Session& session) {
  const std::optional<DryRunTally> tally = tally_of(model);
  if (!tally) return;
  session.result["dry_run"] = {{"n_batches", tally->n_batches}, {"n_cells", tally->n_cells}, {"bytes_to_send", tally->n_bytes},
                               {"largest_body", tally->largest}, {"knows_genes", tally->knows_genes}, {"host", model.card().host}};
  session.report.note(fmt::format("dry run: {} of {} in all, {} to {}, the largest {}; nothing was sent", counted(tally->n_batches, "batch", "batches"),
                                  counted(tally->n_cells, "cell"), size_of(tally->n_bytes), model.card().host, size_of(tally->largest)));
  if (!tally->knows_genes) {
    session.report.note("the model's genes are not known here: sizes are estimates, and a run learns the genes with one charged sample");
  }
}

std::string way_on(const fs::path& journal) {
  try {
    if (journal.empty() || read_journal(journal).submissions == 0) return {};
  } catch (const Error&) {
    return {};  // there is none yet
  }
  return fmt::format("gemflow resume '{}' goes on from there", journal.string());
}

void tell_journal(const ModelRequest& request, Session& session) {
  if (!is_hosted(request.ref) || request.hosted.dry_run) return;
  const JournalSummary journal = read_journal(request.hosted.journal);
  session.result["journal"] = {{"folder", request.hosted.journal.string()},
                               {"n_submissions", journal.submissions},
                               {"n_resubmissions", journal.resubmissions},
                               {"bytes", journal.reply_bytes}};
  session.report.note(fmt::format("submitted: {}{}; the journal '{}' keeps the answers ({}), and may be deleted",
                                  counted(journal.submissions, "query", "queries"),
                                  journal.resubmissions == 0 ? "" : fmt::format(", {} of them again", journal.resubmissions),
                                  request.hosted.journal.string(), size_of(journal.reply_bytes)));
}

}  // namespace gemflow::cli
