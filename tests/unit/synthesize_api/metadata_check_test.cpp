// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/metadata_check.hpp"

#include "gemflow/core/error.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/said.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;

namespace {

std::vector<Metadata> one(const std::string& key, const std::string& value) {
  std::vector<Metadata> all(1);
  all[0].set(key, value);
  return all;
}

std::vector<std::string> warnings_of(const std::string& key, const std::string& value) {
  test::Said said;
  check_metadata(one(key, value), Task::generate, {}, said);
  return said.warnings;
}

}  // namespace

TEST_CASE("a key that the API does not know stops, with the nearest ones") {
  const Error error = error_of([] { check_metadata(one("tissue_id", "UBERON:1"), Task::generate, {}, silence()); });
  CHECK(error.kind() == ErrorKind::usage);
  CHECK(error.message() == "the hosted models take no metadata key 'tissue_id'");
  CHECK(error.hint().find("'tissue_ontology_id'") != std::string::npos);
}

TEST_CASE("beside a reference only what perturbs it is taken") {
  const Error error = error_of([] { check_metadata(one("sex", "male"), Task::condition, {}, silence()); });
  CHECK(error.message() == "the hosted models take no metadata key 'sex' beside a reference");
  check_metadata(one("perturbation_type", "crispr"), Task::condition, {}, silence());
}

TEST_CASE("values that look odd are warned of and sent all the same") {
  CHECK(warnings_of("tissue_ontology_id", "UBERON:0000945").empty());
  CHECK(warnings_of("tissue_ontology_id", "CL:0000236|UBERON:0000945").empty());
  CHECK(warnings_of("sample_type", "primary tissue").empty());
  CHECK(warnings_of("perturbation_time", "24 hours").empty());
  CHECK(warnings_of("perturbation_ontology_id", "dmso").empty());
  CHECK(warnings_of("age_years", "44").empty());
  CHECK(warnings_of("tissue_ontology_id", "liver") ==
        std::vector<std::string>{
            "'liver' of 'tissue_ontology_id' may be refused: ids there mostly begin with 'UBERON:' and 'CL:'"});
  CHECK(warnings_of("sex", "f") == std::vector<std::string>{"'f' of 'sex' may be refused: known are 'male' and 'female'"});
  CHECK(warnings_of("perturbation_time", "soon") ==
        std::vector<std::string>{"'soon' of 'perturbation_time' may be refused: it is no number, one space and a unit"});
  CHECK(warnings_of("age_years", "old").front().find("it is no whole number of years") != std::string::npos);
}

TEST_CASE("with a vocabulary a value that is not in it stops") {
  const test::TempFolder folder;
  folder.file("tissue_ontology_id.json", R"(["UBERON:0000945", "UBERON:0002107"])");
  folder.file("sex.json", R"([{"value": "male"}, {"id": "female", "n": 3}])");
  folder.file("cell_type.json", R"({"CL:0000236": "B cell"})");
  folder.file("notes.json", "these are not values");
  const Vocabulary vocabulary = read_vocabulary(folder.path());
  CHECK(vocabulary.size() == 3);
  CHECK(vocabulary.at("sex") == std::vector<std::string>{"male", "female"});
  CHECK(vocabulary.at("cell_type_ontology_id") == std::vector<std::string>{"CL:0000236"});

  check_metadata(one("sex", "female"), Task::generate, vocabulary, silence());
  const Error error =
      error_of([&] { check_metadata(one("tissue_ontology_id", "UBERON:0000946"), Task::generate, vocabulary, silence()); });
  CHECK(error.kind() == ErrorKind::model);
  CHECK(error.message() == "'UBERON:0000946' of 'tissue_ontology_id' is not in the vocabulary that was given");
  CHECK(error.hint().find("'UBERON:0000945'") != std::string::npos);

  const std::vector<Field> fields = fields_of(vocabulary);
  CHECK(fields.size() == 19);
  CHECK(fields[0].key == "sex");
  CHECK(fields[0].values.size() == 2);
  CHECK(fields[11].group == "perturbation");
}

TEST_CASE("a folder of vocabularies is taken at its word") {
  const test::TempFolder folder;
  CHECK(error_of([&] { (void)read_vocabulary(folder.path() / "none"); }).message().find("is not there") != std::string::npos);
  CHECK(error_of([&] { (void)read_vocabulary(folder.path()); }).message().find("no file there is named after a metadata key") !=
        std::string::npos);
  const auto fault_of = [&](const std::string& text) {
    folder.file("sex.json", text);
    return error_of([&] { (void)read_vocabulary(folder.path()); }).message();
  };
  CHECK(fault_of("[1.5").find("sex.json': it is not valid JSON") != std::string::npos);
  CHECK(fault_of("3").find("it holds no list of values") != std::string::npos);
  CHECK(fault_of("[[1]]").find("one of its values is neither a text nor an object with") != std::string::npos);
  CHECK(fault_of(std::string(20, '[') + std::string(20, ']')).find("it is nested more than 8 deep") != std::string::npos);
}
