// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/gene_likeness.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace gemflow;

using Names = std::vector<std::string>;

TEST_CASE("a stable id is taken apart, a symbol never") {
  const auto id = parse_stable_id("ENSG00000002586.20_PAR_Y");
  REQUIRE(id);
  CHECK(id->id == "ENSG00000002586");
  CHECK(id->species.empty());
  CHECK(id->type == 'G');
  CHECK(id->y_copy);
  CHECK(parse_stable_id("ENSMUSG00000051951.6")->species == "MUS");
  CHECK(parse_stable_id("ENSMUST00000070533")->type == 'T');
  for (const char* symbol : {"CD99.1", "AC012345.1", "RP11-34P13.3", "ENSA", "ENSG0000000258", "ENSG000000025860",
                             "ENSG00000002586.", "ENSG00000002586.x", "ENSX00000002586", ""}) {
    CHECK(!parse_stable_id(symbol));
  }
}

TEST_CASE("an id is looked up without version and without what stands around it") {
  CHECK(id_of_name("ENSG00000141510.18") == "ENSG00000141510");
  CHECK(id_of_name("gene:ENSG00000141510") == "ENSG00000141510");
  CHECK(id_of_name("ENSG00000141510_TP53") == "ENSG00000141510");
  CHECK(id_of_name("ENSG00000141510.18|TP53") == "ENSG00000141510");
  CHECK(id_of_name("TP53|ENSG00000141510") == "ENSG00000141510");
  CHECK(id_of_name("GRCh38_ENSG00000141510.1") == "ENSG00000141510");
  CHECK(id_of_name("CD99.1") == "CD99.1");
  CHECK(id_of_name("Y_RNA") == "Y_RNA");
  CHECK(id_of_name("ENST00000269305.9|ENSG00000141510.18|TP53") == "ENST00000269305.9|ENSG00000141510.18|TP53");
}

TEST_CASE("kinds of ids and species are told from each other") {
  const auto described = [](const Names& names) { return gene_likeness(names).description(); };
  CHECK(described({"ENSG00000141510.18", "ENSG00000002586.20_PAR_Y"}) == "Ensembl gene ids (human)");
  CHECK(described({"ENSMUSG00000051951", "ENSMUSG00000051952"}) == "Ensembl gene ids (mouse)");
  CHECK(described({"ENSXETG00000000001"}) == "Ensembl gene ids (ENSXET)");
  CHECK(described({"FBgn0000003", "FBgn0000008"}) == "Ensembl gene ids (fly)");
  CHECK(described({"ENST00000456328.2", "ENST00000450305"}) == "Ensembl transcript ids (human)");
  CHECK(described({"ENST00000456328.2|ENSG00000290825.1|-|"}) == "Ensembl transcript ids");
  CHECK(described({"ENSP00000269305"}) == "Ensembl protein ids (human)");
  CHECK(described({"7157", "60", "2597"}) == "Entrez gene ids");
  CHECK(described({"NM_000546.6", "NM_001126112"}) == "RefSeq ids");
  CHECK(described({"1007_s_at", "ILMN_1343291", "A_23_P117082"}) == "ids of array probes");
  CHECK(described({"?", "..", ""}) == "names of unknown kind");
  CHECK(described({}) == "names of unknown kind");
}

TEST_CASE("symbols tell human from mouse by their case") {
  Names human;
  Names mouse;
  for (int i = 1; i <= 40; ++i) {
    human.push_back("SLC" + std::to_string(i) + "A1");
    mouse.push_back("Slc" + std::to_string(i) + "a1");
  }
  human.push_back("C1orf112");
  mouse.push_back("0610007P14Rik");
  CHECK(gene_likeness(human).description() == "symbols (human)");
  CHECK(gene_likeness(mouse).description() == "symbols (mouse or rat)");
  CHECK(gene_likeness(human).share == 1);
}

TEST_CASE("genes are told from cells and samples") {
  const double genes = gene_likeness(Names{"TSPAN6", "DPM1", "SCYL3", "RPL7", "GAPDH", "A1BG", "SLC2A1"}).confidence;
  CHECK(genes > 0.8);
  for (const Names& others :
       {Names{"AAACATACAACCAC-1", "AAACATTGAGCTAC-1"}, Names{"S1", "S2", "S3"}, Names{"GSM1234567", "GSM1234568"},
        Names{"SRR1039508", "SRR1039509"}, Names{"CTRL1", "CTRL2", "TREATED1"}, Names{"CD4_1", "CD4_2"},
        Names{"0", "1", "2"}, Names{"TCGA-AB-2803-03", "TCGA-AB-2804-03"}}) {
    CHECK(gene_likeness(others).confidence < 0.5 * genes);
  }
}

TEST_CASE("dates that were symbols are counted") {
  const GeneLikeness look = gene_likeness(Names{"TP53", "1-Mar", "2-Sep", "Dec-01", "HLA-A", "NKX2-1", "ACTB"});
  CHECK(look.kind == GeneIdKind::symbol);
  CHECK(look.n_dates == 3);
  CHECK(look.date_example == "1-Mar");
}
