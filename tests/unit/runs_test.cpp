// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/in_memory.hpp"
#include "gemflow/models.hpp"
#include "gemflow/run/convert.hpp"
#include "gemflow/run/generate.hpp"
#include "gemflow/run/predict_metadata.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"
#include "support/three_cells.hpp"

using namespace gemflow;
using test::condition_of;
using test::reader;
using test::three_cells;

namespace {

/// Makes cells whose counts say which sample they are: gene 0 counts the number, gene 1 the replicate plus one.
class Numbered final : public Model {
 public:
  Numbered() {
    card_.id = "numbered";
    card_.gene_order = test::genes({"number", "replicate"});
    card_.tasks = {Task::generate};
  }
  [[nodiscard]] const ModelCard& card() const noexcept override { return card_; }
  Chunk answer(const Query& query, Job&) override {
    Chunk answer;
    std::vector<std::vector<double>> rows;
    for (const Sample& sample : query.samples) {
      rows.push_back({static_cast<double>(sample.number), static_cast<double>(sample.replicate + 1)});
    }
    answer.counts = test::counts(rows);
    return answer;
  }

 private:
  ModelCard card_;
};

/// Says that every second cell is an outlier.
class Pessimist final : public Model {
 public:
  Pessimist() {
    card_.id = "pessimist";
    card_.any_genes = true;
    card_.trained_on = "nothing good";
  }
  [[nodiscard]] const ModelCard& card() const noexcept override { return card_; }
  Chunk answer(const Query& query, Job&) override {
    std::vector<bool> outliers;
    for (std::int64_t cell = 0; cell < query.counts.n_cells(); ++cell) outliers.push_back(cell % 2 == 0);
    Chunk answer;
    answer.counts = query.counts;
    answer.obs = {{"outlier", outliers}};
    return answer;
  }

 private:
  ModelCard card_;
};

}  // namespace

TEST_CASE("predict_metadata puts answers beside the cells, whatever the batch size") {
  const std::int64_t batch_size = GENERATE(0, 1, 2);
  Job job;
  const auto in = reader();
  const auto echo = open_model("echo", job);
  Written written;
  PredictOptions options;
  options.run.batch_size = batch_size;
  options.run.inputs = {"cells.h5ad"};
  const PredictResult result = predict_metadata(*in, *echo, *write_memory(written), options, job);

  CHECK(result.n_cells == 3);
  CHECK(result.n_empty == 1);
  REQUIRE(written.finished);
  const Chunk& cells = written.cells;
  CHECK(cells.cell_names == std::vector<std::string>{"deep", "shallow", "none"});
  CHECK(cells.find_obs("gemflow_depth")->text_at(0) == "deep");
  CHECK(cells.find_obs("gemflow_depth")->text_at(1) == "shallow");
  CHECK(cells.find_obs("gemflow_depth")->text_at(2).empty());
  CHECK(cells.find_obs("gemflow_status")->text_at(2) == "empty");
  CHECK(cells.obsm[0].name == "gemflow_probs_depth");
  CHECK(cells.obsm[1].name == "X_gemflow_biological");
  CHECK(written.genes.find_column("gemflow_in_model") != nullptr);
  CHECK(written.provenance.command == "predict_metadata");
}

TEST_CASE("predict_metadata refuses what is not counts, with the cell and the gene") {
  Chunk cells = three_cells();
  cells.counts = test::counts({{900, 0, 200}, {1, -2, 0}, {0, 0, 0}});
  Job job;
  const auto in = read_memory(cells, test::genes({"g0", "g1", "g2"}));
  const auto echo = open_model("echo", job);
  Written written;
  const Error error = error_of([&] { predict_metadata(*in, *echo, *write_memory(written), {}, job); });
  CHECK(error.kind() == ErrorKind::input);
  CHECK(error.message().find("shallow") != std::string::npos);
  CHECK(error.message().find("g1") != std::string::npos);
  CHECK(!written.finished);
}

TEST_CASE("too many outliers stop the run before anything is written, or warn") {
  Job job;
  Pessimist model;
  Written written;
  PredictOptions options;
  const auto in = reader();
  const Error error = error_of([&] { predict_metadata(*in, model, *write_memory(written), options, job); });
  CHECK(error.kind() == ErrorKind::unsupported);
  CHECK(error.message() ==
        "1 of 2 cells (50.0 %) lie outside what model 'pessimist' has seen, more than --max-outliers 0.2; it was trained "
        "on nothing good");
  CHECK(!written.finished);

  in->rewind();
  options.outliers_stop = false;
  CHECK(predict_metadata(*in, model, *write_memory(written), options, job).n_outliers == 1);
  CHECK(written.finished);
}

TEST_CASE("generate makes all samples of all conditions, in order, and says what each was made from") {
  const std::int64_t batch_size = GENERATE(0, 1, 2);
  Job job;
  Numbered model;
  Written written;
  RunOptions options;
  options.batch_size = batch_size;
  std::vector<Condition> conditions{condition_of("sex", "male", 2), condition_of("tissue", "blood", 1)};
  conditions[1].name = "blood";
  CHECK(generate(conditions, model, *write_memory(written), options, job) == 3);
  REQUIRE(written.finished);
  CHECK(test::dense(written.cells.counts, 2) == std::vector<std::vector<double>>{{0, 1}, {0, 2}, {1, 1}});
  CHECK(written.cells.cell_names == std::vector<std::string>{"condition1_1", "condition1_2", "blood_1"});
  CHECK(written.cells.find_obs("sex")->text_at(1) == "male");
  CHECK(written.cells.find_obs("sex")->text_at(2).empty());
  CHECK(written.cells.find_obs("tissue")->text_at(2) == "blood");
  CHECK(written.cells.find_obs("gemflow_origin")->text_at(0) == "synthetic");
  CHECK(written.cells.find_obs("gemflow_replicate")->text_at(1) == "2");
}

TEST_CASE("conditions must be there, and have names of their own") {
  Job job;
  Numbered model;
  Written written;
  CHECK(error_of([&] { generate({}, model, *write_memory(written), {}, job); }).message() == "no condition was given");
  std::vector<Condition> twins(2, condition_of("sex", "male", 1));
  twins[0].name = twins[1].name = "twin";
  CHECK(error_of([&] { generate(twins, model, *write_memory(written), {}, job); }).message() ==
        "two conditions are named 'twin'");
}

TEST_CASE("convert moves counts and layers into the wanted genes; missing genes are zero") {
  Job job;
  Chunk cells = test::small_chunk();
  const auto in = read_memory(cells, test::genes({"g0", "g1", "g2"}));
  Written written;
  ConvertOptions options;
  options.gene_order = test::genes({"g2", "absent", "g0"});
  const ConvertResult result = convert(*in, *write_memory(written), options, job);
  CHECK(result.n_cells == 4);
  REQUIRE(result.genes.has_value());
  CHECK(result.genes->n_found == 2);
  CHECK(written.genes.names == std::vector<std::string>{"g2", "absent", "g0"});
  CHECK(written.genes.source == std::vector<std::int64_t>{2, -1, 0});
  CHECK(test::dense(written.cells.counts, 3) ==
        std::vector<std::vector<double>>{{2, 0, 1}, {0, 0, 0}, {0, 0, 0}, {6, 0, 4}});
  CHECK(test::dense(written.cells.layers[0].counts, 3)[3] == std::vector<double>{12, 0, 8});
  CHECK(written.cells.find_obs("type")->text_at(1) == "T cell");
}
