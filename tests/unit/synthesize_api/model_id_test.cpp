// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/model_id.hpp"

#include "support/catch.hpp"

namespace gemflow::synthesize_api {
namespace {

TEST_CASE("A hosted model's id says its family, its task and its modality") {
  const auto is = [](std::string_view text, std::string_view family, std::optional<Task> task, Modality modality) {
    const ModelId id = read_model_id(text);
    CAPTURE(text);
    CHECK(id.text == text);
    CHECK(id.family == family);
    CHECK(id.task == task);
    CHECK(id.modality == modality);
  };
  is("gem-1-bulk", "gem-1-bulk", Task::generate, Modality::bulk);
  is("gem-1-sc", "gem-1-sc", Task::generate, Modality::single_cell);
  is("gem-1-bulk_reference-conditioning", "gem-1-bulk", Task::condition, Modality::bulk);
  is("gem-1-sc_predict-metadata", "gem-1-sc", Task::predict_metadata, Modality::single_cell);
  is("gem-1-bulk_condition-on-sample-ids", "gem-1-bulk", std::nullopt, Modality::bulk);
  is("gem-9-sc-large_predict-metadata", "gem-9-sc-large", Task::predict_metadata, Modality::single_cell);
  is("gem-2_autoencode", "gem-2_autoencode", std::nullopt, Modality::bulk);
  is("_predict-metadata", "_predict-metadata", std::nullopt, Modality::bulk);
}

TEST_CASE("A family has one id for each task, and it is read as that") {
  for (const Task task : {Task::generate, Task::condition, Task::predict_metadata}) {
    const ModelId id = read_model_id(id_for("gem-1-sc", task));
    CHECK(id.task == task);
    CHECK(id.family == "gem-1-sc");
  }
  CHECK(id_for("gem-1-sc", Task::condition) == "gem-1-sc_reference-conditioning");
}

}  // namespace
}  // namespace gemflow::synthesize_api
