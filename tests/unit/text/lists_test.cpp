// SPDX-License-Identifier: Apache-2.0
#include "gemflow/formats.hpp"
#include "support/catch.hpp"
#include "support/compress.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"

using namespace gemflow;
using Catch::Matchers::Contains;
using Names = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

namespace {

Names genes_of(std::string_view text) {
  const test::TempFolder folder;
  return read_gene_list(folder.file("genes.txt", text), Job{});
}

Pairs pairs_of(std::string_view text) {
  const test::TempFolder folder;
  return read_gene_table(folder.file("genes", text), Job{}).symbol_and_id;
}

std::vector<Metadata> rows_of(std::string_view text) {
  const test::TempFolder folder;
  return read_metadata(folder.file("conditions", text), Job{});
}

const Pairs two{{"TSPAN6", "ENSG00000000003"}, {"DPM1", "ENSG00000000419"}};

}  // namespace

TEST_CASE("a list of genes is a text of lines, with or without a header") {
  CHECK(genes_of("ENSG1\nENSG2\r\n\nENSG3") == Names{"ENSG1", "ENSG2", "ENSG3"});
  CHECK(genes_of("# of a model\nGene_ID\nA\nB\n") == Names{"A", "B"});
  CHECK(genes_of("ENSG1\tA\tGene Expression\nENSG2\tB\tGene Expression\n") == Names{"ENSG1", "ENSG2"});
  CHECK(genes_of("\"\",\"gene\"\n\"A\",1\n\"B\",2\n") == Names{"A", "B"});
  CHECK(genes_of(test::bgzf("A\nB\n")) == Names{"A", "B"});
  CHECK_THAT(error_of([] { genes_of("A\nB\nA\n"); }).message(),
             Contains("line 3 names 'A' again, which stands in line 1"));
  CHECK_THAT(error_of([] { genes_of("gene\n"); }).message(), Contains("line 1 is a header, and no gene is below it"));
  CHECK_THAT(error_of([] { genes_of("# nothing\n"); }).message(), Contains("it holds no line but comments"));
}

TEST_CASE("a table of genes is read by header, or by the look of its columns") {
  CHECK(pairs_of("gene_id\tgene_name\nENSG00000000003\tTSPAN6\nENSG00000000419\tDPM1\n") == two);
  CHECK(pairs_of("hgnc_id,symbol,name,ensembl_gene_id\nHGNC:1,TSPAN6,\"tetraspanin, 6\",ENSG00000000003\n"
                 "HGNC:2,DPM1,x,ENSG00000000419\nHGNC:3,NOID,x,\n") == two);
  CHECK(pairs_of("ENSG00000000003,TSPAN6\nENSG00000000419,DPM1\n") == two);
  CHECK(pairs_of("TSPAN6;x;ENSG00000000003\nDPM1;y;ENSG00000000419\n") == two);
  CHECK(pairs_of(test::gzip("foo,bar\nTSPAN6,ENSG00000000003\nDPM1,ENSG00000000419\n")) == two);
  const gemflow::Error none = error_of([] { pairs_of("a,b\nfoo bar,x y\nbar foo,y x\n"); });
  CHECK_THAT(none.message(), Contains("there is no column of gene ids"));
  CHECK(none.hint() == "give the columns the headers gene_id and gene_name");
  CHECK_THAT(error_of([] { pairs_of("ENSG00000000003,TSPAN6\nENSG00000000419,DPM1,x\n"); }).message(),
             Contains("line 2 has 3 fields, and the first line 2"));
}

TEST_CASE("GTF and GFF3 are tables of genes") {
  const std::string gtf =
      "#!genome-build x\n"
      "1\th\tgene\t1\t9\t.\t+\t.\tgene_id \"ENSG00000000003\"; gene_version \"2\"; gene_name \"TSPAN6\"; gene_biotype "
      "\"x\";\n"
      "1\th\ttranscript\t1\t9\t.\t+\t.\tgene_id \"ENSG00000000003\"; gene_name \"TSPAN6\";\n"
      "1\th\tgene\t1\t9\t.\t+\t.\t gene_id \"ENSG00000000419.14\"; gene_name \"DPM1\"\n"
      "1\th\tgene\t1\t9\t.\t+\t.\tgene_id \"ENSG00000000999\";\n";
  CHECK(pairs_of(gtf) == two);
  CHECK(pairs_of(test::bgzf(gtf)) == two);
  const std::string exons = "1\th\texon\t1\t9\t.\t+\t.\tgene_id \"ENSG00000000003\"; gene_name \"TSPAN6\";\n";
  CHECK(pairs_of(exons + exons) == Pairs{two[0]});
  CHECK(pairs_of("##gff-version 3\n1\te\tgene\t1\t9\t.\t+\t.\tID=gene:ENSG00000000003;Name=TSPAN6;x=y\n") ==
        Pairs{two[0]});
  CHECK_THAT(
      error_of([] { pairs_of("1\tERCC\tgene\t1\t9\t.\t+\t.\tgene_id \"ERCC-1\"; transcript_id \"D\";\n"); }).message(),
      Contains("none of its lines has the id and the name of a gene"));
}

TEST_CASE("a table of conditions keeps the order of its columns and leaves out empty cells") {
  const auto rows = rows_of("# three\ntissue\tsex\tnum_samples\nblood\tmale\t3\nliver\t\t1\nlung\n");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].entries() == Pairs{{"tissue", "blood"}, {"sex", "male"}, {"num_samples", "3"}});
  CHECK(rows[1].entries() == Pairs{{"tissue", "liver"}, {"num_samples", "1"}});
  CHECK(rows[2].entries() == Pairs{{"tissue", "lung"}});
  CHECK(rows_of("tissue\nblood\n").size() == 1);
  CHECK(rows_of("tissue,dose\n\"blood, whole\",10 um\n")[0].find("tissue") == "blood, whole");
  CHECK_THAT(error_of([] { rows_of("a,b,a\n1,2,3\n"); }).message(), Contains("line 1 names the column 'a' twice"));
  CHECK_THAT(error_of([] { rows_of("a,,b\n1,2,3\n"); }).message(), Contains("line 1 gives its column 2 no name"));
  CHECK_THAT(error_of([] { rows_of("a,b\n"); }).message(), Contains("line 1 is a header, and no row is below it"));
  CHECK_THAT(error_of([] { rows_of("a,b\n1,2,3\n"); }).message(),
             Contains("line 2 has 3 fields, and the first line 2"));
  CHECK_THAT(error_of([] { rows_of("a,b\n\"1,2\n"); }).message(),
             Contains("line 2 opens a quote and does not close it"));
}
