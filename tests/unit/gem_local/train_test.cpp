// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gemflow/core/slice.hpp"
#include "gemflow/models.hpp"
#include "gemflow/run/workers.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/toy_model.hpp"

using namespace gemflow;
using Catch::Matchers::Contains;
using test::Toy;

namespace {

/// A reader that gives a few cells at a time, whatever it is asked for.
class Dripping final : public Reader {
 public:
  Dripping(std::unique_ptr<Reader> in, std::int64_t cells) : in_(std::move(in)), cells_(cells) {}
  [[nodiscard]] std::int64_t n_cells() const override { return in_->n_cells(); }
  [[nodiscard]] const Genes& genes() const override { return in_->genes(); }
  [[nodiscard]] std::string matrix() const override { return in_->matrix(); }
  [[nodiscard]] WholeMatrix whole() const override { return in_->whole(); }
  bool next(Chunk& chunk, const Limit&) override { return in_->next(chunk, {cells_, 1'000'000}); }
  void rewind() override { in_->rewind(); }

 private:
  std::unique_ptr<Reader> in_;
  std::int64_t cells_;
};

Error refusal(const TrainOptions& options, Chunk cells, Genes genes) {
  const test::TempFolder folder;
  const auto reader = read_memory(std::move(cells), std::move(genes));
  Reader* const readers[] = {reader.get()};
  Job job;
  return error_of([&] { train_model(readers, folder / "m.gmodel", options, false, job); });
}

bool holds(const std::vector<std::string>& sentences, std::string_view piece) {
  return std::any_of(sentences.begin(), sentences.end(), [&](const std::string& s) { return s.find(piece) != s.npos; });
}

}  // namespace

TEST_CASE("training gives the same bytes for any number of threads, any chunks, and one file or two") {
  const test::TempFolder folder;
  const Toy toy;
  test::train_toy(toy, folder / "one.gmodel");
  const std::string bytes = test::bytes_of(folder / "one.gmodel");

  const auto workers = start_workers(3);
  test::train_toy(toy, folder / "threads.gmodel", Toy::options(), *workers);
  CHECK(test::bytes_of(folder / "threads.gmodel") == bytes);

  const Chunk all = toy.cells();
  Dripping first(read_memory(slice(all, 0, 250), Toy::gene_table()), 7);
  Dripping second(read_memory(slice(all, 250, 600), Toy::gene_table()), 64);
  Reader* const readers[] = {&first, &second};
  Job job;
  train_model(readers, folder / "chunks.gmodel", Toy::options(), false, job);
  CHECK(test::bytes_of(folder / "chunks.gmodel") == bytes);

  TrainOptions other = Toy::options();
  other.seed = 5;
  test::train_toy(toy, folder / "seed.gmodel", other);
  CHECK(test::bytes_of(folder / "seed.gmodel") != bytes);
}

TEST_CASE("rare values are no classes, single values no head, donors no names") {
  const test::TempFolder folder;
  const TrainResult result = test::train_toy({}, folder / "m.gmodel");
  CHECK(result.n_cells == 600);
  CHECK(holds(result.remarks, "cell_type_ontology_id: 1 value with fewer than 20 cells is no class: 'CL:0000556' ("));
  CHECK(holds(result.remarks, "perturbation_ontology_id: 1 value with enough cells, so nothing to tell apart"));
  CHECK_THAT(test::bytes_of(folder / "m.gmodel"), !Contains("Donor-"));
  CHECK_THAT(test::bytes_of(folder / "m.gmodel"), Contains("monocyte"));

  Job job;
  const auto model = open_model((folder / "m.gmodel").string(), job);
  const ModelCard& card = model->card();
  CHECK(card.id == "toy");
  CHECK(card.licence == "CC0-1.0");
  CHECK(card.trained_on == "made-up cells");
  CHECK_THAT(card.checksum, Contains("sha256:"));
  CHECK(card.modality == Modality::single_cell);
  CHECK(card.latent_groups == std::vector<std::string>{"technical", "biological", "perturbation"});
  const Field* type = card.find_field("cell_type");
  REQUIRE(type != nullptr);
  CHECK(type->values == std::vector<std::string>{"CL:0000236", "CL:0000576", "CL:0000623"});
  CHECK(type->names == std::vector<std::string>{"B cell", "monocyte", "NK cell"});
  CHECK(type->predicted);
  CHECK_FALSE(card.find_field("perturbation_ontology_id")->predicted);
  const Field* donor = card.find_field("donor_id");
  REQUIRE(donor != nullptr);
  CHECK(donor->values.empty());
  CHECK(donor->n_cells.size() == 4);
  CHECK_FALSE(donor->predicted);
  double sum = 0;
  for (const float share : card.mean_expression) sum += static_cast<double>(share);
  CHECK(sum == Approx(1).epsilon(0.01));
}

TEST_CASE("cells that an earlier run left unassigned are unlabelled, and no class of their own") {
  const test::TempFolder folder;
  const auto train = [&](const std::string& no_label) {
    Chunk cells = Toy().cells();
    for (std::string& id : std::get<Text>(cells.find_obs("type_id")->values)) id = id.empty() ? no_label : id;
    const auto reader = read_memory(std::move(cells), Toy::gene_table());
    Reader* const readers[] = {reader.get()};
    Job job;
    train_model(readers, folder / "m.gmodel", Toy::options(), true, job);
    return test::bytes_of(folder / "m.gmodel");
  };
  CHECK(train("unassigned") == train(""));
}

TEST_CASE("training says how well held-out donors were labelled") {
  const test::TempFolder folder;
  const TrainResult result = test::train_toy({}, folder / "m.gmodel");
  const auto figure = [&](std::string_view name) {
    const auto at =
        std::find_if(result.figures.begin(), result.figures.end(), [&](const auto& f) { return f.first == name; });
    REQUIRE(at != result.figures.end());
    return at->second;
  };
  CHECK(figure("cell_type held-out macro-F1") > 0.95);
  CHECK(figure("cell_type held-out cells") > 300);
  CHECK(figure("perturbation_type held-out accuracy") > 0.95);
  CHECK(figure("perturbation_type held-out calibration error") < 0.1);
  CHECK(figure("outlier threshold") > 0);
}

TEST_CASE("donors whose names go into the file are warned about, and groups follow the keys") {
  const test::TempFolder folder;
  TrainOptions options = Toy::options();
  options.fields = {{"", "cell_type", "type_name", "", true, true}, {"", "donor_id", "donor", "", true, true}};
  const TrainResult result = test::train_toy({}, folder / "m.gmodel", options);
  CHECK(holds(result.remarks, "donor_id: these look like people; their 4 names are in the model's file"));
  Job job;
  const auto model = open_model((folder / "m.gmodel").string(), job);
  CHECK(model->card().find_field("cell_type")->key == "cell_type");
  CHECK(model->card().find_field("cell_type")->group == "biological");
  CHECK(model->card().find_field("donor_id")->group == "technical");
  CHECK(model->card().find_field("donor_id")->values.size() == 4);
}

TEST_CASE("a key whose values are ontology ids gets the API's name") {
  const test::TempFolder folder;
  TrainOptions options = Toy::options();
  options.fields = {{"", "cell_type", "type_id", "", true, true}};
  test::train_toy({}, folder / "m.gmodel", options);
  Job job;
  const auto model = open_model((folder / "m.gmodel").string(), job);
  CHECK(model->card().fields.at(0).key == "cell_type_ontology_id");
}

TEST_CASE("training refuses what it cannot learn from") {
  const Toy toy;
  const auto says = [&](const TrainOptions& options, Chunk cells, Genes genes, const std::string& sentence) {
    CHECK_THAT(refusal(options, std::move(cells), std::move(genes)).message(), Contains(sentence));
  };
  TrainOptions options = Toy::options();
  options.fields[0].column = "no_such_column";
  says(options, toy.cells(), Toy::gene_table(), "training: there is no obs column 'no_such_column'");
  options = Toy::options();
  options.fields[0].group = "magical";
  says(options, toy.cells(), Toy::gene_table(), "training: there is no latent group 'magical'");
  options = Toy::options();
  options.fields.clear();
  says(options, toy.cells(), Toy::gene_table(), "training: neither cells nor a field to learn was given");
  Toy few;
  few.n_cells = 15;
  says(Toy::options(), few.cells(), Toy::gene_table(), "training: no field has a value with at least 20 cells");
  Genes twice = Toy::gene_table();
  twice.names[3] = twice.names[2];
  says(Toy::options(), toy.cells(), twice, "training: gene 'G2' is there more than once");
  Chunk nothing;
  nothing.counts.clear();
  says(Toy::options(), std::move(nothing), Genes{}, "training: there is not a single gene");
}

TEST_CASE("training refuses inputs of different genes, and more combinations than the memory takes") {
  const test::TempFolder folder;
  const Toy toy;
  Genes other = Toy::gene_table();
  other.names[0] = "X";
  const auto a = read_memory(toy.cells(), Toy::gene_table());
  const auto b = read_memory(toy.cells(), other);
  Reader* const readers[] = {a.get(), b.get()};
  Job job;
  CHECK(error_of([&] { train_model(readers, folder / "m.gmodel", Toy::options(), false, job); }).message() ==
        "training: the inputs differ in their genes (120 and 120)");
  job.memory = 20'000;
  Reader* const one[] = {a.get()};
  const Error error = error_of([&] { train_model(one, folder / "m.gmodel", Toy::options(), false, job); });
  CHECK(error.kind() == ErrorKind::memory);
  CHECK_THAT(error.message(), Contains("combinations of the fields' values do not fit into the memory"));
}

TEST_CASE("an existing file is kept unless it may be replaced; a failure leaves nothing") {
  const test::TempFolder folder;
  const auto path = folder.file("m.gmodel", "mine");
  const auto reader = read_memory(Toy{}.cells(), Toy::gene_table());
  Reader* const readers[] = {reader.get()};
  Job job;
  const Error exists = error_of([&] { train_model(readers, path, Toy::options(), false, job); });
  CHECK(exists.kind() == ErrorKind::usage);
  CHECK(exists.message() == "writing '" + path.string() + "': the file exists");
  CHECK(test::bytes_of(path) == "mine");
  const auto nowhere = folder / "no/such/folder/m.gmodel";
  const Error missing = error_of([&] { train_model(readers, nowhere, Toy::options(), false, job); });
  CHECK(missing.kind() == ErrorKind::io);
  CHECK(missing.message() == "writing '" + nowhere.string() + "': no file can be made in its folder (No such file or directory)");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
