// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/gene_likeness.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"

namespace gemflow {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }

std::size_t count_digits(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
}

bool all_digits(std::string_view text) noexcept { return !text.empty() && count_digits(text) == text.size(); }

/// Affymetrix "1007_s_at", Illumina "ILMN_1343291", Agilent "A_23_P117082".
bool is_probe(std::string_view name) noexcept {
  return (name.ends_with("_at") && is_digit(name[0])) || (name.starts_with("ILMN_") && all_digits(name.substr(5))) ||
         (name.starts_with("A_") && name.find("_P") != std::string_view::npos);
}

/// "NM_000546.6", "XR_001737835.1" and the like.
bool is_refseq(std::string_view name) noexcept {
  const bool prefixed = name.size() > 3 && (name[0] == 'N' || name[0] == 'X') &&
                        (name[1] == 'M' || name[1] == 'R' || name[1] == 'P') && name[2] == '_';
  return prefixed && count_digits(name.substr(3)) >= 6;
}

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};

bool is_month(std::string_view text) noexcept {
  std::string lower;
  for (const char c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(months.begin(), months.end(), lower) != months.end();
}

/// "1-Mar", "Sep-02": what spreadsheets make of MARCH1 and SEPT2.
bool is_date(std::string_view name) noexcept {
  const std::size_t dash = name.find('-');
  if (dash == std::string_view::npos || name.size() < 5 || name.size() > 6) return false;
  const std::string_view left = name.substr(0, dash);
  const std::string_view right = name.substr(dash + 1);
  return (all_digits(left) && is_month(right)) || (is_month(left) && all_digits(right));
}

/// Cell barcodes are long words of four letters; run and sample accessions have prefixes of their own.
bool is_barcode_or_accession(std::string_view name) noexcept {
  const std::size_t acgt = std::min(name.find_first_not_of("ACGT"), name.size());
  if (acgt >= 10) return true;
  constexpr std::array<std::string_view, 9> accessions{"GSE", "GSM",  "SRR",   "ERR",  "DRR",
                                                       "SRX", "SAMN", "SAMEA", "TCGA-"};
  return std::any_of(accessions.begin(), accessions.end(), [&](std::string_view prefix) {
    return name.starts_with(prefix) && name.size() > prefix.size() + 2 && is_digit(name.back());
  });
}

/// A capital letter (mouse has clones such as 0610007P14Rik), then letters, digits, points and dashes; up to 20.
bool has_symbol_shape(std::string_view name) noexcept {
  if (name.size() < 2 || name.size() > 20 || is_barcode_or_accession(name)) return false;
  if (name.ends_with("Rik")) return true;
  const bool letters = std::all_of(name.begin(), name.end(), [](char c) {
    return is_upper(c) || is_lower(c) || is_digit(c) || c == '-' || c == '.';
  });
  return is_upper(name[0]) && letters;
}

std::string upper(std::string_view name) {
  std::string out;
  for (const char c : name) out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

/// Genes that nearly every annotation and most panels hold.
constexpr std::array<std::string_view, 30> known_genes{
    "ACTB", "ACTG1", "B2M",    "CALM1", "CD74", "CYCS", "EEF1A1", "EEF2",  "ENO1", "FTH1",
    "FTL",  "GAPDH", "HPRT1",  "JUN",   "LDHA", "LYZ",  "MALAT1", "NEAT1", "PPIA", "PTPRC",
    "SDHA", "TBP",   "TMSB4X", "TP53",  "TPT1", "UBB",  "UBC",    "VIM",   "XIST", "YWHAZ"};

/// Families whose members are numbered or lettered: the prefix, then a digit or a letter and a digit.
constexpr std::array<std::string_view, 44> families{
    "RPL",   "RPS",  "MRPL", "MRPS", "SLC",   "ZNF",  "TMEM", "LINC", "KRT",  "KIF", "CCL",
    "CXCL",  "FAM",  "NDUF", "PSMA", "PSMB",  "PSMC", "PSMD", "EIF",  "KLHL", "RAB", "TNFRSF",
    "TNFSF", "IFIT", "IFI",  "HSP",  "HLA-D", "MT-N", "MT-C", "COL",  "ATP",  "CDK", "FOX",
    "SOX",   "HOX",  "USP",  "DNAJ", "MAPK",  "PPP",  "STAT", "CYP",  "SNOR", "OR",  "ZFP"};

bool is_known_gene(std::string_view name) {
  const std::string symbol = upper(name);
  if (std::find(known_genes.begin(), known_genes.end(), symbol) != known_genes.end()) return true;
  return std::any_of(families.begin(), families.end(), [&](std::string_view family) {
    if (!symbol.starts_with(family) || symbol.size() > family.size() + 6) return false;
    const std::string_view rest = std::string_view(symbol).substr(family.size());
    const bool numbered = !rest.empty() && is_digit(rest[0]);
    return numbered || (rest.size() >= 2 && is_upper(rest[0]) && is_digit(rest[1]));
  });
}

GeneIdKind kind_of(std::string_view name) noexcept {
  if (const auto stable = parse_stable_id(id_of_name(name))) {
    if (stable->type == 'G') return GeneIdKind::ensembl_gene;
    if (stable->type == 'T') return GeneIdKind::ensembl_transcript;
    return stable->type == 'P' ? GeneIdKind::ensembl_protein : GeneIdKind::unknown;
  }
  // FlyBase, WormBase and plain Entrez numbers.
  if ((name.starts_with("FBgn") && name.size() == 11) || (name.starts_with("WBGene") && name.size() == 14)) {
    return GeneIdKind::ensembl_gene;
  }
  if (name.starts_with("ENST") || name.starts_with("ENSMUST")) return GeneIdKind::ensembl_transcript;
  if (all_digits(name) && name.size() <= 9) return GeneIdKind::entrez;
  if (is_probe(name)) return GeneIdKind::probe;
  if (is_refseq(name)) return GeneIdKind::refseq;
  return has_symbol_shape(name) && !is_date(name) ? GeneIdKind::symbol : GeneIdKind::unknown;
}

struct Species {
  std::string_view letters;
  std::string_view name;
};
constexpr std::array<Species, 13> species_of_letters{{{"", "human"},
                                                      {"MUS", "mouse"},
                                                      {"RNO", "rat"},
                                                      {"DAR", "zebrafish"},
                                                      {"MMU", "rhesus macaque"},
                                                      {"MFA", "crab-eating macaque"},
                                                      {"PTR", "chimpanzee"},
                                                      {"SSC", "pig"},
                                                      {"BTA", "cow"},
                                                      {"CAF", "dog"},
                                                      {"GAL", "chicken"},
                                                      {"OAR", "sheep"},
                                                      {"OCU", "rabbit"}}};

std::string species_of_id(std::string_view name) {
  if (name.starts_with("FBgn")) return "fly";
  if (name.starts_with("WBGene")) return "worm";
  const auto stable = parse_stable_id(id_of_name(name));
  if (!stable) return {};
  for (const Species& species : species_of_letters) {
    if (species.letters == stable->species) return std::string(species.name);
  }
  return "ENS" + std::string(stable->species);
}

/// Symbols of three letters and more at the start: human ones are upper case ("CD3D", though "C1orf112"), those of
/// mouse and rat begin with one capital ("Cd3d").
std::string species_of_symbols(std::int64_t n_upper, std::int64_t n_title) {
  if (n_upper + n_title < 20) return {};
  if (n_upper > 8 * n_title) return "human";
  return n_title > 4 * n_upper ? "mouse or rat" : "";
}

/// What is counted while the names go by.
struct Tally {
  std::int64_t n_names = 0;
  std::array<std::int64_t, 8> n_of_kind{};
  std::array<std::string, 8> examples;
  std::map<std::string, std::int64_t> species;
  std::int64_t n_upper = 0;
  std::int64_t n_title = 0;
  std::int64_t n_known = 0;

  void add(const std::string& name) {
    ++n_names;
    const GeneIdKind kind = kind_of(name);
    const auto at = static_cast<std::size_t>(kind);
    if (n_of_kind[at]++ == 0) examples[at] = printable(name, 60);
    if (kind == GeneIdKind::symbol) add_symbol(name);
    if (kind != GeneIdKind::symbol && kind != GeneIdKind::unknown) ++species[species_of_id(name)];
  }

  void add_symbol(std::string_view name) {
    if (name.size() >= 3 && is_upper(name[0]) && is_upper(name[1]) && is_upper(name[2])) ++n_upper;
    if (name.size() >= 3 && is_upper(name[0]) && is_lower(name[1]) && !is_upper(name[2])) ++n_title;
    if (is_known_gene(name)) ++n_known;
  }

  /// The most frequent kind; symbols only if nothing else is, as many a thing has their shape.
  [[nodiscard]] GeneIdKind most() const {
    const auto begin = n_of_kind.begin() + 1;
    const auto best = std::max_element(begin, n_of_kind.end());
    return 2 * *best >= n_names ? static_cast<GeneIdKind>(best - n_of_kind.begin()) : GeneIdKind::unknown;
  }
};

/// One name in twenty is of a known family in any annotation; where one in fifty is, doubt has gone.
double confidence_of(GeneIdKind kind, double share, const Tally& tally) {
  if (kind == GeneIdKind::unknown) return 0;
  if (kind == GeneIdKind::entrez) return 0.3 * share;
  if (kind != GeneIdKind::symbol) return share;
  const double known = static_cast<double>(tally.n_known) / static_cast<double>(tally.n_names);
  return share * (0.2 + 0.75 * std::min(1.0, 50 * known));
}

}  // namespace

std::optional<StableId> parse_stable_id(std::string_view name) noexcept {
  if (!name.starts_with("ENS")) return std::nullopt;
  std::size_t letters = 3;
  while (letters < name.size() && is_upper(name[letters])) ++letters;
  constexpr std::size_t digits = 11;
  if (letters == 3 || letters > 14 || count_digits(name.substr(letters)) != digits) return std::nullopt;
  StableId stable;
  stable.type = name[letters - 1];
  if (std::string_view("GTPER").find(stable.type) == std::string_view::npos) return std::nullopt;
  stable.species = name.substr(3, letters - 4);
  stable.id = name.substr(0, letters + digits);
  std::string_view rest = name.substr(letters + digits);
  constexpr std::string_view y_copy = "_PAR_Y";
  stable.y_copy = rest.ends_with(y_copy);
  if (stable.y_copy) rest.remove_suffix(y_copy.size());
  if (!rest.empty() && !(rest[0] == '.' && all_digits(rest.substr(1)))) return std::nullopt;
  return stable;
}

std::string_view id_of_name(std::string_view name) noexcept {
  if (name.starts_with("gene:")) name.remove_prefix(5);
  if (const auto stable = parse_stable_id(name)) return stable->id;
  const std::size_t cut = name.find_first_of("|_");
  if (cut == std::string_view::npos) return name;
  const auto front = parse_stable_id(name.substr(0, cut));
  if (front) return front->type == 'G' ? front->id : name;
  const auto back = parse_stable_id(name.substr(name.find_last_of("|_") + 1));
  return back && back->type == 'G' ? back->id : name;
}

bool GeneLikeness::is_id() const noexcept { return kind != GeneIdKind::unknown && kind != GeneIdKind::symbol; }

std::string GeneLikeness::description() const {
  constexpr std::array<std::string_view, 8> kinds{
      "names of unknown kind", "Ensembl gene ids", "Ensembl transcript ids", "Ensembl protein ids", "symbols",
      "Entrez gene ids",       "RefSeq ids",       "ids of array probes"};
  const std::string_view text = kinds[static_cast<std::size_t>(kind)];
  return species.empty() ? std::string(text) : fmt::format("{} ({})", text, species);
}

GeneLikeness gene_likeness(std::span<const std::string> names) {
  Tally tally;
  GeneLikeness likeness;
  for (const std::string& name : names) {
    if (name.empty()) continue;
    tally.add(name);
    if (is_date(name) && likeness.n_dates++ == 0) likeness.date_example = name;
  }
  if (tally.n_names == 0) return likeness;
  likeness.kind = tally.most();
  const auto at = static_cast<std::size_t>(likeness.kind);
  likeness.share = static_cast<double>(tally.n_of_kind[at]) / static_cast<double>(tally.n_names);
  likeness.confidence = confidence_of(likeness.kind, likeness.share, tally);
  likeness.example = tally.examples[at];
  if (likeness.kind == GeneIdKind::symbol) {
    likeness.species = species_of_symbols(tally.n_upper, tally.n_title);
  } else if (likeness.is_id() && !tally.species.empty()) {
    const auto most = std::max_element(tally.species.begin(), tally.species.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    likeness.species = most->first;
  }
  return likeness;
}

}  // namespace gemflow
