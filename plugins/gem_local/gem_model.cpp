// SPDX-License-Identifier: Apache-2.0
#include "gem_local/gem_model.hpp"

namespace gemflow::gem_local {
namespace {

ClassNames class_names(const Field& field, const std::vector<std::int32_t>& levels) {
  const auto chosen = [&levels](const std::vector<std::string>& all) {
    auto some = std::make_shared<std::vector<std::string>>();
    for (const std::int32_t level : levels) some->push_back(all[static_cast<std::size_t>(level)]);
    return some;
  };
  const auto values = chosen(field.values);
  return {values, field.names.empty() ? values : chosen(field.names)};
}

class GemModel final : public Model {
 public:
  GemModel(Parameters parameters, std::string checksum)
      : card_(card_of(parameters, std::move(checksum))), engine_(std::move(parameters)) {}

  [[nodiscard]] const ModelCard& card() const noexcept override { return card_; }

  Chunk answer(const Query& query, Job& job) override {
    job.check_stop();
    if (query.task == Task::generate) return generate(engine_, query, *job.workers);
    if (query.task == Task::condition) return condition(engine_, query, *job.workers);
    return predict(engine_, query, *job.workers);
  }

 private:
  ModelCard card_;
  Engine engine_;
};

}  // namespace

Engine::Engine(Parameters all)
    : parameters(std::move(all)),
      encoder(parameters),
      decoder(parameters),
      latent_reader(parameters),
      half_square(0.5F * parameters.residual_loadings().array().square().colwise().sum()) {
  for (const Head& head : parameters.heads) {
    classifiers.emplace_back(head, parameters.n_genes());
    classes.push_back(class_names(parameters.fields[static_cast<std::size_t>(head.field)].field, head.classes));
  }
}

std::unique_ptr<Model> make_model(Parameters parameters, std::string checksum) {
  return std::make_unique<GemModel>(std::move(parameters), std::move(checksum));
}

}  // namespace gemflow::gem_local
