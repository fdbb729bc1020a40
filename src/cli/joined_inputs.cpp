// SPDX-License-Identifier: Apache-2.0
#include "joined_inputs.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gemflow/formats.hpp"
#include "joined_beside.hpp"
#include "opening.hpp"

namespace gemflow::cli {
namespace {

/// Passes on what it was not told before: a file that is opened again has nothing new to say.
class News final : public Report {
 public:
  explicit News(Report& report) : report_(&report) {}
  void warning(std::string_view sentence) override {
    if (told_.emplace(sentence).second) report_->warning(sentence);
  }
  void note(std::string_view sentence) override {
    if (told_.emplace(sentence).second) report_->note(sentence);
  }
  void progress(std::string_view doing, std::int64_t done, std::int64_t total) override { report_->progress(doing, done, total); }

 private:
  Report* report_;
  std::set<std::string, std::less<>> told_;
};

/// Nobody asked for counts and other values in one matrix.
void warn_of_mixed(const JoinedInputs& o, const std::vector<Inspection>& found, Session& session) {
  const auto begins_with_counts = [](const Inspection& in) { return !in.counts_in.empty() && in.counts_in == in.matrices.front().name; };
  const auto counts = std::find_if(found.begin(), found.end(), begins_with_counts);
  const auto other = std::find_if(found.begin(), found.end(), [](const Inspection& in) { return in.counts_in.empty(); });
  if (o.open.matrix != "auto" || counts == found.end() || other == found.end()) return;
  const auto file = [&](auto at) { return printable(file_name(o.files[static_cast<std::size_t>(at - found.begin())])); };
  session.report.warning(fmt::format("joining: '{}' holds counts and '{}' none, and OUT will hold both in one matrix", file(counts), file(other)));
}

/// One of the inputs: chosen and named when it is opened first, opened as the same again.
class Input {
 public:
  Input(std::filesystem::path path, const OpenOptions& options, Session& session)
      : path_(std::move(path)), options_(options), session_(&session), news_(session.report), job_(session.job) {
    job_.report = &news_;
  }

  std::unique_ptr<Reader> open() {
    if (was_opened_) return gemflow::open(path_, options_, job_);
    auto reader = open_input(path_, options_, *session_, job_);
    options_.matrix = reader->matrix();
    was_opened_ = true;
    return reader;
  }

 private:
  std::filesystem::path path_;
  OpenOptions options_;
  Session* session_;
  News news_;
  Job job_;  ///< the session's, with `news_`
  bool was_opened_ = false;
};

}  // namespace

std::unique_ptr<Reader> open_joined(const JoinedInputs& o, ConvertOptions::Notes& notes, Session& session) {
  std::vector<Inspection> found;
  for (const auto& path : o.files) found.push_back(inspect(path, session.job));
  OpenOptions options = o.open;
  options.obs = obs_in_all(found);
  std::erase(options.obs, o.how.sample_key);
  // Counts and logarithms are never put into one matrix by our own choice.
  const bool all_have_counts = std::all_of(found.begin(), found.end(), [](const Inspection& in) { return !in.counts_in.empty(); });
  if (!all_have_counts && !o.are_checked) warn_of_mixed(o, found, session);
  options.automatic = all_have_counts ? AutoMatrix::counts : AutoMatrix::first;
  JoinedBeside beside;
  if (o.with_beside) beside = beside_all(o.files, found, options, o.how.sample_key, session);
  options.obsm = beside.obsm;
  options.layers = beside.layers;
  notes = beside.notes;
  std::vector<ConcatInput> inputs;
  for (std::size_t i = 0; i < o.files.size(); ++i) {
    const auto& path = o.files[i];
    OpenOptions own = options;
    // What was found by a look at the first values need not be looked for again.
    if (own.matrix == "auto" && all_have_counts && found[i].format == "h5ad") own.matrix = found[i].counts_in;
    const auto input = std::make_shared<Input>(path, own, session);
    inputs.push_back({sample_of(path), file_name(path), [input] { return input->open(); }});
  }
  auto joined = concat(std::move(inputs), o.how, session.report);
  if (const std::string sentence = beside.sentence(); !sentence.empty()) session.report.note(sentence);
  return joined;
}

}  // namespace gemflow::cli
