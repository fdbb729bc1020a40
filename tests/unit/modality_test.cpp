// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/modality.hpp"

#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"

using namespace gemflow;

namespace {

/// Three cells of 2,000 genes, of which the first `detected` have `count` each.
CountChunk cells(std::int32_t detected, double count) {
  CountChunk chunk;
  std::vector<std::int32_t> genes(static_cast<std::size_t>(detected));
  for (std::int32_t gene = 0; gene < detected; ++gene) genes[static_cast<std::size_t>(gene)] = gene;
  for (int cell = 0; cell < 3; ++cell) chunk.append(genes, std::vector<double>(genes.size(), count));
  return chunk;
}

ModelCard card(Modality modality) {
  ModelCard card;
  card.id = "blood";
  card.modality = modality;
  return card;
}

}  // namespace

TEST_CASE("bulk and single cells are told apart by how many genes are seen, and how often") {
  CHECK(modality_of(cells(1800, 900), 2000) == Modality::bulk);
  CHECK(modality_of(cells(300, 2.5), 2000) == Modality::single_cell);
  CHECK(modality_of(cells(300, 150), 2000) == std::nullopt);  // Smart-seq2: few genes, many reads
  CHECK(modality_of(cells(90, 900), 100) == std::nullopt);    // a narrow panel is not judged
  CHECK(modality_of(cells(0, 0), 2000) == std::nullopt);
}

TEST_CASE("who asked a hosted model of the wrong kind is told its sibling, where ids name one") {
  const auto hint = [](Modality knows, const char* id) {
    ModelCard hosted = card(knows);
    hosted.id = id;
    hosted.host = "https://app.synthesize.bio";
    ModalityCheck check(hosted, 2000);
    return error_of([&] { check.look(knows == Modality::bulk ? cells(300, 2) : cells(1800, 900)); }).hint();
  };
  CHECK(hint(Modality::bulk, "gem-1-bulk_predict-metadata") == "--model synthesize:gem-1-sc");
  CHECK(hint(Modality::single_cell, "gem-1-sc_reference-conditioning") == "--model synthesize:gem-1-bulk");
  CHECK(hint(Modality::single_cell, "gem-2-sc-ensemble_predict-metadata") == "--model synthesize:gem-2-bulk-ensemble");
  CHECK(hint(Modality::bulk, "gem-1-bulky_predict-metadata") == "gemflow models synthesize: lists the models of this account");
  CHECK(hint(Modality::bulk, "toy_predict-metadata") == "gemflow models synthesize: lists the models of this account");
}

TEST_CASE("a refusal can be looked at instead of thrown, and says that it was judged") {
  const ModelCard single_cell = card(Modality::single_cell);
  ModalityCheck check(single_cell, 2000);
  CHECK(!check.refusal(cells(0, 0)));
  CHECK(!check.has_judged());
  CHECK(check.refusal(cells(1800, 900)));
  CHECK(check.has_judged());
  CHECK(!check.refusal(cells(1800, 900)));
}

TEST_CASE("samples of the wrong kind are refused with both numbers, by the first cells that have counts") {
  const ModelCard single_cell = card(Modality::single_cell);
  ModalityCheck check(single_cell, 2000);
  check.look(cells(0, 0));
  const Error error = error_of([&] { check.look(cells(1800, 900)); });
  CHECK(error.kind() == ErrorKind::unsupported);
  CHECK(error.message() ==
        "model 'blood' knows single cells, and these look like bulk samples: 1,800 genes detected in the median, with "
        "900 counts each");
  CHECK(error.hint() == "gemflow train --modality bulk makes a model of such data");

  const ModelCard bulk = card(Modality::bulk);
  ModalityCheck reverse(bulk, 2000);
  CHECK(error_of([&] { reverse.look(cells(300, 2)); }).message().find("knows bulk samples") != std::string::npos);
  ModalityCheck once(single_cell, 2000);
  once.look(cells(300, 2));
  once.look(cells(1800, 900));  // judged by the first chunk alone
}
