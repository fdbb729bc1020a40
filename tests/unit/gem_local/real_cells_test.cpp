// SPDX-License-Identifier: Apache-2.0
// The embedded model on real cells: what was promised of it, in numbers.
#include <algorithm>
#include <map>
#include <set>

#include "gemflow/core/in_memory.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/models.hpp"
#include "gemflow/run/condition.hpp"
#include "gemflow/run/predict_metadata.hpp"
#include "gemflow/run/workers.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/shared_data.hpp"

using namespace gemflow;
namespace fs = std::filesystem;

namespace {

const fs::path source = GEMFLOW_SOURCE;
const fs::path shared = fs::path(GEMFLOW_SHARED) / "data";
const fs::path kang_labelled = shared / "kang_labelled" / "kang_labelled.h5ad";

Job& job() {
  static const std::unique_ptr<Workers> workers = start_workers(2);
  static Job shared_job = [] {
    Job made;
    made.workers = workers.get();
    return made;
  }();
  return shared_job;
}

std::unique_ptr<Reader> open_cells(const fs::path& path, std::vector<std::string> obs = {},
                                   std::vector<std::pair<std::string, std::string>> where = {}) {
  OpenOptions options;
  options.obs = std::move(obs);
  options.cells.where = std::move(where);
  return open(path, options, job());
}

const std::vector<std::string> kang_columns{"cell_type", "perturbation_type", "perturbation_ontology_id", "donor_id"};

TrainOptions kang_options() {
  TrainOptions options;
  for (const std::string& column : kang_columns) options.fields.push_back({"", column, column, "", true, true});
  return options;
}

/// Trains on the study's cells of one donor, or of all.
std::unique_ptr<Model> train_on_kang(const fs::path& out, const std::string& donor) {
  std::vector<std::pair<std::string, std::string>> where;
  if (!donor.empty()) where.emplace_back("donor_id", donor);
  const auto reader = open_cells(kang_labelled, kang_columns, where);
  Reader* const readers[] = {reader.get()};
  train_model(readers, out, kang_options(), true, job());
  return open_model(out.string(), job());
}

double figure(const Evaluation& evaluation, std::string_view what) {
  const auto at =
      std::find_if(evaluation.rows.begin(), evaluation.rows.end(), [&](const auto& r) { return r.what == what; });
  REQUIRE(at != evaluation.rows.end());
  return at->model;
}

Written annotated(const fs::path& cells, double max_outliers = 1) {
  const auto model = open_model("default", job());
  const auto reader = open_cells(cells);
  Written written;
  const auto writer = write_memory(written);
  PredictOptions options;
  options.max_outliers = max_outliers;
  predict_metadata(*reader, *model, *writer, options, job());
  return written;
}

/// The most probable cell type of each cell, outliers included.
std::vector<std::string> most_probable(const Written& written) {
  const auto& obsm = written.cells.obsm;
  const auto at =
      std::find_if(obsm.begin(), obsm.end(), [](const Matrix& m) { return m.name == "gemflow_probs_cell_type"; });
  REQUIRE(at != obsm.end());
  std::vector<std::string> labels;
  for (auto row = at->values.begin(); row != at->values.end(); row += std::ssize(at->columns)) {
    const auto best = std::max_element(row, row + std::ssize(at->columns)) - row;
    labels.push_back(at->columns[static_cast<std::size_t>(best)]);
  }
  return labels;
}

double share_of_outliers(const Written& written) {
  const auto& flags = std::get<std::vector<bool>>(written.cells.find_obs("gemflow_outlier")->values);
  return static_cast<double>(std::count(flags.begin(), flags.end(), true)) / static_cast<double>(flags.size());
}

/// The demo's cells with their labels.
class Annotated {
 public:
  explicit Annotated(Written written) : written_(std::move(written)), labels_(most_probable(written_)) {}

  [[nodiscard]] double share(const std::set<std::string>& types) const { return n(types) / double(labels_.size()); }
  [[nodiscard]] double n(const std::set<std::string>& types) const {
    return double(
        std::count_if(labels_.begin(), labels_.end(), [&](const auto& label) { return types.count(label) > 0; }));
  }
  /// Share of these types' cells (or of all others) that have a count of the gene.
  [[nodiscard]] double detected(const std::string& gene, const std::set<std::string>& types,
                                bool others = false) const {
    const auto& names = written_.genes.names;
    const auto number = static_cast<std::int32_t>(std::find(names.begin(), names.end(), gene) - names.begin());
    double with = 0, all = 0;
    for (std::size_t cell = 0; cell < labels_.size(); ++cell) {
      if ((types.count(labels_[cell]) > 0) == others) continue;
      const auto genes = written_.cells.counts.cell(static_cast<std::int64_t>(cell)).genes;
      with += std::binary_search(genes.begin(), genes.end(), number) ? 1 : 0;
      all += 1;
    }
    return with / all;
  }

 private:
  Written written_;
  std::vector<std::string> labels_;
};

}  // namespace

TEST_CASE("the default model annotates human immune cells that it has never seen") {
  const Written written = annotated(source / "data" / "immune_cells.h5ad", 0.2);
  CHECK(share_of_outliers(written) <= 0.2);
  const Annotated cells{written};
  const std::set<std::string> myeloid{"CD14+ Monocytes", "FCGR3A+ Monocytes", "Dendritic cells"};
  const std::set<std::string> t_and_nk{"CD4 T cells", "CD8 T cells", "NK cells"};
  CHECK(cells.share(myeloid) >= 0.65);
  CHECK(cells.share(myeloid) <= 0.75);
  CHECK(cells.share(t_and_nk) >= 0.22);
  CHECK(cells.share(t_and_nk) <= 0.30);
  CHECK(cells.share({"B cells"}) >= 0.025);
  CHECK(cells.share({"B cells"}) <= 0.06);
  CHECK(cells.n({"NK cells"}) >= 10);
  CHECK(cells.share({"Megakaryocytes"}) <= 0.02);
  CHECK(cells.detected("LYZ", myeloid) >= 0.95);
  CHECK(cells.detected("MS4A1", {"B cells"}) >= 0.65);
  CHECK(cells.detected("MS4A1", {"B cells"}, true) <= 0.08);
  CHECK(cells.detected("GNLY", {"NK cells"}) >= 0.85);
  CHECK(cells.detected("CD3D", t_and_nk) >= 0.30);
  CHECK(cells.detected("CD3D", myeloid) <= 0.10);
}

TEST_CASE("the default model knows what it does not know: lung cancer lines and bulk samples are refused") {
  const fs::path lines = shared / "mixology_celseq2" / "mixology_celseq2.h5ad";
  if (!test::has_shared(lines)) return;
  CHECK(share_of_outliers(annotated(lines)) >= 0.6);
  CHECK(error_of([&] { annotated(lines, 0.2); }).kind() == ErrorKind::unsupported);
  for (const char* bulk : {"airway/airway.h5ad", "bulk_human/bulk_human_train.h5ad"}) {
    const Error error = error_of([&] { annotated(shared / bulk); });
    CHECK(error.kind() == ErrorKind::unsupported);
    CHECK_THAT(error.message(), Catch::Matchers::Contains("bulk samples"));
  }
}

TEST_CASE("the default model says where it comes from and names no donor") {
  const auto model = open_model("default", job());
  const ModelCard& card = model->card();
  CHECK(card.id == "pbmc");
  CHECK(card.licence == "CC0-1.0");
  CHECK_THAT(card.trained_on, Catch::Matchers::Contains("GSE96583"));
  CHECK(card.find_field("cell_type_ontology_id")->values.size() == 7);
  CHECK(card.find_field("cell_type_ontology_id")->names.size() == 7);
  CHECK(card.find_field("perturbation_ontology_id")->names == std::vector<std::string>{"IFNB1"});
  CHECK(card.find_field("donor_id")->values.empty());
  CHECK_FALSE(card.find_field("donor_id")->predicted);
}

TEST_CASE("one donor teaches the other donor's cell types") {
  if (!test::has_shared(kang_labelled)) return;
  const test::TempFolder folder;
  const auto score = [&](const std::string& from, const std::string& to) {
    const auto model = train_on_kang(folder / (from + ".gmodel"), from);
    const auto reader = open_cells(kang_labelled, {"cell_type"}, {{"donor_id", to}});
    return figure(evaluate_model(*model, *reader, {{"cell_type", "cell_type"}}, 1, job()), "cell_type macro-F1");
  };
  CHECK(score("101", "107") >= 0.85);
  CHECK(score("107", "101") >= 0.80);
}

TEST_CASE("generated cells are nearer to real ones than independent genes are") {
  if (!test::has_shared(kang_labelled)) return;
  const test::TempFolder folder;
  const auto model = train_on_kang(folder / "all.gmodel", "");
  const auto reader = open_cells(kang_labelled, kang_columns);
  std::vector<std::pair<std::string, std::string>> columns;
  for (const std::string& column : kang_columns) columns.emplace_back(column, column);
  const Evaluation evaluation = evaluate_model(*model, *reader, columns, 1, job());
  const auto at = std::find_if(evaluation.rows.begin(), evaluation.rows.end(),
                               [](const auto& row) { return row.what == "energy distance"; });
  REQUIRE(at != evaluation.rows.end());
  CHECK(at->model <= 0.25);
  CHECK(at->model < at->baseline);
  CHECK(at->real < 0.1);
  CHECK(figure(evaluation, "depth") < 0.12);
  CHECK(figure(evaluation, "detected genes") < 0.15);
}
