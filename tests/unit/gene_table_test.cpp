// SPDX-License-Identifier: Apache-2.0
// The gene map on the real names of a human annotation (GENCODE v44: 62,754 ids, 343 symbols of several genes).
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "gemflow/ops/gene_likeness.hpp"
#include "gemflow/ops/gene_map.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/genes.hpp"
#include "support/shared_data.hpp"

using namespace gemflow;

namespace {

const std::string table_path = std::string(GEMFLOW_SHARED) + "/data/genes/gencode_v44_id_to_symbol.tsv.gz";

/// Ids and symbols in file order; gzip is left to gzip.
GeneTable read_table() {
  const std::string command = "gzip -dc '" + table_path + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  REQUIRE(pipe);
  GeneTable table;
  std::array<char, 256> line{};
  while (std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) != nullptr) {
    const std::string text(line.data());
    const std::size_t tab = text.find('\t');
    if (text.starts_with("ENSG"))
      table.symbol_and_id.emplace_back(text.substr(tab + 1, text.find_last_not_of("\r\n") - tab), text.substr(0, tab));
  }
  return table;
}

Genes ids_of(const GeneTable& table) {
  Genes genes;
  for (const auto& [symbol, id] : table.symbol_and_id) genes.names.push_back(id);
  return genes;
}

Genes symbols_of(const GeneTable& table) {
  Genes genes;
  for (const auto& [symbol, id] : table.symbol_and_id) genes.names.push_back(symbol);
  return genes;
}

}  // namespace

TEST_CASE("GENCODE's symbols reach its ids through the table, all but those of several genes") {
  if (!test::has_shared(table_path)) return;
  const GeneTable table = read_table();
  REQUIRE(table.symbol_and_id.size() == 62'754);
  std::map<std::string, int> n_ids;
  for (const auto& [symbol, id] : table.symbol_and_id) ++n_ids[symbol];
  const auto is_one = [&](const std::string& symbol) { return n_ids[symbol] == 1; };
  const auto several = std::count_if(n_ids.begin(), n_ids.end(), [](const auto& entry) { return entry.second > 1; });

  // A file lists each symbol once; the model's genes are ids alone.
  Genes file;
  for (const auto& [symbol, count] : n_ids) file.names.push_back(symbol);
  GeneMapOptions options;
  options.table = table;
  const GeneMap map = map_genes(file, ids_of(table), options);
  CHECK(map.match().through_table);
  CHECK(map.match().n_ambiguous == several);
  CHECK(map.match().n_found == static_cast<std::int64_t>(n_ids.size()) - several);
  const Genes aligned = map.aligned_genes();
  std::size_t n_wrong = 0;
  for (std::size_t gene = 0; gene < aligned.size(); ++gene) {
    const std::string& symbol = table.symbol_and_id[gene].first;
    const bool right =
        is_one(symbol)
            ? aligned.source[gene] >= 0 && file.names[static_cast<std::size_t>(aligned.source[gene])] == symbol
            : aligned.source[gene] == -1 && aligned.find_column("gemflow_status")->text_at(gene) == "ambiguous";
    n_wrong += right ? 0 : 1;
  }
  CHECK(n_wrong == 0);
}

TEST_CASE("GENCODE's ids and symbols look like what they are, and a permutation of them maps whole") {
  if (!test::has_shared(table_path)) return;
  const GeneTable table = read_table();
  Genes model = ids_of(table);
  model.columns.push_back(test::column("symbol", symbols_of(table).names));
  CHECK(gene_likeness(model.names).description() == "Ensembl gene ids (human)");
  const GeneLikeness symbols = gene_likeness(symbols_of(table).names);
  CHECK(symbols.kind == GeneIdKind::symbol);
  CHECK(symbols.n_dates == 0);
  CHECK(symbols.confidence > 0.5);

  Genes file = ids_of(table);
  std::reverse(file.names.begin(), file.names.end());
  for (std::string& name : file.names) name += ".3";
  const GeneMap map = map_genes(file, model);
  CHECK(map.match().n_found == 62'754);
  CHECK(map.match().by == "Ensembl id");
  const Genes aligned = map.aligned_genes();
  for (const std::size_t gene : {0U, 1U, 31'000U, 62'753U})
    CHECK(aligned.source[gene] == 62'753 - static_cast<std::int64_t>(gene));
}

TEST_CASE("GENCODE's symbols as a file's index repeat, and that touches a model with symbols") {
  if (!test::has_shared(table_path)) return;
  const GeneTable table = read_table();
  std::set<std::string> once;
  for (const auto& [symbol, id] : table.symbol_and_id) once.insert(symbol);
  Genes model;
  model.names.assign(once.begin(), once.end());
  const Error error = error_of([&] { (void)map_genes(symbols_of(table), model); });
  CHECK(error.message().find("343 genes of the model stand in more than one row of the input") == 0);
  GeneMapOptions options;
  options.duplicates = Duplicates::sum;
  CHECK(map_genes(symbols_of(table), model, options).match().n_found == static_cast<std::int64_t>(once.size()));
}
