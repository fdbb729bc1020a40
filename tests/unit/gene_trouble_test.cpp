// SPDX-License-Identifier: Apache-2.0
// Too little of a model in a file: the numbers, and what the names look like.
#include "gemflow/ops/gene_map.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"
#include "support/genes.hpp"

using namespace gemflow;

namespace {

Genes some_ids(const std::string& prefix, int n = 100) {
  std::vector<std::string> names;
  for (int i = 0; i < n; ++i) names.push_back(prefix + test::id(i).substr(4));
  return test::genes(std::move(names));
}

Genes some_symbols(const std::string& prefix, const std::string& suffix, int n = 100) {
  std::vector<std::string> names;
  for (int i = 1; i <= n; ++i) names.push_back(prefix + std::to_string(i) + suffix);
  return test::genes(std::move(names));
}

Error refusal(const Genes& file, const Genes& model = some_ids("ENSG"), std::span<const float> mean = {}) {
  GeneMapOptions options;
  options.file = "a.h5ad";
  return error_of([&] { (void)map_genes(file, model, options, mean); });
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("too little overlap stops with both numbers") {
  const Genes model = some_ids("ENSG", 200);
  std::vector<float> mean(200, 0.0025F);
  mean[150] = 0.5025F;
  const Error error = refusal(some_ids("ENSG", 90), model, mean);
  CHECK(error.kind() == ErrorKind::input);
  CHECK(error.message() ==
        "only 90 of 200 genes of the model (45.0 %) are in 'a.h5ad', with 22.5 % of its mean expression; at least 50.0 "
        "% are "
        "needed; the file has Ensembl gene ids (human) such as 'ENSG00000000000', the model has Ensembl gene ids "
        "(human) such as "
        "'ENSG00000000000'");
  CHECK(error.hint() ==
        "90 of the file's 90 genes were found, so a file of all measured genes is needed; --min-overlap 0.22 goes on all "
        "the same");
}

TEST_CASE("no overlap at all cannot be gone on with") {
  const Error error = refusal(some_symbols("AB", "X"), some_symbols("CD", "Y"));
  CHECK(says(error.message(), "only 0 of 100 genes of the model (0 %) are in 'a.h5ad'"));
  CHECK_FALSE(says(error.hint(), "goes on all the same"));
}

TEST_CASE("another species is recognised") {
  const Error ids = refusal(some_ids("ENSMUSG"));
  CHECK(says(ids.message(), "only 0 of 100 genes of the model (0 %) are in 'a.h5ad'"));
  CHECK(says(ids.message(), "the file has Ensembl gene ids (mouse) such as 'ENSMUSG00000000000'"));
  CHECK(ids.hint() == "a model of mouse is needed, or a table of orthologs: --gene-table FILE");
  const Error symbols = refusal(some_symbols("Slc", "a1"), some_symbols("SLC", "A1"));
  CHECK(says(symbols.message(), "the file has symbols (mouse or rat) such as 'Slc1a1', the model has symbols (human)"));
  CHECK(says(symbols.hint(), "a model of mouse or rat is needed"));
}

TEST_CASE("another kind of id is recognised") {
  const Error transcripts = refusal(some_ids("ENST"));
  CHECK(says(transcripts.message(), "the file has Ensembl transcript ids (human) such as 'ENST00000000000'"));
  CHECK(transcripts.hint() == "transcripts have to be summed to genes first, as tximport does");
  const Error entrez = refusal(some_symbols("7", ""));
  CHECK(says(entrez.message(), "the file has Entrez gene ids such as '71'"));
  CHECK(entrez.hint() == "a table (csv, tsv or GTF) translates symbols and ids: --gene-table FILE");
  CHECK(says(refusal(some_symbols("20", "_s_at")).message(), "the file has ids of array probes such as '201_s_at'"));
  CHECK(says(refusal(some_symbols("SLC", "A1")).message(), "the file has symbols (human) such as 'SLC1A1'"));
}

TEST_CASE("cells where genes should be are recognised, and dates among symbols") {
  const Error cells = refusal(some_symbols("AAACATACAACC", "-1"));
  CHECK(says(cells.message(), "the file has names of unknown kind such as 'AAACATACAACC1-1'"));
  CHECK(says(cells.hint(), "if cells and genes are swapped, transpose the file"));
  Genes damaged = some_symbols("SLC", "A1");
  damaged.names[3] = "1-Mar";
  damaged.names[9] = "2-Sep";
  CHECK(says(refusal(damaged).message(), "2 names look like dates ('1-Mar'), which a spreadsheet makes of symbols"));
  damaged.names.resize(60);
  GeneMapOptions options;
  const auto warnings = map_genes(damaged, some_symbols("SLC", "A1"), options).warnings();
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0] == "2 names in the input look like dates ('1-Mar'), which a spreadsheet makes of symbols");
}

TEST_CASE("nothing in common is an error whatever overlap is asked for") {
  GeneMapOptions options;
  options.min_overlap = 0;
  CHECK_THROWS_AS(map_genes(some_ids("ENSMUSG"), some_ids("ENSG"), options), Error);
  CHECK_THROWS_AS(map_genes(Genes(), some_ids("ENSG"), options), Error);
}
