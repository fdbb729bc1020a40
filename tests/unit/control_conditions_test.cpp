// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/control_conditions.hpp"

#include "support/catch.hpp"
#include "support/expect_error.hpp"

using namespace gemflow;

namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

std::vector<Metadata> drug_and_nothing() {
  Metadata drug;
  drug.set("sex", "male");
  drug.set("perturbation_ontology_id", "CHEMBL25");
  drug.set("perturbation_dose", "10 um");
  drug.set("perturbation_time", "24 hours");
  drug.set("perturbation_type", "compound");
  drug.set_json("age", "[1,2]");
  return {drug, Metadata()};
}

}  // namespace

TEST_CASE("a control has what is no perturbation, and the API's word for none") {
  const ModelCard card;  // a hosted model that lists nothing
  const std::vector<Metadata> controls = controls_of(drug_and_nothing(), card);
  REQUIRE(controls.size() == 2);
  CHECK(controls[0].entries() == Entries{{"sex", "male"}, {"age", "[1,2]"}, {"perturbation_type", "control"}});
  CHECK(controls[0].is_json("age"));
  CHECK(controls[1].entries() == Entries{{"perturbation_type", "control"}});
}

TEST_CASE("a control is what the model itself calls one, in each field of the group that has it") {
  ModelCard card;
  card.id = "local";
  card.fields = {{"treatment", "perturbation", {"drug", "none"}, {"a drug", "control"}, {}, false},
                 {"perturbation_ontology_id", "perturbation", {"CHEMBL25"}, {}, {}, false},
                 {"perturbation_type", "perturbation", {"control", "compound"}, {}, {}, true},
                 {"perturbation_of_sleep", "biological", {"much"}, {}, {}, false}};
  std::vector<Metadata> conditions(1);
  conditions[0].set("perturbation_ontology_id", "CHEMBL25");
  conditions[0].set("perturbation_of_sleep", "much");
  CHECK(controls_of(conditions, card)[0].entries() ==
        Entries{{"perturbation_of_sleep", "much"}, {"treatment", "none"}, {"perturbation_type", "control"}});

  card.fields = {{"perturbation_type", "perturbation", {"stim", "ctrl"}, {}, {}, true}};
  const Error error = error_of([&] { static_cast<void>(controls_of(conditions, card)); });
  CHECK(error.kind() == ErrorKind::unsupported);
  CHECK(error.message() == "model 'local' knows no control: none of its perturbations is called that");
  CHECK(error.hint() == "it knows 'stim' and 'ctrl'; leave --with-control out");
}
