// SPDX-License-Identifier: Apache-2.0
#include "delimited/delimited.hpp"

#include "support/catch.hpp"
#include "support/compress.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/read_all.hpp"
#include "support/said.hpp"

using namespace gemflow;
using Catch::Matchers::Contains;
using test::Rows;
using Names = std::vector<std::string>;

namespace {

/// One table and what is made of it.
struct Table {
  test::TempFolder folder;
  test::Said said;
  Job job;
  OpenOptions options;
  std::filesystem::path path;

  explicit Table(std::string_view text, std::string_view name = "t.txt") : path(folder.file(name, text)) {
    job.report = &said;
  }
  std::unique_ptr<Reader> open() { return delimited_format.open(path, options, job); }
  std::string fault() {
    return error_of([&] { test::all_cells(*open()); }).message();
  }
};

struct Seen {
  Names genes;
  Names cells;
  Rows rows;
};

Seen see(Table& table) {
  const std::unique_ptr<Reader> reader = table.open();
  const test::AllCells all = test::all_cells(*reader);
  return {reader->genes().names, all.names, all.rows};
}

Seen see(std::string_view text) {
  Table table(text);
  return see(table);
}

const std::string genes_in_rows =
    "gene_id,S1,S2\nENSG00000000003,1,0\nENSG00000000005,0,2.5\nENSG00000000419,1e+05,3\n";
const Rows expected{{1, 0, 100000}, {0, 2.5, 3}};

}  // namespace

TEST_CASE("genes in rows are turned, cells in rows are read as they come") {
  const Seen turned = see(genes_in_rows);
  CHECK(turned.genes == Names{"ENSG00000000003", "ENSG00000000005", "ENSG00000000419"});
  CHECK(turned.cells == Names{"S1", "S2"});
  CHECK(turned.rows == expected);
  const Seen direct = see("cell\tENSG00000000003\tENSG00000000005\tENSG00000000419\nS1\t1\t0\t1e5\nS2\t0\t2.5\t+3\n");
  CHECK(direct.genes == turned.genes);
  CHECK(direct.cells == turned.cells);
  CHECK(direct.rows == expected);
}

TEST_CASE("the same table in every packing, with every delimiter and line end") {
  const auto with = [](std::string text, char from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, 1, to);
    return text;
  };
  for (const std::string_view delimiter : {"\t", ";", " ", "|", "   "}) {
    CHECK(see(with(genes_in_rows, ',', delimiter)).rows == expected);
  }
  for (const std::string_view end : {"\r\n", "\r", "\n\n"}) CHECK(see(with(genes_in_rows, '\n', end)).rows == expected);
  CHECK(see("\xef\xbb\xbf" + genes_in_rows).rows == expected);
  CHECK(see(test::gzip(genes_in_rows)).rows == expected);
  CHECK(see(test::bgzf(genes_in_rows)).rows == expected);
  CHECK(see(genes_in_rows.substr(0, genes_in_rows.size() - 1)).rows == expected);
}

TEST_CASE("headers of R: quoted, one short, or with an empty first cell") {
  const Names genes{"ENSG00000000003", "ENSG00000000005"};
  const Rows rows{{1, 3}, {2, 4}};
  for (const std::string_view text : {"\"S 1\" \"S\"\"2\"\n\"ENSG00000000003\" 1 2\n\"ENSG00000000005\" 3 4\n",
                                      "\"\",\"S 1\",\"S\"\"2\"\n\"ENSG00000000003\",1,\"2\"\n\"ENSG00000000005\",3,4\n",
                                      ",S 1,\"S\"\"2\"\nENSG00000000003,1,2\nENSG00000000005,3,4\n"}) {
    const Seen seen = see(text);
    CHECK(seen.cells == Names{"S 1", "S\"2"});
    CHECK(seen.genes == genes);
    CHECK(seen.rows == rows);
  }
}

TEST_CASE("columns of text in front go with the genes") {
  Table table("gene_id\tgene_name\tlength\tS1\nENSG00000000419\tDPM1\t1100\t7\nENSG00000000003\t\t900\t0\n");
  const std::unique_ptr<Reader> reader = table.open();
  CHECK(test::all_cells(*reader).rows == Rows{{7, 0}});
  REQUIRE(reader->genes().columns.size() == 2);
  CHECK(reader->genes().columns[0].name == "gene_name");
  CHECK(reader->genes().columns[0].text_at(0) == "DPM1");
  CHECK(reader->genes().columns[0].text_at(1).empty());
  CHECK(reader->genes().columns[1].text_at(0) == "1100");

  Table cells("barcode,cluster,ENSG00000000003,ENSG00000000419\nAAACCCAAGGAGAGTA-1,B cell,1,2\n");
  CHECK(see(cells).rows == Rows{{1, 2}});
  CHECK_THAT(cells.said.notes.back(), Contains("columns that hold no counts are left out: 'cluster'"));
}

TEST_CASE("a numbered table has its genes in the second column") {
  Table table(",gene,S1,S2\n0,ENSG00000000003,1,2\n1,ENSG00000000419,3,4\n");
  const std::unique_ptr<Reader> reader = table.open();
  CHECK(reader->genes().names == Names{"0", "1"});
  CHECK(reader->genes().find_column("gene")->text_at(1) == "ENSG00000000419");
  CHECK(test::all_cells(*reader).rows == Rows{{1, 3}, {2, 4}});
}

TEST_CASE("comments stand before and within the data, and may be the header") {
  CHECK(see("# made by x\n## and y\n" + genes_in_rows + "# the end\n").rows == expected);
  const Seen seen = see("# gene_id S1 S2\nENSG00000000003 5 6\nENSG00000000005 7 8\nENSG00000000419 9 9\n");
  CHECK(seen.cells == Names{"S1", "S2"});
  CHECK(seen.rows == Rows{{5, 7, 9}, {6, 8, 9}});
  // a gene whose name begins so is a gene
  CHECK(see("gene,S1,S2\n#CD99,1,2\nENSG00000000003,3,4\n").rows == Rows{{1, 3}, {2, 4}});
}

TEST_CASE("a delimiter that nothing follows ends no column") {
  CHECK(see("gene,S1,S2,\nENSG00000000003,1,2,\nENSG00000000419,3,4,\n").rows == Rows{{1, 3}, {2, 4}});
  CHECK(see("gene,S1,S2\nENSG00000000003,1,2,\nENSG00000000419,3,4,\n").rows == Rows{{1, 3}, {2, 4}});
}

TEST_CASE("which axis holds the genes is told by names, headers and barcodes") {
  CHECK(see("x,AAACCCAAGGAGAGTA-1,AAACCCACACAATGAA-1\nfoo,1,2\nbar,3,4\n").cells.front() == "AAACCCAAGGAGAGTA-1");
  CHECK(see("x,foo,bar\nAAACCCAAGGAGAGTA-1,1,2\nAAACCCACACAATGAA-1,3,4\n").cells.front() == "AAACCCAAGGAGAGTA-1");
  CHECK(see("gene,a,b\nc,1,2\nd,3,4\n").cells == Names{"a", "b"});
  CHECK(see("sample,a,b\nc,1,2\nd,3,4\n").cells == Names{"c", "d"});
  CHECK(see("x,s1,s2\nGAPDH,1,2\nCD3D,3,4\nMS4A1,0,0\n").cells == Names{"s1", "s2"});
  CHECK(see("x,GAPDH,CD3D,MS4A1\ns1,1,2,3\ns2,3,4,3\n").cells == Names{"s1", "s2"});
}

TEST_CASE("where nothing tells, the user must") {
  Table table("x,a,b\nc,1,2\nd,3,4\n");
  const gemflow::Error error = error_of([&] { table.open(); });
  CHECK(error.kind() == ErrorKind::input);
  CHECK_THAT(error.message(),
             Contains("its 2 rows ('c', …) and its 2 columns ('a', …) look alike: either may be genes"));
  CHECK_THAT(error.hint(), Contains("--table-rows cells"));
  table.options.orientation = Orientation::cells_in_rows;
  CHECK(see(table).cells == Names{"c", "d"});
  table.options.orientation = Orientation::genes_in_rows;
  CHECK(see(table).rows == Rows{{1, 3}, {2, 4}});
}

TEST_CASE("a turned table needs no more memory than it may have") {
  Table table(genes_in_rows);
  table.job.memory = 1;
  CHECK(see(table).rows == expected);
}

TEST_CASE("cells of a table are chosen on either axis") {
  for (const std::string_view text : {"gene,a,b,c\nENSG00000000003,1,2,3\nENSG00000000005,4,5,6\n",
                                      "cell,ENSG00000000003,ENSG00000000005\na,1,4\nb,2,5\nc,3,6\n"}) {
    Table table(text);
    table.options.cells.names = {"c", "a"};
    CHECK(see(table).rows == Rows{{1, 4}, {3, 6}});
    table.options.cells = {{}, {}, {{1, 3}}};
    CHECK(see(table).cells == Names{"b", "c"});
  }
}

TEST_CASE("rows of counters are no genes") {
  Table table("\tS1\tS2\nENSG00000000003\t1\t2\nENSG00000000419\t3\t4\n__no_feature\t9\t9\n__not_aligned\t9\t9\n");
  CHECK(see(table).rows == Rows{{1, 3}, {2, 4}});
  CHECK_THAT(table.said.notes.back(),
             Contains("rows that are no genes are left out: '__no_feature' and '__not_aligned'"));
}

TEST_CASE("featureCounts and GCT 1.2 are read") {
  const Seen counts =
      see("# Program:featureCounts v2.1.1; Command:\"featureCounts\" \"-t\"\n"
          "Geneid\tChr\tStart\tEnd\tStrand\tLength\ta.bam\tb.bam\n"
          "orf1ab\tMT1;MT1\t259;13461\t13461;21545\t+;+\t21287\t38\t1\nS\tMT1\t21556\t25374\t+\t3819\t7\t0\n");
  CHECK(counts.cells == Names{"a.bam", "b.bam"});
  CHECK(counts.genes == Names{"orf1ab", "S"});
  CHECK(counts.rows == Rows{{38, 7}, {1, 0}});
  const std::string gct = "#1.2\t\t\n2\t2\t\nName\tDescription\tA\tB\nx_at\tfoo\t1\t2\ny_at\tbar\t3\t4\n";
  CHECK(see(gct).rows == Rows{{1, 3}, {2, 4}});
  Table cut(gct.substr(0, gct.find("y_at")));
  CHECK_THAT(cut.fault(), Contains("it holds 1 of the 2 rows that it announces"));
  Table odd("#1.2\nrows\tcolumns\nName\tDescription\tA\nx\ty\t1\n");
  CHECK_THAT(odd.fault(), Contains("its second line does not begin with the number of its rows"));
}

TEST_CASE("what is no number is refused with line, row and column") {
  const auto error = [](std::string_view text) {
    Table table(text);
    return error_of([&] { test::all_cells(*table.open()); });
  };
  const std::string head = "gene_id,S1,S2\nENSG00000000003,1,0\n";
  CHECK_THAT(error(head + "ENSG00000000005,1,NA\n").message(),
             Contains("line 3 holds 'NA' for 'ENSG00000000005' in column 'S2', where a count is missing"));
  CHECK_THAT(error(head + "ENSG00000000005,,1\n").message(),
             Contains("holds '' for 'ENSG00000000005' in column 'S1', where"));
  CHECK_THAT(error(head + "ENSG00000000005,nan,1\n").message(), Contains("where a count is missing"));
  CHECK_THAT(error(head + "ENSG00000000005,x1,1\n").message(),
             Contains("holds 'x1' for 'ENSG00000000005' in column 'S1', which is no number"));
  CHECK_THAT(error(head + "ENSG00000000005,\"1,234\",1\n").message(),
             Contains("holds '1,234' for 'ENSG00000000005' in column 'S1': commas within numbers are not read"));
  const gemflow::Error comma = error("gene;S1;S2\nENSG00000000003;1;2\nENSG00000000005;1,5;2\n");
  CHECK_THAT(comma.message(), Contains("holds '1,5' for"));
  CHECK(comma.hint() == "write 1.5 for 1,5 and 1234 for 1,234");
  CHECK_THAT(error("cell,ENSG00000000003,ENSG00000000419\na,1,2\nb,0x10,2\n").message(),
             Contains("line 3 holds '0x10' for 'b' in column 'ENSG00000000003', which is no number"));
}

TEST_CASE("a row of another length is refused with both numbers") {
  const auto fault = [](std::string_view text) { return Table(text).fault(); };
  const std::string head = "gene_id,S1,S2\nENSG00000000003,1,0\n";
  CHECK_THAT(fault(head + "ENSG00000000005,1\n"),
             Contains("line 3 ('ENSG00000000005') has 2 fields, and the header stands for 3"));
  CHECK_THAT(fault(head + "ENSG00000000005,1,2,3\n"), Contains("has 4 fields, and the header stands for 3"));
  CHECK_THAT(fault(head + "ENSG00000000005\n"), Contains("has 1 fields"));
  CHECK_THAT(fault(head + "ENSG00000000005,\"1,2\n"), Contains("line 3 opens a quote and does not close it"));
  std::string late = "gene_id,symbol,S1\n";
  for (int i = 0; i < 30; ++i) late += "ENSG000000000" + std::to_string(10 + i) + ",A,1\n";
  CHECK_THAT(fault(late + "ENSG00000000099\n"), Contains("line 32 ends before its column 2"));
}

TEST_CASE("what is no table of counts says what it is") {
  const auto fault = [](std::string_view text) { return Table(text).fault(); };
  CHECK_THAT(fault("gene\tcell\tcount\nENSG00000000003\tACAAGG\t33\n"),
             Contains("it is a long table of genes, cells and counts, which is not read"));
  CHECK_THAT(fault("cell\tgene\tcount\nACAAGG\tENSG00000000003\t33\n"), Contains("long table"));
  CHECK_THAT(fault("Name\tLength\tEffectiveLength\tTPM\tNumReads\nENST1\t1\t1\t1\t1\n"),
             Contains("salmon's table of one sample"));
  CHECK_THAT(fault("target_id\tlength\teff_length\test_counts\ttpm\nENST1\t1\t1\t1\t1\n"),
             Contains("kallisto's table"));
  CHECK_THAT(
      fault("gene_id\ttranscript_id(s)\tlength\teffective_length\texpected_count\tTPM\tFPKM\na\tb\t1\t1\t1\t1\t1\n"),
      Contains("RSEM's table"));
  CHECK_THAT(fault("N_unmapped\t1\t1\t1\nN_multimapping\t1\t1\t1\n"), Contains("STAR's table of one sample"));
  CHECK_THAT(fault("# gene-model: GENCODE "
                   "v36\ngene_id\tgene_name\tunstranded\tstranded_first\tstranded_second\nN_unmapped\t\t1\t2\t3\n"),
             Contains("GDC's table of one sample"));
  CHECK_THAT(fault("1\th\tgene\t1\t9\t.\t+\t.\tgene_id \"G\"; gene_name \"N\";\n"),
             Contains("it is an annotation of genes (GTF or GFF3), which is not read"));
  CHECK_THAT(fault("#1.3\n3\t2\t1\t1\nid\trhd1\t1\t2\n"), Contains("a GCT 1.3 table"));
  CHECK_THAT(fault("##annotation=ERCC\n##date\ngene_id\tDRR1\nERCC-00002\t29\n"),
             Contains("recount3, whose sums of coverage are no counts"));
  CHECK_THAT(fault("Status\ta.bam\nAssigned\t1\nUnassigned_Unmapped\t2\n"), Contains("featureCounts' summary"));
  CHECK_THAT(fault("ENSG00000000003\t12\nENSG00000000005\t0\n__no_feature\t7\n"),
             Contains("it has no header: line 1 is data"));
  CHECK_THAT(fault("ENSG00000000003\nENSG00000000005\n"),
             Contains("it is no table: no delimiter gives its lines at least two fields each"));
  CHECK_THAT(fault("gene,S1\n"), Contains("it has a header and no rows"));
  CHECK_THAT(fault("sample,tissue\nS1,blood\nS2,liver\n"), Contains("none of its columns holds numbers"));
}

TEST_CASE("two cells of one name are refused") {
  CHECK_THAT(Table("gene,S1,S2,S1\nENSG00000000003,1,2,3\n").fault(),
             Contains("two cells are called 'S1': number 1 and number 3"));
}

TEST_CASE("a table that changes while it is read is noticed") {
  std::string text = "gene_id,S1\n";
  for (int i = 10'000; i < 40'000; ++i) text += "ENSG000000" + std::to_string(i) + ",1\n";
  Table table(text);
  std::unique_ptr<Reader> reader = table.open();
  table.folder.file("t.txt", text + "ENSG00000000457,1\n");
  Chunk chunk;
  const auto next = [&] { reader->next(chunk, {}); };
  CHECK_THAT(error_of(next).message(), Contains("line 30002 is a row too many: the file changed while it was read"));
  reader = table.open();
  table.folder.file("t.txt", text);
  CHECK_THAT(error_of(next).message(), Contains("line 30001 is the last one now: the file changed while it was read"));
}

TEST_CASE("a table is told by its columns") {
  const test::TempFolder folder;
  const auto detects = [&](std::string_view text) { return delimited_format.detect(folder.file("x", text), text); };
  CHECK(detects(genes_in_rows));
  CHECK(detects(test::gzip(genes_in_rows)));
  CHECK_FALSE(detects("ENSG1\nENSG2\n"));
  CHECK_FALSE(detects(std::string_view("a,b\0\n", 5)));
  CHECK_FALSE(detects(""));
}

TEST_CASE("an inspection of a table says what is in it") {
  Table table("gene_id\tgene_name\tS1\tS2\nENSG00000000003\tTSPAN6\t1\t0\nENSG00000000419\tDPM1\t7\t2.5\n");
  const Inspection seen = delimited_format.inspect(table.path, table.job);
  CHECK(seen.format == "table");
  CHECK(seen.flavour == "genes in rows");
  CHECK(seen.n_cells == 2);
  CHECK(seen.n_genes == 2);
  REQUIRE(seen.matrices.size() == 1);
  CHECK(seen.matrices[0].layout == "table");
  CHECK(seen.matrices[0].n_nonzeros == -1);
  CHECK(seen.matrices[0].holds != "raw counts");
  CHECK(seen.counts_in.empty());
  CHECK_THAT(seen.gene_ids, Contains("Ensembl gene ids (human) in the index"));
  Table dates("gene\tS1\nGAPDH\t1\n1-Mar\t7\n2-Sep\t1\nCD3D\t1\nGAPDH\t1\n");
  const Inspection odd = delimited_format.inspect(dates.path, dates.job);
  CHECK(odd.counts_in == "counts");
  REQUIRE(odd.remarks.size() == 2);
  CHECK_THAT(odd.remarks[0], Contains("2 genes are called like dates, as '1-Mar'"));
  CHECK_THAT(odd.remarks[1], Contains("1 genes have a name that another has before them"));
}
