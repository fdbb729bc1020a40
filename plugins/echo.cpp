// SPDX-License-Identifier: Apache-2.0
#include "echo.hpp"

#include <cmath>
#include <memory>

#include "gemflow/core/error.hpp"
#include "gemflow/core/version.hpp"

namespace gemflow {
namespace {

constexpr double deep_from = 1000;

Field depth_field() { return {"depth", "technical", {"deep", "shallow"}, {}, {}, true}; }

ModelCard echo_card() {
  ModelCard card;
  card.id = "echo";
  card.version = version;
  card.any_genes = true;
  card.tasks = {Task::condition, Task::predict_metadata};
  card.fields = {depth_field()};
  card.latent_groups = {"biological"};
  card.licence = "Apache-2.0";
  card.trained_on = "nothing: it answers from the counts alone";
  return card;
}

class Echo final : public Model {
 public:
  [[nodiscard]] const ModelCard& card() const noexcept override { return card_; }

  Chunk answer(const Query& query, Job& job) override {
    job.check_stop();
    switch (query.task) {
      case Task::predict_metadata: return predict(query.counts, query.options.probabilities);
      case Task::condition: return repeat_references(query);
      case Task::generate: break;
    }
    throw Error(ErrorKind::unsupported, "model 'echo' has no genes of its own and cannot generate cells",
                "gemflow models lists the models that can");
  }

 private:
  [[nodiscard]] Chunk predict(const CountChunk& counts, bool wanted) const {
    Labels depth{{}, depths_};
    Matrix probabilities{"depth", MatrixKind::probabilities, *depths_, {}};
    for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) {
      const double total = counts.total(cell);
      const bool deep = total >= deep_from;
      depth.codes.push_back(deep ? 0 : 1);
      probabilities.values.insert(probabilities.values.end(), {deep ? 1.0F : 0.0F, deep ? 0.0F : 1.0F});
    }
    Chunk answer;
    const auto n = static_cast<std::size_t>(counts.n_cells());
    answer.counts.append_empty(counts.n_cells());
    answer.obs = {{"depth", std::move(depth)}, {"depth_confidence", std::vector<float>(n, 1.0F)}};
    if (wanted) answer.obsm.push_back(std::move(probabilities));
    answer.obsm.push_back(latents_of(counts));
    return answer;
  }

  [[nodiscard]] static Matrix latents_of(const CountChunk& counts) {
    Matrix latents{"biological", MatrixKind::latents, {"log1p_counts", "log1p_genes"}, {}};
    for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) {
      latents.values.push_back(static_cast<float>(std::log1p(counts.total(cell))));
      latents.values.push_back(static_cast<float>(std::log1p(static_cast<double>(counts.cell(cell).genes.size()))));
    }
    return latents;
  }

  [[nodiscard]] static Chunk repeat_references(const Query& query) {
    Chunk answer;
    answer.counts.stored_type(query.counts.stored_type());
    for (const Sample& sample : query.samples) {
      const CellCounts reference = query.counts.cell(sample.reference);
      answer.counts.append(reference.genes, reference.values);
    }
    answer.obsm.push_back(latents_of(answer.counts));
    return answer;
  }

  ModelCard card_ = echo_card();
  std::shared_ptr<const std::vector<std::string>> depths_ =
      std::make_shared<const std::vector<std::string>>(depth_field().values);
};

bool recognises_echo(std::string_view ref) { return ref == "echo"; }

std::unique_ptr<Model> open_echo(const ModelRequest&, Job&) { return std::make_unique<Echo>(); }

std::vector<ModelListing> list_echo() { return {{"echo", "answers from the counts alone: for tests and dry runs"}}; }

}  // namespace

constinit const Plugin echo_plugin{"echo", "answers from the counts alone; tests, dry runs, examples", recognises_echo,
                                   open_echo, list_echo};

}  // namespace gemflow
