// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/parts.hpp"

#include <array>
#include <cassert>

#include "gemflow/ops/philox.hpp"

namespace gemflow::synthesize_api {
namespace {

/// Below 2^31: what every server's random numbers take.
std::uint64_t spread(std::uint64_t seed, std::int64_t position, std::int64_t replicate) noexcept {
  constexpr std::uint64_t most = 0x7fffffff;
  std::uint64_t mixed = split_mix(seed);
  mixed = split_mix(mixed ^ static_cast<std::uint64_t>(position));
  mixed = split_mix(mixed ^ static_cast<std::uint64_t>(replicate));
  return mixed & most;
}

/// Of a part that makes cells. A seed that a condition was given is meant as it is written, wherever that condition stands.
std::uint64_t seed_of(const Query& query, const Sample& first, std::int64_t position) noexcept {
  if (first.seed != query.options.seed) {
    return first.replicate == 0 ? first.seed : spread(first.seed, 0, first.replicate);
  }
  return position == 0 && first.replicate == 0 ? first.seed : spread(first.seed, position, first.replicate);
}

/// Options and conditions of a query, without its cells and samples.
Query frame_of(const Query& query) {
  Query frame;
  frame.task = query.task;
  frame.conditions = query.conditions;
  frame.options = query.options;
  return frame;
}

void take_cell(const CountChunk& from, std::int64_t cell, CountChunk& to) {
  const CellCounts counts = from.cell(cell);
  to.append(counts.genes, counts.values);
}

Part cells_with_counts(const Query& query) {
  Part part;
  part.query = frame_of(query);
  part.query.counts.stored_type(query.counts.stored_type());
  for (std::int64_t cell = 0; cell < query.counts.n_cells(); ++cell) {
    if (query.counts.total(cell) <= 0) continue;
    take_cell(query.counts, cell, part.query.counts);
    part.rows.push_back(cell);
  }
  if (part.rows.empty()) {
    part.query.counts.append(std::array<std::int32_t, 1>{0}, std::array<double, 1>{1});
    part.rows.push_back(0);
  }
  part.position = query.position + part.rows.front();
  part.query.position = part.position;
  part.seed = query.position == 0 ? query.options.seed : spread(query.options.seed, part.position, 0);
  return part;
}

/// Where a sample stands in the run, from where its query begins.
std::int64_t position_of(const Query& query, const Sample& sample) noexcept {
  if (query.task == Task::generate) return sample.number;
  const Sample& first = query.samples.front();
  const auto n_conditions = static_cast<std::int64_t>(query.conditions.size());
  return query.position + (sample.reference - first.reference) * n_conditions + sample.condition - first.condition;
}

void settle_seed(Part& part, const Query& whole) {
  const Sample& first = part.query.samples.front();
  part.position = position_of(whole, first);
  part.replicate = first.replicate;
  part.seed = seed_of(whole, first, part.position);
  part.query.position = part.position;
}

std::vector<Part> samples_by_seed(const Query& query) {
  std::vector<Part> parts;
  for (std::size_t row = 0; row < query.samples.size(); ++row) {
    const Sample& sample = query.samples[row];
    if (query.task == Task::condition && query.counts.total(sample.reference) <= 0) continue;
    if (parts.empty() || parts.back().query.samples.front().seed != sample.seed) {
      parts.emplace_back().query = frame_of(query);
      parts.back().query.counts = query.counts;
    }
    parts.back().query.samples.push_back(sample);
    parts.back().rows.push_back(static_cast<std::int64_t>(row));
  }
  for (Part& part : parts) settle_seed(part, query);
  return parts;
}

/// Outputs [begin, end) of a part.
Part piece_of(const Part& part, std::int64_t begin, std::int64_t end) {
  Part piece;
  piece.query = frame_of(part.query);
  piece.rows.assign(part.rows.begin() + begin, part.rows.begin() + end);
  if (part.query.task == Task::predict_metadata) {
    piece.query.counts.stored_type(part.query.counts.stored_type());
    for (std::int64_t cell = begin; cell < end; ++cell) take_cell(part.query.counts, cell, piece.query.counts);
    piece.position = part.position + piece.rows.front() - part.rows.front();
    piece.query.position = piece.position;
    piece.seed = begin == 0 ? part.seed : spread(part.query.options.seed, piece.position, 0);
    return piece;
  }
  piece.query.counts = part.query.counts;
  piece.query.samples.assign(part.query.samples.begin() + begin, part.query.samples.begin() + end);
  settle_seed(piece, part.query);
  return piece;
}

}  // namespace

std::vector<Part> parts_of(const Query& query) {
  if (query.task == Task::predict_metadata) {
    if (query.counts.n_cells() == 0) return {};
    std::vector<Part> parts;
    parts.push_back(cells_with_counts(query));
    return parts;
  }
  return samples_by_seed(query);
}

std::pair<Part, Part> halves_of(const Part& part) {
  assert(part.n_outputs() >= 2);
  const std::int64_t middle = part.n_outputs() / 2;
  return {piece_of(part, 0, middle), piece_of(part, middle, part.n_outputs())};
}

}  // namespace gemflow::synthesize_api
