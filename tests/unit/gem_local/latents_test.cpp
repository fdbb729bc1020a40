// SPDX-License-Identifier: Apache-2.0
#include "gem_local/latents.hpp"

#include <algorithm>
#include <cmath>

#include "gem_local/decoder.hpp"
#include "gem_local/tensor_file.hpp"
#include "support/catch.hpp"
#include "support/toy_model.hpp"

using namespace gemflow;
using namespace gemflow::gem_local;
using test::Toy;

namespace {

const Parameters& toy_parameters() {
  static const Parameters parameters = [] {
    const test::TempFolder folder;
    test::train_toy({}, folder / "toy.gmodel");
    return from_file(read_tensors(folder / "toy.gmodel"));
  }();
  return parameters;
}

const std::string pbmc = std::string(GEMFLOW_SOURCE) + "/data/models/pbmc.gmodel";

Parameters pbmc_parameters() { return from_file(read_tensors(pbmc)); }

/// The matrix of this group's latents.
const Matrix& latents_in(const Chunk& answer, std::string_view group) {
  const auto at = std::find_if(answer.obsm.begin(), answer.obsm.end(), [&](const Matrix& matrix) { return matrix.name == group; });
  REQUIRE(at != answer.obsm.end());
  CHECK(at->kind == MatrixKind::latents);
  return *at;
}

Chunk ask(Task task, std::initializer_list<std::pair<const char*, const char*>> metadata, const QueryOptions& options,
          Model& model = test::toy_model()) {
  Query query;
  query.task = task;
  query.options = options;
  query.conditions.emplace_back();
  for (const auto& [key, value] : metadata) query.conditions.front().set(key, value);
  Toy toy;
  toy.seed = 9;
  toy.n_cells = 40;
  if (task != Task::generate) query.counts = toy.cells().counts;
  for (std::int64_t i = 0; i < toy.n_cells; ++i) query.samples.push_back({0, task == Task::condition ? i : -1, i, 0, 3});
  Job job;
  return model.answer(query, job);
}

double mean_distance(const Matrix& a, const Matrix& b) {
  REQUIRE(a.values.size() == b.values.size());
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) sum += std::abs(static_cast<double>(a.values[i] - b.values[i]));
  return sum / static_cast<double>(a.values.size());
}

void check_levels(const Parameters& p) {
  const Decoder decoder(p);
  const LatentReader reader(p);
  for (std::size_t field = 0; field < p.fields.size(); ++field) {
    const LatentGroup group = p.group_of(field);
    for (std::int32_t level = 0; level < p.fields[field].n_levels; ++level) {
      INFO(p.fields[field].field.key << ", level " << level);
      Levels levels(p.fields.size(), -1);
      levels[field] = level;
      FloatRow asked = FloatRow::Zero(p.n_genes());
      decoder.add_effects(group, levels, asked);
      DoubleRow latents = DoubleRow::Constant(p.loadings.rows(), 7);
      reader.read(group, asked, latents);
      FloatRow made = FloatRow::Zero(p.n_genes());
      DoubleRow explained = latents;
      if (group == biological) explained.segment(p.first_latent(perturbation) - p.n_residual, p.n_residual).setZero();
      add_latents(p, group, explained, made);
      CHECK((made - asked).norm() <= 0.01F * std::max(asked.norm(), 1.0F));
      for (Index i = 0; i < latents.size(); ++i) {
        const bool is_read = i >= p.first_latent(group) && i < p.first_latent(group) + p.n_latents[group] &&
                             (group != biological || i < p.first_latent(perturbation) - p.n_residual);
        CHECK((is_read || latents[i] == 7));
      }
    }
  }
}

}  // namespace

TEST_CASE("latents: what a level adds to the rates is read back, and makes the same rates again") {
  check_levels(toy_parameters());
  check_levels(pbmc_parameters());
}

TEST_CASE("latents: cells that are made of one condition share what metadata explain, and differ in the rest") {
  Job job;
  const auto model = open_model(pbmc, job);  // the toy has no residual factors
  const Parameters p = pbmc_parameters();
  QueryOptions mean;
  mean.deterministic_latents = true;
  const Chunk same = ask(Task::generate, {{"cell_type_ontology_id", "CL:0000236"}}, mean, *model);
  const Chunk drawn = ask(Task::generate, {{"cell_type_ontology_id", "CL:0000236"}}, {}, *model);
  const auto n = static_cast<std::size_t>(p.n_latents[biological]);
  const auto n_explained = n - static_cast<std::size_t>(p.n_residual);
  REQUIRE(p.n_residual > 0);
  const Matrix& still = latents_in(same, "biological");
  const Matrix& moving = latents_in(drawn, "biological");
  REQUIRE(still.columns.size() == n);
  for (std::size_t cell = 0; cell < 40; ++cell) {
    for (std::size_t i = 0; i < n; ++i) {
      CHECK((i < n_explained || still.values[cell * n + i] == 0));
      CHECK(still.values[cell * n + i] == still.values[i]);
      if (i < n_explained) CHECK(moving.values[cell * n + i] == still.values[i]);
    }
  }
  CHECK(moving.values[n - 1] != moving.values[2 * n - 1]);
}

TEST_CASE("latents: a conditioned cell keeps those of its reference, and changes the perturbation's") {
  QueryOptions mean;
  mean.deterministic_latents = true;
  const Chunk seen = ask(Task::predict_metadata, {}, mean);
  const Chunk control = ask(Task::condition, {{"perturbation_type", "control"}}, mean);
  const Chunk treated = ask(Task::condition, {{"perturbation_ontology_id", "CHEMBL25"}}, mean);
  for (const char* group : {"biological", "technical"}) {
    CHECK(latents_in(treated, group).values == latents_in(seen, group).values);
    CHECK(latents_in(control, group).values == latents_in(seen, group).values);
  }
  CHECK(mean_distance(latents_in(treated, "perturbation"), latents_in(control, "perturbation")) > 0.5);

  mean.conditioning = {"technical"};
  const Chunk anew = ask(Task::condition, {{"cell_type_ontology_id", "CL:0000236"}}, mean);
  const Chunk made = ask(Task::generate, {{"cell_type_ontology_id", "CL:0000236"}}, mean);
  CHECK(latents_in(anew, "biological").values == latents_in(made, "biological").values);
  CHECK(latents_in(anew, "technical").values == latents_in(seen, "technical").values);
}
