// SPDX-License-Identifier: Apache-2.0
#include <cassert>

#include "synthesize_api/wire/json_writer.hpp"
#include "synthesize_api/wire/request.hpp"

namespace gemflow::synthesize_api {
namespace {

const std::vector<std::string> default_conditioning = QueryOptions().conditioning;

/// Samples that are one input: replicates of one condition and one reference.
struct Input {
  const Sample* first;
  std::int64_t num_samples;
};

std::vector<Input> inputs_of(const std::vector<Sample>& samples) {
  std::vector<Input> inputs;
  for (const Sample& sample : samples) {
    const Sample* first = inputs.empty() ? nullptr : inputs.back().first;
    const bool is_further = first != nullptr && first->condition == sample.condition &&
                            first->reference == sample.reference && first->number == sample.number &&
                            sample.replicate == first->replicate + inputs.back().num_samples;
    if (is_further) {
      ++inputs.back().num_samples;
    } else {
      inputs.push_back({&sample, 1});
    }
  }
  return inputs;
}

class RequestWriter {
 public:
  RequestWriter(const Query& query, const RequestText& text, ByteSink& body) : query_(query), text_(text), json_(body) {}

  void write() {
    write_options();
    if (text_.seed) {
      name("seed");
      json_.number(*text_.seed);
    }
    for (const auto& [key, value] : text_.others) {
      name(key);
      json_.raw(value);
    }
    name("inputs");
    json_.raw("[");
    query_.task == Task::predict_metadata ? write_cells() : write_samples();
    json_.raw("]}");
    json_.flush();
  }

 private:
  void name(std::string_view key) {
    json_.raw(is_first_ ? "{" : ",");
    is_first_ = false;
    json_.text(key);
    json_.raw(":");
  }

  void flag(std::string_view key, bool is_set) {
    if (!is_set) return;
    name(key);
    json_.raw("true");
  }

  void write_options() {
    if (!text_.spelling.modality.empty()) {
      name("modality");
      json_.text(text_.spelling.modality);
    }
    if (query_.task == Task::predict_metadata) return;
    const QueryOptions& options = query_.options;
    name(text_.spelling.says_mode ? "mode" : "sampling_strategy");
    json_.text(options.sampling == Sampling::mean ? "mean estimation" : "sample generation");
    if (options.total_count) {
      name("total_count");
      json_.number(*options.total_count);
    }
    flag("deterministic_latents", options.deterministic_latents);
    if (query_.task != Task::condition) return;
    flag("fixed_total_count", options.fixed_total_count);
    if (options.conditioning != default_conditioning) write_conditioning(options.conditioning);
  }

  void write_conditioning(const std::vector<std::string>& groups) {
    name("conditioning");
    json_.raw("[");
    for (const std::string& group : groups) {
      if (&group != &groups.front()) json_.raw(",");
      json_.text(group);
    }
    json_.raw("]");
  }

  void write_cells() {
    for (std::int64_t cell = 0; cell < query_.counts.n_cells(); ++cell) {
      json_.raw(cell == 0 ? "{\"counts\":" : ",{\"counts\":");
      write_counts(cell);
      json_.raw("}");
    }
  }

  void write_samples() {
    bool is_first = true;
    for (const Input& input : inputs_of(query_.samples)) {
      json_.raw(is_first ? "{" : ",{");
      is_first = false;
      if (query_.task == Task::condition) {
        json_.raw("\"counts\":");
        write_counts(input.first->reference);
        json_.raw(",");
      }
      json_.raw("\"metadata\":{");
      write_metadata(query_.conditions[static_cast<std::size_t>(input.first->condition)]);
      json_.raw("},\"num_samples\":");
      json_.number(static_cast<std::uint64_t>(input.num_samples));
      json_.raw("}");
    }
  }

  void write_counts(std::int64_t cell) {
    if (text_.spelling.nested_counts) json_.raw("{\"counts\":");
    json_.counts(query_.counts.cell(cell), text_.n_genes);
    if (text_.spelling.nested_counts) json_.raw("}");
  }

  void write_metadata(const Metadata& metadata) {
    bool is_first = true;
    for (const auto& [key, value] : metadata.entries()) {
      if (!is_first) json_.raw(",");
      is_first = false;
      json_.text(key);
      json_.raw(":");
      metadata.is_json(key) ? json_.raw(value) : json_.text(value);
    }
  }

  const Query& query_;
  const RequestText& text_;
  JsonWriter json_;
  bool is_first_ = true;
};

}  // namespace

void write_request(const Query& query, const RequestText& text, ByteSink& body) {
  assert(query.task != Task::condition || text.n_genes > 0);
  RequestWriter(query, text, body).write();
}

std::int64_t request_bytes(std::int64_t n_cells, std::int64_t n_genes, std::int64_t n_nonzeros, int digits) noexcept {
  constexpr std::int64_t head = 1024;     // options and the few keys of `others`
  constexpr std::int64_t around = 1024;  // a cell's brackets, names, num_samples, metadata of usual length
  return head + n_cells * (around + 2 * n_genes) + n_nonzeros * (digits - 1);
}

}  // namespace gemflow::synthesize_api
