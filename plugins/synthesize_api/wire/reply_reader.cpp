// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/reply_reader.hpp"

#include <fmt/format.h>

#include <cmath>
#include <unordered_set>
#include <utility>

#include "gemflow/core/nearest.hpp"
#include "gemflow/ops/numbers.hpp"
#include "synthesize_api/wire/count_list.hpp"
#include "synthesize_api/wire/documents.hpp"
#include "synthesize_api/wire/elements.hpp"
#include "synthesize_api/wire/json_text.hpp"
#include "synthesize_api/wire/reply_names.hpp"

namespace gemflow::synthesize_api {
namespace {

std::int64_t size_of(const std::vector<std::string>& list) noexcept { return static_cast<std::int64_t>(list.size()); }

}  // namespace

ReplyReader::ReplyReader(ByteSource& body, const ReplyWanted& wanted)
    : JsonReader(body, "the reply", ErrorKind::model), wanted_(wanted) {
  if (keeps_counts()) counts_.rows.expect(wanted.n_outputs);
}

WireReply ReplyReader::read_answer() {
  read();
  finish();
  return std::move(reply_);
}

// --- what lists and objects are -----------------------------------------------------------------------------------------------

int ReplyReader::place_of(bool is_list) {
  const std::string_view found = is_list ? "a list" : "an object";
  switch (place()) {
    case outside: return is_list ? root_list : root;
    case root_list:
      if (index() > 0) throw fault("there are several results in one list");
      if (is_list) throw misplaced(found, "an object");
      return root;
    case root: return place_in_root(is_list);
    case outputs:
      if (is_list) throw misplaced(found, "an object");
      row_ = index();
      return row_ < wanted_.n_outputs ? output : ignored;
    case output: return place_in_output(is_list);
    case counts_object:
      if (key() != "counts" || !is_list) throw misplaced(found, "a count");
      return place_of_counts(is_list);
    case metadata: return ignored;
    case latents:
      if (!is_list) throw misplaced(found, "a list of latents");
      return latent_list;
    case classes:
      if (is_list) throw misplaced(found, "an object of classes");
      return class_object;
    case decoder_sample: return key() == "counts" ? place_of_counts(is_list) : ignored;
    case gene_order: throw misplaced(found, "text");
    default: throw misplaced(found, "a number");
  }
}

int ReplyReader::place_in_root(bool is_list) {
  root_keys_.push_back(key().substr(0, 80));
  if (key() == "error" || key() == "errors") return kept;
  if (key() != "outputs" && key() != "gene_order") return ignored;
  if (!is_list) throw misplaced("an object", "a list");
  bool& was_there = key() == "outputs" ? has_outputs_ : has_genes_;
  if (std::exchange(was_there, true)) throw fault("it stands there twice");
  return key() == "outputs" ? outputs : gene_order;
}

int ReplyReader::place_in_output(bool is_list) {
  if (key() == "counts" && !predicts()) return place_of_counts(is_list);
  const bool is_known = key() == "latents" || (predicts() && (key() == "metadata" || key() == "classifier_probs" ||
                                                              key() == "decoder_sample"));
  if (!is_known) return ignored;
  if (is_list) throw misplaced("a list", "an object");
  if (key() == "latents") return latents;
  if (key() == "metadata") return metadata;
  return key() == "decoder_sample" ? decoder_sample : classes;
}

int ReplyReader::place_of_counts(bool is_list) {
  if (place() != counts_object) has_list_ = false;
  if (counts_.rows.n_rows() > row_ || has_list_) throw fault("an output has counts twice");
  return is_list ? counts_list : counts_object;
}

void ReplyReader::entered() {
  switch (place()) {
    case gene_order: return enter_genes();
    case counts_list: return enter_counts();
    case counts_object: return enter_map();
    case latent_list: return enter_latents();
    case class_object: return enter_classes();
    default: return;
  }
}

void ReplyReader::left(int which) {
  switch (which) {
    case gene_order: return leave_genes();
    case outputs:
      if (n_left() == wanted_.n_outputs) return;
      throw fault(fmt::format("there are {} where {} were asked for", with_commas(n_left()), with_commas(wanted_.n_outputs)));
    case output: return leave_output();
    case counts_list: return leave_counts();
    case counts_object: return leave_map();
    default: return;
  }
}

// --- single values ------------------------------------------------------------------------------------------------------------

void ReplyReader::take(const Scalar& value) {
  switch (place()) {
    case root: return take_in_root(value);
    case gene_order:
      if (value.kind != Scalar::Kind::text) throw misplaced(name_of(value.kind), "text");
      require_kept(value.text);
      reply_.gene_order.emplace_back(value.text);
      return;
    case output: return take_in_output(value);
    case metadata: return take_label(value);
    case counts_object:
      if (value.kind != Scalar::Kind::number) throw misplaced(name_of(value.kind), "a count");
      return count_gene(key(), value.text);
    case class_object:
      if (value.kind == Scalar::Kind::null) return;
      if (value.kind != Scalar::Kind::number) throw misplaced(name_of(value.kind), "a probability");
      require_kept(key());
      return classes_of_->probability(key(), probability_of(value.text));
    case latents: case classes: case decoder_sample:
      if (value.kind != Scalar::Kind::null) throw misplaced(name_of(value.kind), "a list or an object");
      return;
    case counts_list: case latent_list: throw misplaced(name_of(value.kind), "a number");
    default: throw misplaced(name_of(value.kind), "an object");
  }
}

void ReplyReader::take_in_root(const Scalar& value) {
  root_keys_.push_back(key().substr(0, 80));
  if (key() == "model_version") {
    require_kept(value.text);
    if (value.kind != Scalar::Kind::null) reply_.model_version = value.text;
  } else if (key() == "error" || key() == "errors") {
    const bool says_nothing = value.kind == Scalar::Kind::null || (value.kind == Scalar::Kind::boolean && !value.truth) ||
                              (value.kind == Scalar::Kind::text && value.text.empty());
    if (says_nothing) return;
    std::string json;
    append_json(json, value);
    refuse_with(json);
  } else if (key() == "outputs" || (key() == "gene_order" && value.kind != Scalar::Kind::null)) {
    throw misplaced(name_of(value.kind), "a list");
  }
}

void ReplyReader::take_in_output(const Scalar& value) {
  const bool is_known = key() == "counts" || key() == "latents" || key() == "metadata";
  if (is_known && value.kind != Scalar::Kind::null) throw misplaced(name_of(value.kind), "a list or an object");
}

void ReplyReader::take_label(const Scalar& value) {
  const bool has_text = (value.kind == Scalar::Kind::text && !value.text.empty()) || value.kind == Scalar::Kind::number;
  if (!has_text || key() == "modality") return;
  require_kept(value.text);
  if (value.kind == Scalar::Kind::text) return field(key()).label(row(), value.text);
  std::string text;
  append_number(text, number_of(value.text));
  field(key()).label(row(), text);
}

void ReplyReader::take_kept(std::string json) {
  if (json != "[]" && json != "{}") refuse_with(json);
}

void ReplyReader::refuse_with(std::string_view json) {
  refusal_ += refusal_.empty() ? "" : ",";
  append_text(refusal_, key());
  refusal_ += ":";
  refusal_ += json;
}

PredictedField& ReplyReader::field(std::string_view key) {
  if (const std::string wrong = name_fault(key); !wrong.empty()) throw fault(wrong);
  PredictedField* found = fields_.find(key);
  if (found == nullptr) throw fault(fmt::format("there are more than {} fields", PredictedFields::most));
  return *found;
}

// --- what is taken from the window --------------------------------------------------------------------------------------------

void ReplyReader::enter_genes() {
  Elements elements(window(), ']');
  while (elements.next()) {
    const std::string_view gene = elements.take_plain_text();
    if (gene.empty()) break;
    reply_.gene_order.emplace_back(gene);
  }
  if (!elements.is_json()) throw no_json();
  taken(size_of(reply_.gene_order));
}

void ReplyReader::leave_genes() {
  const std::vector<std::string>& genes = reply_.gene_order;
  if (wanted_.gene_order == nullptr) {
    const std::unordered_set<std::string_view> different(genes.begin(), genes.end());
    if (different.size() != genes.size()) {
      throw fault(fmt::format("{} of its {} genes are there twice", with_commas(size_of(genes) - static_cast<std::int64_t>(different.size())),
                              with_commas(size_of(genes))));
    }
    return;
  }
  const std::vector<std::string>& known = *wanted_.gene_order;
  if (genes.size() != known.size()) {
    throw OtherGenes(fault(fmt::format("it names {} genes where the model has {}", with_commas(size_of(genes)), with_commas(size_of(known)))));
  }
  for (std::size_t i = 0; i < genes.size(); ++i) {
    if (genes[i] == known[i]) continue;
    throw OtherGenes(fault(fmt::format("gene {} is '{}' where the model has '{}'", i, printable(genes[i]), printable(known[i]))));
  }
}

void ReplyReader::enter_counts() {
  const ListRead list = read_counts(window(), {.takes_fractions = true}, counts_.rows);
  if (!list.is_json) throw no_json();
  if (!list.fault.empty()) throw element_fault(list.length, list.fault);
  counts_.has_fractions = counts_.has_fractions || list.has_fractions;
  taken(list.length);
}

void ReplyReader::leave_counts() {
  has_list_ = true;
  if (counts_.has_maps) throw fault("it is a list where outputs before have maps from gene to count");
  const std::vector<std::string>* genes = known_genes();
  const std::int64_t wanted = genes != nullptr ? size_of(*genes) : counts_.length;
  if (wanted >= 0 && n_left() != wanted) {
    throw fault(fmt::format("there are {} counts where there are {} genes", with_commas(n_left()), with_commas(wanted)));
  }
  counts_.length = n_left();
  end_counts();
}

void ReplyReader::end_counts() {
  if (keeps_counts()) {
    counts_.rows.end_row();
  } else {
    counts_.rows.drop_row();
  }
}

const std::vector<std::string>* ReplyReader::known_genes() const noexcept {
  if (wanted_.gene_order != nullptr) return wanted_.gene_order;
  return has_genes_ ? &reply_.gene_order : nullptr;
}

void ReplyReader::enter_map() {
  Elements elements(window(), '}');
  counts_.names.restart();
  while (elements.next()) {
    const Elements::Pair pair = elements.take_plain_pair();
    if (pair.number.empty()) break;
    count_gene(pair.name, pair.number);
  }
  if (!elements.is_json()) throw no_json();
}

void ReplyReader::count_gene(std::string_view gene, std::string_view number) {
  const double value = number_of(number);
  const std::string wrong = count_fault(number, value, true);
  if (!wrong.empty()) throw fault(fmt::format("gene '{}': {}", printable(gene), wrong));
  if (has_list_) throw fault("it is both a list and a map from gene to count");
  counts_.has_fractions = counts_.has_fractions || value != std::floor(value);
  const std::int32_t place = counts_.names.number_of(gene);
  counts_.has_maps = true;
  if (value != 0) counts_.rows.append(place, value);
}

void ReplyReader::leave_map() {
  if (has_list_) {
    if (counts_.has_maps) throw fault("it is both a list and a map from gene to count");
    return;
  }
  if (counts_.length >= 0) throw fault("it is a map where outputs before have lists of counts");
  counts_.has_maps = true;
  end_counts();
}

void ReplyReader::enter_latents() {
  // The level of the list has no name of its own; the group's is the key around it.
  if (const std::string wrong = name_fault(outer_key()); !wrong.empty()) throw fault(wrong);
  LatentGroup* group = latents_.find(outer_key());
  if (group == nullptr) throw fault(fmt::format("there are more than {} groups of latents", LatentGroups::most));
  if (group->n_rows != row_) throw fault(fmt::format("{} of the {} outputs before have such latents", group->n_rows, row_));
  const ListRead list = read_floats(window(), group->values);
  if (!list.is_json) throw no_json();
  if (!list.fault.empty()) throw element_fault(list.length, list.fault);
  if (group->width >= 0 && list.length != group->width) {
    throw fault(fmt::format("there are {} latents where the outputs before have {}", list.length, group->width));
  }
  group->width = list.length;
  ++group->n_rows;
  taken(list.length);
}

void ReplyReader::enter_classes() {
  classes_of_ = &field(outer_key());
  classes_of_->begin_probabilities(row());
  Elements elements(window(), '}');
  while (elements.next()) {
    const Elements::Pair pair = elements.take_plain_pair();
    if (pair.number.empty()) break;
    classes_of_->probability(pair.name, probability_of(pair.number));
  }
  if (!elements.is_json()) throw no_json();
}

float ReplyReader::probability_of(std::string_view number) const {
  const float probability = float_of(number);
  constexpr float rounding = 1e-3F;
  if (!(probability >= -rounding && probability <= 1 + rounding)) throw fault(fmt::format("{} is no probability", number.substr(0, 40)));
  return probability;
}

void ReplyReader::leave_output() {
  if (!predicts() && counts_.rows.n_rows() != row_ + 1) throw fault("it has no counts");
  if (!predicts() || counts_.rows.n_rows() == 0) return;
  if (counts_.rows.n_rows() != row_ + 1) throw fault("it has no decoder_sample, though others have");
}

// --- the whole ----------------------------------------------------------------------------------------------------------------

void ReplyReader::finish() {
  if (!refusal_.empty()) {
    throw Error(ErrorKind::model, fmt::format("the model failed: {}", read_refusal("{" + refusal_ + "}").sentence()));
  }
  if (!has_outputs_) {
    throw Error(ErrorKind::model, fmt::format("the reply has no outputs, but {}",
                                              root_keys_.empty() ? "nothing" : quoted_names(root_keys_)));
  }
  for (const LatentGroup& group : latents_.all()) {
    if (group.n_rows == wanted_.n_outputs) continue;
    throw Error(ErrorKind::model, fmt::format("{} of the {} outputs of the reply have latents '{}'", group.n_rows,
                                              wanted_.n_outputs, printable(group.name)));
  }
  reply_.has_fractions = keeps_counts() && counts_.has_fractions;
  finish_counts();
  if (predicts()) fields_.add_to(reply_.answer, static_cast<std::size_t>(wanted_.n_outputs), wanted_.probabilities);
  require_different_columns(reply_.answer);
  latents_.add_to(reply_.answer);
}

void ReplyReader::finish_counts() {
  if (predicts()) reply_.answer.counts.append_empty(wanted_.n_outputs);
  if (predicts() && counts_.rows.n_rows() == 0) return;
  if (counts_.has_maps && known_genes() == nullptr) {
    has_genes_ = true;
    reply_.gene_order = counts_.sorted_names();
  }
  check_genes();
  static const std::vector<std::string> none;
  CountChunk counts = counts_.finish(known_genes() != nullptr ? *known_genes() : none);
  if (!predicts()) {
    reply_.answer.counts = std::move(counts);
  } else {
    reply_.answer.layers.push_back({"decoder_sample", std::move(counts)});
  }
}

/// That the counts of lists can be told by gene.
void ReplyReader::check_genes() {
  const std::vector<std::string>* genes = known_genes();
  if (genes == nullptr && !predicts()) throw Error(ErrorKind::model, "the reply names no gene_order, and none is known");
  if (genes == nullptr || counts_.length < 0 || counts_.length == size_of(*genes)) return;
  throw Error(ErrorKind::model, fmt::format("the reply's outputs have {} counts where its gene_order has {} genes",
                                            with_commas(counts_.length), with_commas(size_of(*genes))));
}

void ReplyReader::require_kept(std::string_view text) const {
  if (text.find('\0') != text.npos) throw fault(fmt::format("'{}' holds a zero byte, which no file keeps", printable(text)));
}

Error ReplyReader::misplaced(std::string_view found, std::string_view wanted) const {
  return fault(fmt::format("{} stands where {} belongs", found, wanted));
}

WireReply read_reply(ByteSource& body, const ReplyWanted& wanted) { return ReplyReader(body, wanted).read_answer(); }

}  // namespace gemflow::synthesize_api
