// SPDX-License-Identifier: Apache-2.0
#include "h5ad/annotator.hpp"

#include <string>
#include <vector>

#include "gemflow/formats.hpp"
#include "gemflow/run/workers.hpp"
#include "h5ad/data_frame.hpp"
#include "h5ad/writer.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/create.hpp"
#include "hdf5/file.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/strings.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/many_cells.hpp"

using namespace gemflow;
using namespace gemflow::test;
using Catch::Matchers::Contains;
using hdf5::Handle;
using Texts = std::vector<std::string>;

namespace {

constexpr std::int64_t n_cells = 50;
constexpr std::int64_t n_genes = 6;

/// Keeps warnings.
class Listener final : public Report {
 public:
  void warning(std::string_view sentence) override { warnings.emplace_back(sentence); }
  void note(std::string_view) override {}
  void progress(std::string_view, std::int64_t, std::int64_t) override {}
  Texts warnings;
};

/// A file with cells cell_0 … and genes gene_0 …, made by `create`, and no provenance.
std::filesystem::path input(const TempFolder& folder, const std::string& name = "in.h5ad") {
  Job job;
  const auto writer = h5ad::create_h5ad(folder / name, {}, job);
  Genes genes = many_genes(n_genes);
  genes.columns.erase(genes.columns.begin() + 1);
  writer->genes(genes);
  writer->append(many_cells(n_cells, n_genes));
  writer->finish({});
  return folder / name;
}

/// What a model may say of these cells, under a prefix.
Chunk answer(const std::string& prefix = "gemflow_") {
  const Chunk cells = many_cells(n_cells, n_genes);
  Chunk said;
  said.counts = cells.counts;
  said.cell_names = cells.cell_names;
  said.obs = {cells.obs[0], cells.obs[1]};
  for (Column& column : said.obs) column.name.insert(0, prefix);
  said.obsm = {cells.obsm[0]};
  said.obsm[0].name = "X_" + prefix + "biological";
  return said;
}

struct Run {
  WriteOptions options{};
  Genes genes = [] {
    Genes table = many_genes(n_genes);
    table.columns = {table.columns[1]};
    return table;
  }();
  Chunk said = answer();
  std::string command = "predict_metadata";
  Listener listener{};

  std::filesystem::path operator()(const std::filesystem::path& in, const std::filesystem::path& out) {
    Job job;
    job.report = &listener;
    const auto writer = annotate(in, out, options, job);
    writer->genes(genes);
    append_in_chunks(*writer, said, 20);
    Provenance provenance{command, {}};
    provenance.add("model", std::string("made up"));
    writer->finish(provenance);
    return out;
  }
};

Texts order_of(hid_t file, const std::string& frame) {
  return hdf5::texts_attribute(hdf5::open_group(file, frame), "column-order").value();
}

/// An obs of records, as anndata 0.6 wrote it.
std::filesystem::path file_of_records(const TempFolder& folder) {
  const std::filesystem::path path = folder / "old.h5ad";
  struct Row {
    char name[4];
  };
  const std::vector<Row> rows(2, Row{"abc"});
  const Handle text(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(text, 4);
  const Handle type(H5Tcreate(H5T_COMPOUND, sizeof(Row)), H5Tclose);
  H5Tinsert(type, "index", 0, text);
  Handle file = hdf5::create_file(path);
  for (const char* name : {"obs", "var"}) {
    const Handle dataset = hdf5::create_dataset(file, name, type, {{2}, {}, false, 0, false});
    hdf5::write_rows(dataset, type, 0, 2, rows.data());
  }
  hdf5::close_written(file, path);
  return path;
}

}  // namespace

TEST_CASE("answers stand beside what was there") {
  const TempFolder folder;
  const auto in = input(folder);
  const std::string before = bytes_of(in);
  const Handle file = hdf5::open_to_read(Run()(in, folder / "out.h5ad"), silence());
  REQUIRE(bytes_of(in) == before);
  REQUIRE(order_of(file, "obs") ==
          Texts{"type", "score", "depth", "number", "flag", "note", "gemflow_type", "gemflow_score"});
  REQUIRE(order_of(file, "var") == Texts{"biotype", "symbol", "gemflow_in_model"});
  REQUIRE(hdf5::read_strings(file, "obs/gemflow_type/categories").size() == 3);
  REQUIRE(hdf5::extent_of(hdf5::open_dataset(file, "obsm/X_gemflow_biological")) ==
          std::vector<std::int64_t>{n_cells, 3});
  REQUIRE(hdf5::chunk_of(hdf5::open_dataset(file, "obsm/X_gemflow_biological")).empty());
  REQUIRE(hdf5::read_strings(file, "uns/gemflow/predict_metadata/written") ==
          Texts{"obs/gemflow_type", "obs/gemflow_score", "obsm/X_gemflow_biological", "var/gemflow_in_model"});
}

TEST_CASE("a name that gemflow wrote is replaced when that is asked for, a foreign one never") {
  const TempFolder folder;
  const auto in = input(folder);
  const auto once = Run()(in, folder / "once.h5ad");
  Run again;
  Error error = error_of([&] { again(once, folder / "twice.h5ad"); });
  REQUIRE(error.kind() == ErrorKind::usage);
  REQUIRE_THAT(error.message(), Contains("twice.h5ad': obs['gemflow_type'] is there already, from an earlier run"));
  REQUIRE_THAT(error.hint(), Contains("--replace"));
  REQUIRE_FALSE(std::filesystem::exists(folder / "twice.h5ad"));

  again.options.replace = true;
  again.said.obs.erase(again.said.obs.begin());  // this time no label
  again.genes.columns[0].values = std::vector<bool>(n_genes, true);
  const Handle file = hdf5::open_to_read(again(once, folder / "twice.h5ad"), silence());
  REQUIRE(order_of(file, "obs") == Texts{"type", "score", "depth", "number", "flag", "note", "gemflow_score"});
  REQUIRE_FALSE(hdf5::is_group(file, "obs/gemflow_type"));
  REQUIRE(hdf5::read_integers(file, "var/gemflow_in_model") == std::vector<std::int64_t>(n_genes, 1));
  REQUIRE(hdf5::names_in(hdf5::open_group(file, "uns/gemflow")) == Texts{"predict_metadata"});

  Run foreign;
  foreign.options.replace = true;
  foreign.said.obs[1].name = "score";
  error = error_of([&] { foreign(in, folder / "no.h5ad"); });
  REQUIRE(error.kind() == ErrorKind::usage);
  REQUIRE_THAT(error.message(), Contains("obs['score'] is there already and was not written by gemflow"));
  REQUIRE_THAT(error.hint(), Contains("--prefix"));
}

TEST_CASE("a name with gemflow's prefix in a file that gemflow never wrote to is foreign") {
  const TempFolder folder;
  Job job;
  {
    const auto writer = h5ad::create_h5ad(folder / "in.h5ad", {}, job);
    writer->genes(many_genes(n_genes));  // has var['gemflow_in_model']
    Chunk cells = many_cells(n_cells, n_genes);
    cells.obs[0].name = "gemflow_type";
    writer->append(cells);
    writer->finish({});
  }
  Run run;
  run.options.replace = true;
  REQUIRE_THAT(error_of([&] { run(folder / "in.h5ad", folder / "out.h5ad"); }).message(),
               Contains("obs['gemflow_type'] is there already and was not written by gemflow"));
  run.said.obs.clear();
  run.genes.columns[0].values = std::vector<bool>(n_genes, true);
  REQUIRE_THAT(error_of([&] { run(folder / "in.h5ad", folder / "out.h5ad"); }).message(),
               Contains("var['gemflow_in_model'] is there already and was not written by gemflow"));
}

TEST_CASE("a second command adds its own and shares equal columns of var") {
  const TempFolder folder;
  const auto once = Run()(input(folder), folder / "once.h5ad");
  Run second;
  second.command = "condition";
  second.said = answer("other_");
  const auto twice = second(once, folder / "twice.h5ad");
  {
    const Handle file = hdf5::open_to_read(twice, silence());
    REQUIRE(order_of(file, "var") == Texts{"biotype", "symbol", "gemflow_in_model"});
    REQUIRE(hdf5::names_in(hdf5::open_group(file, "uns/gemflow")) == Texts{"condition", "predict_metadata"});
  }
  // The same command under another name leaves the first run's answers and its provenance.
  second.command = "predict_metadata";
  second.said = answer("third_");
  second.options.replace = true;
  const Handle file = hdf5::open_to_read(second(twice, folder / "thrice.h5ad"), silence());
  REQUIRE(hdf5::names_in(hdf5::open_group(file, "uns/gemflow")) ==
          Texts{"condition", "predict_metadata", "predict_metadata_2"});
  REQUIRE(hdf5::is_group(file, "obs/gemflow_type"));
  REQUIRE(hdf5::is_group(file, "obs/third_type"));
}

TEST_CASE("cells must be those of the file") {
  const TempFolder folder;
  const auto in = input(folder);
  const auto refused = [&](Chunk said) {
    Run run;
    run.said = std::move(said);
    const Error error = error_of([&] { run(in, folder / "out.h5ad"); });
    REQUIRE(error.kind() == ErrorKind::input);
    REQUIRE(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
    return error.message();
  };
  REQUIRE_THAT(refused(slice(answer(), 0, 49)), Contains("in.h5ad': 49 cells were given and it has 50"));
  Chunk more = answer();
  append(more, slice(answer(), 0, 1));
  REQUIRE_THAT(refused(more), Contains("51 cells were given and it has 50"));
  Chunk renamed = answer();
  renamed.cell_names[33] = "who";
  REQUIRE_THAT(refused(renamed), Contains("cell 33 was given as 'who' and is 'cell_33' there"));
  Chunk nameless = answer();
  nameless.cell_names.clear();
  Run run;
  run.said = nameless;
  REQUIRE(std::filesystem::exists(run(in, folder / "out.h5ad")));
}

TEST_CASE("genes in another order are matched by name, and those that var lacks are left out") {
  const TempFolder folder;
  const auto in = input(folder);
  Run run;
  run.genes.names = {"gene_5", "elsewhere", "gene_0", "gene_1", "gene_2", "gene_3"};
  run.genes.columns = {{"gemflow_gene", Text{"F", "E", "A", "B", "C", "D"}}};
  run.said.layers = {{"gemflow_counts", many_cells(n_cells, n_genes).counts}};
  const Handle file = hdf5::open_to_read(run(in, folder / "out.h5ad"), silence());
  REQUIRE(hdf5::read_strings(file, "var/gemflow_gene") == Texts{"A", "B", "C", "D", "", "F"});
  const auto genes = hdf5::read_integers(file, "layers/gemflow_counts/indices");
  const auto offsets = hdf5::read_integers(file, "layers/gemflow_counts/indptr");
  const std::vector<std::int64_t> place{5, -1, 0, 1, 2, 3};
  std::vector<std::int64_t> expected;
  for (const std::int32_t gene : run.said.layers[0].counts.cell(0).genes) {
    if (place[static_cast<std::size_t>(gene)] >= 0) expected.push_back(place[static_cast<std::size_t>(gene)]);
  }
  std::sort(expected.begin(), expected.end());
  REQUIRE(std::vector<std::int64_t>(genes.begin(), genes.begin() + offsets[1]) == expected);
  REQUIRE(run.listener.warnings.size() == 1);
  REQUIRE_THAT(run.listener.warnings[0],
               Contains("values of the layers are in genes that var does not have, and were left out"));

  Run strange;
  strange.genes.names = {"a", "b", "c", "d", "e", "f"};
  const Error error = error_of([&] { strange(in, folder / "no.h5ad"); });
  REQUIRE(error.kind() == ErrorKind::input);
  REQUIRE_THAT(error.message(), Contains("none of the 6 genes given is among the 6 of var"));
}

TEST_CASE("a frame of thousands of columns takes more") {
  const TempFolder folder;
  Job job;
  for (const int n_columns : {3'999, 4'090, 4'100, 6'000}) {
    const std::string name = std::to_string(n_columns) + ".h5ad";
    const auto writer = h5ad::create_h5ad(folder / name, {}, job);
    writer->genes(genes({"g"}));
    Chunk cells;
    cells.counts = counts({{1}});
    cells.cell_names = {"c"};
    for (int i = 0; i < n_columns; ++i) cells.obs.push_back({"column_" + std::to_string(i), std::vector<float>{1}});
    writer->append(cells);
    writer->finish({});
    Run run;
    run.genes = genes({"g"});
    run.said = cells;
    run.said.obs = {{"gemflow_a", std::vector<float>{2}}, {"gemflow_b", Labels{{0}, categories({"x"})}}};
    const Handle file = hdf5::open_to_read(run(folder / name, folder / ("out" + name)), silence());
    const Texts order = order_of(file, "obs");
    REQUIRE(order.size() == static_cast<std::size_t>(n_columns) + 2);
    REQUIRE(order[3'000] == "column_3000");
    REQUIRE(order.back() == "gemflow_b");
    REQUIRE(h5ad::DataFrame(file, "obs").column("column_1")->n_rows() == 1);
    REQUIRE(hdf5::text_attribute(hdf5::open_group(file, "obs"), "encoding-type") == "dataframe");
  }
}

TEST_CASE("rows of a column of an unknown kind cannot be taken") {
  const TempFolder folder;
  const auto in = input(folder);
  {
    const Handle file(H5Fopen(in.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    const Handle column = hdf5::create_group(hdf5::open_group(file, "obs"), "shape");
    hdf5::write_attribute(column, "encoding-type", "awkward-array");
  }
  Run run;
  run.options.cells.rows = {0, 2};
  const Error error = error_of([&] { run(in, folder / "out.h5ad"); });
  REQUIRE(error.kind() == ErrorKind::unsupported);
  REQUIRE_THAT(error.message(), Contains("obs/shape is of the kind 'awkward-array', of which no rows can be taken"));
  REQUIRE_FALSE(std::filesystem::exists(folder / "out.h5ad"));
}

TEST_CASE("what has no rows gives none") {
  const TempFolder folder;
  const auto in = input(folder);
  {
    const Handle file(H5Fopen(in.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    hdf5::create_dataset(file, "obsm/X_one", H5T_IEEE_F64LE, {{}, {}, false, 0, false});
  }
  Run run;
  run.options.cells.rows = {0, 2};
  const Error error = error_of([&] { run(in, folder / "out.h5ad"); });
  REQUIRE(error.kind() == ErrorKind::input);
  REQUIRE_THAT(error.message(), Contains("obsm/X_one has 0 axes where at least 1 are expected"));
  REQUIRE_FALSE(std::filesystem::exists(folder / "out.h5ad"));
}

TEST_CASE("tables of records take no columns, and the input is never the output") {
  const TempFolder folder;
  const Error records = error_of([&] { Run()(file_of_records(folder), folder / "out.h5ad"); });
  REQUIRE(records.kind() == ErrorKind::unsupported);
  REQUIRE_THAT(records.message(),
               Contains("obs is a table of records, as anndata wrote it before 0.7, and takes no further columns"));
  REQUIRE_THAT(records.hint(), Contains("gemflow convert"));

  const auto in = input(folder);
  const std::string before = bytes_of(in);
  std::filesystem::create_hard_link(in, folder / "link.h5ad");
  for (const char* name : {"in.h5ad", "link.h5ad"}) {
    Run run;
    run.options.overwrite = true;
    const Error error = error_of([&] { run(in, folder / name); });
    REQUIRE(error.kind() == ErrorKind::usage);
    REQUIRE_THAT(error.message(), Contains("it is the input itself, which is never written to"));
  }
  REQUIRE(bytes_of(in) == before);
}
