// SPDX-License-Identifier: Apache-2.0
// The same questions to every model: whoever writes a plug-in adds a line to `all_models`.
#include "gemflow/models.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "gemflow/core/error.hpp"
#include "gemflow/core/slice.hpp"
#include "gemflow/run/workers.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"
#include "support/hosted_toy.hpp"
#include "support/toy_model.hpp"

using namespace gemflow;
using test::Toy;

namespace {

Model& echo() {
  static Job job;
  static const std::unique_ptr<Model> model = open_model("echo", job);
  return *model;
}

std::vector<Model*> local_models() { return {&echo(), &test::toy_model()}; }

/// The toy again, three times, behind the hosted API.
std::vector<Model*> hosted_models() {
  std::vector<Model*> models;
  for (const Task task : {Task::predict_metadata, Task::condition, Task::generate}) models.push_back(&test::hosted_toy(task));
  return models;
}

std::vector<Model*> all_models() {
  std::vector<Model*> models = local_models();
  for (Model* model : hosted_models()) models.push_back(model);
  return models;
}

bool is_hosted(const Model& model) { return !model.card().host.empty(); }

constexpr std::int64_t n_cells = 50;

CountChunk cells() {
  Toy toy;
  toy.seed = 5;
  toy.n_cells = n_cells;
  return toy.cells().counts;
}

/// A question about cells [begin, end) of the run.
Query question(Task task, std::int64_t begin, std::int64_t end, const QueryOptions& options) {
  Query query;
  query.task = task;
  query.options = options;
  query.counts.clear(begin);
  query.conditions.emplace_back();
  const CountChunk all = cells();
  for (std::int64_t cell = begin; cell < end; ++cell) {
    query.counts.append(all.cell(cell).genes, all.cell(cell).values);
    if (task != Task::predict_metadata) {
      query.samples.push_back({0, task == Task::condition ? cell - begin : -1, cell, cell % 3, options.seed});
    }
  }
  if (task == Task::generate) query.counts.clear(begin);
  return query;
}

Chunk answers(Model& model, Task task, std::int64_t batch, const QueryOptions& options, Workers& workers) {
  Job job;
  job.workers = &workers;
  Chunk all;
  for (std::int64_t begin = 0; begin < n_cells; begin += batch) {
    Chunk answer = model.answer(question(task, begin, std::min(begin + batch, n_cells), options), job);
    if (begin == 0) {
      all = std::move(answer);
    } else {
      append(all, answer);
    }
  }
  return all;
}

std::vector<QueryOptions> option_sets() {
  std::vector<QueryOptions> sets(4);
  sets[0].seed = 3;
  sets[1].sampling = Sampling::sample;
  sets[1].sample_latents = true;
  sets[1].decoder_sample = true;
  sets[2].output_counts = OutputCounts::unbiased;
  sets[3].deterministic_latents = true;
  sets[3].output_counts = OutputCounts::expected;
  return sets;
}

}  // namespace

TEST_CASE("models: one seed gives the same bytes for any batch size and any number of threads") {
  const auto workers = start_workers(3);
  for (Model* model : local_models()) {  // a server draws for a query as a whole: other batches, other draws
    for (const Task task : model->card().tasks) {
      for (const QueryOptions& options : option_sets()) {
        INFO(model->card().id << ", " << name_of(task));
        const Chunk whole = answers(*model, task, n_cells, options, calling_thread());
        CHECK(whole.n_cells() == n_cells);
        CHECK(test::equal(answers(*model, task, 1, options, calling_thread()), whole));
        CHECK(test::equal(answers(*model, task, 7, options, *workers), whole));
        CHECK(test::equal(answers(*model, task, n_cells, options, *workers), whole));
      }
    }
  }
}

TEST_CASE("models: hosted ones give the same bytes for the same batches") {
  const auto workers = start_workers(3);
  for (Model* model : hosted_models()) {
    for (const QueryOptions& options : option_sets()) {
      const Task task = model->card().tasks.front();
      INFO(model->card().id);
      const Chunk once = answers(*model, task, 20, options, calling_thread());
      CHECK(once.n_cells() == n_cells);
      CHECK(test::equal(answers(*model, task, 20, options, *workers), once));
    }
  }
}

TEST_CASE("models: hosted ones say what the model behind says") {
  const QueryOptions options;
  Model& local = test::toy_model();
  const Chunk here = answers(local, Task::predict_metadata, n_cells, options, calling_thread());
  const Chunk there = answers(test::hosted_toy(Task::predict_metadata), Task::predict_metadata, n_cells, options, calling_thread());
  for (const char* field : {"cell_type_ontology_id", "perturbation_type"}) {
    const auto& wanted = std::get<Labels>(here.find_obs(field)->values);
    const auto& found = std::get<Labels>(there.find_obs(field)->values);
    for (std::size_t cell = 0; cell < n_cells; ++cell) CHECK(found.at(cell) == wanted.at(cell));
  }
}

TEST_CASE("models: the answer to predict_metadata is what the card says") {
  for (Model* model : all_models()) {
    const ModelCard& card = model->card();
    if (!card.does(Task::predict_metadata)) continue;
    INFO(card.id);
    const Chunk answer = answers(*model, Task::predict_metadata, n_cells, {}, calling_thread());
    CHECK(answer.counts.n_nonzeros() == 0);
    for (const Field& field : card.fields) {
      const std::string name(field.name());
      if (is_hosted(*model)) {  // which fields have heads is known by the answer alone
        CHECK((field.predicted || answer.find_obs(name) == nullptr));
        if (answer.find_obs(name) == nullptr) continue;
      }
      CHECK((answer.find_obs(name) != nullptr) == field.predicted);
      if (!field.predicted) continue;
      CHECK((answer.find_obs(field.key) != nullptr));
      const auto& sure = std::get<std::vector<float>>(answer.find_obs(name + "_confidence")->values);
      CHECK(std::all_of(sure.begin(), sure.end(), [](float c) { return c > 0 && c <= 1; }));
    }
    std::set<std::string> groups(card.latent_groups.begin(), card.latent_groups.end());
    for (const Matrix& matrix : answer.obsm) {
      CHECK(matrix.values.size() == matrix.columns.size() * static_cast<std::size_t>(n_cells));
      CHECK(std::all_of(matrix.values.begin(), matrix.values.end(), [](float v) { return std::isfinite(v); }));
      if (matrix.kind == MatrixKind::latents) groups.erase(matrix.name);
    }
    CHECK(groups.empty());
    QueryOptions without;
    without.probabilities = false;
    for (const Matrix& matrix : answers(*model, Task::predict_metadata, n_cells, without, calling_thread()).obsm) {
      CHECK(matrix.kind != MatrixKind::probabilities);
    }
  }
}

TEST_CASE("models: counts are whole, not negative, in ascending genes of the model") {
  for (Model* model : all_models()) {
    for (const Task task : {Task::generate, Task::condition}) {
      if (!model->card().does(task)) continue;
      INFO(model->card().id << ", " << name_of(task));
      for (const Sampling sampling : {Sampling::mean, Sampling::sample}) {
        QueryOptions options;
        options.sampling = sampling;
        const CountChunk counts = answers(*model, task, n_cells, options, calling_thread()).counts;
        CHECK(counts.n_nonzeros() > 0);
        const auto whole = [](double value) { return value > 0 && value == std::floor(value); };
        CHECK(std::all_of(counts.values().begin(), counts.values().end(), whole));
        for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) {
          const auto genes = counts.cell(cell).genes;
          CHECK(std::adjacent_find(genes.begin(), genes.end(), std::greater_equal<>()) == genes.end());
          if (!model->card().any_genes && !genes.empty()) {
            CHECK(genes.back() < static_cast<std::int32_t>(model->card().gene_order.size()));
          }
        }
      }
    }
  }
}

TEST_CASE("models: cells that are made come with the latents that the card names") {
  for (Model* model : all_models()) {
    for (const Task task : {Task::generate, Task::condition}) {
      const ModelCard& card = model->card();
      if (!card.does(task)) continue;
      INFO(card.id << ", " << name_of(task));
      std::set<std::string> groups(card.latent_groups.begin(), card.latent_groups.end());
      for (const Matrix& matrix : answers(*model, task, n_cells, {}, calling_thread()).obsm) {
        CHECK(matrix.kind == MatrixKind::latents);
        CHECK(groups.erase(matrix.name) == 1);
        CHECK(matrix.values.size() == matrix.columns.size() * static_cast<std::size_t>(n_cells));
        CHECK(std::all_of(matrix.values.begin(), matrix.values.end(), [](float v) { return std::isfinite(v); }));
      }
      CHECK(groups.empty());
    }
  }
}

TEST_CASE("models: latents are the same, to the bit, whether a model is here or hosted") {
  QueryOptions options;
  options.deterministic_latents = true;  // what is drawn hangs on the seed, which a body has one of
  for (const Task task : {Task::predict_metadata, Task::generate, Task::condition}) {
    INFO(name_of(task));
    const Chunk here = answers(test::toy_model(), task, n_cells, options, calling_thread());
    const Chunk there = answers(test::hosted_toy(task), task, n_cells, options, calling_thread());
    std::size_t n_compared = 0;
    for (const Matrix& matrix : here.obsm) {
      if (matrix.kind != MatrixKind::latents) continue;
      const auto same = std::find_if(there.obsm.begin(), there.obsm.end(), [&](const Matrix& other) {
        return other.kind == MatrixKind::latents && other.name == matrix.name && other.columns == matrix.columns;
      });
      REQUIRE(same != there.obsm.end());
      CHECK(same->values == matrix.values);
      ++n_compared;
    }
    CHECK(n_compared == test::toy_model().card().latent_groups.size());
  }
}

TEST_CASE("models: cells without counts, no cells, and a stop") {
  for (Model* model : all_models()) {
    if (!model->card().does(Task::predict_metadata)) continue;
    INFO(model->card().id);
    Job job;
    Query empty;
    empty.counts.append({}, {});
    const Chunk answer = model->answer(empty, job);
    CHECK(answer.n_cells() == 1);
    for (const Matrix& matrix : answer.obsm) {
      CHECK(std::all_of(matrix.values.begin(), matrix.values.end(), [](float v) { return std::isfinite(v); }));
    }
    CHECK(model->answer({}, job).n_cells() == 0);

    std::stop_source stop;
    stop.request_stop();
    job.stop = stop.get_token();
    CHECK(error_of([&] { (void)model->answer(empty, job); }).kind() == ErrorKind::interrupted);
  }
}

TEST_CASE("models: a card says who the model is") {
  for (Model* model : all_models()) {
    const ModelCard& card = model->card();
    INFO(card.id);
    CHECK_FALSE(card.id.empty());
    if (!is_hosted(*model)) {  // the API tells the version with an answer, and of licences nothing
      CHECK_FALSE(card.version.empty());
      CHECK_FALSE(card.licence.empty());
    }
    CHECK_FALSE(card.trained_on.empty());
    CHECK_FALSE(card.tasks.empty());
    CHECK(card.any_genes == card.gene_order.names.empty());
    CHECK((card.mean_expression.empty() || card.mean_expression.size() == card.gene_order.size()));
    CHECK(card.limit.cells > 0);
    for (const Field& field : card.fields) {
      CHECK((field.names.empty() || field.names.size() == field.values.size()));
      CHECK((field.n_cells.empty() || field.values.empty() || field.n_cells.size() == field.values.size()));
    }
  }
}

TEST_CASE("models: what is listed can be opened, and is listed once") {
  std::set<std::string> refs;
  for (const Plugin* plugin : plugins()) {
    CHECK_FALSE(plugin->description.empty());
    for (const ModelListing& listing : plugin->list()) {
      CHECK(refs.insert(listing.ref).second);
      Job job;
      CHECK(plugin->recognises(listing.ref));
      CHECK_FALSE(open_model(listing.ref, job)->card().id.empty());
    }
  }
  CHECK(refs.count("echo") == 1);
}
