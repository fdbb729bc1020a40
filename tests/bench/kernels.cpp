// SPDX-License-Identifier: Apache-2.0
// The four inner loops of a run, on made-up counts in memory: decode, counts check, align, encode. Bytes are those of the
// chunk as it lies raw in a file (4 for a gene, 4 for a value), so that the four rates can be compared and added up; rates are
// by processor time of one core, which others on the machine disturb least.
#include <benchmark/benchmark.h>
#include <libdeflate.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "gemflow/ops/counts_check.hpp"
#include "gemflow/ops/gene_map.hpp"
#include "hdf5/chunk_encoder.hpp"
#include "hdf5/filters.hpp"

namespace {

using gemflow::CountChunk;
using Bytes = std::vector<unsigned char>;

constexpr std::size_t n_file_genes = 36'000;
constexpr std::size_t n_model_genes = 44'592;
constexpr int n_cells = 650;
constexpr std::int64_t raw_bytes_of_a_value = 8;

/// Genes have log-normal means, as in real cells: it is what makes indices deflate as they do.
CountChunk made_up_counts() {
  std::mt19937_64 random(20240521);
  std::normal_distribution<double> normal(-5, 2.35);
  std::vector<double> means(n_file_genes);
  for (double& mean : means) mean = std::exp(normal(random));
  CountChunk counts;
  std::vector<std::int32_t> genes;
  std::vector<double> values;
  for (int cell = 0; cell < n_cells; ++cell) {
    genes.clear();
    values.clear();
    for (std::size_t gene = 0; gene < means.size(); ++gene) {
      const int count = std::poisson_distribution<int>(means[gene])(random);
      if (count == 0) continue;
      genes.push_back(static_cast<std::int32_t>(gene));
      values.push_back(count);
    }
    counts.append(genes, values);
  }
  return counts;
}

const CountChunk& counts() {
  static const CountChunk made = made_up_counts();
  return made;
}

/// The chunk's genes and values as a file holds them, in pieces of 64k elements.
std::vector<Bytes> raw_pieces() {
  constexpr std::size_t piece = 65'536;
  std::vector<float> values(counts().values().begin(), counts().values().end());
  std::vector<Bytes> pieces;
  for (std::size_t begin = 0; begin + piece <= values.size(); begin += piece) {
    pieces.emplace_back(piece * sizeof(float));
    std::memcpy(pieces.back().data(), values.data() + begin, piece * sizeof(float));
    pieces.emplace_back(piece * sizeof(std::int32_t));
    std::memcpy(pieces.back().data(), counts().genes().data() + begin, piece * sizeof(std::int32_t));
  }
  return pieces;
}

std::size_t total_size(const std::vector<Bytes>& pieces) {
  std::size_t size = 0;
  for (const Bytes& piece : pieces) size += piece.size();
  return size;
}

/// What anndata writes: deflate alone, level 4.
Bytes deflated(const Bytes& raw) {
  Bytes packed(2 * raw.size() + 1024);
  libdeflate_compressor* const compressor = libdeflate_alloc_compressor(4);
  packed.resize(libdeflate_zlib_compress(compressor, raw.data(), raw.size(), packed.data(), packed.size()));
  libdeflate_free_compressor(compressor);
  return packed;
}

Bytes shuffled_and_deflated(const Bytes& raw) {
  gemflow::hdf5::ChunkEncoder encoder;
  gemflow::Buffer<unsigned char> packed;
  encoder.pack(raw, 4, packed);
  return {packed.span().begin(), packed.span().end()};
}

void decode(benchmark::State& state, const std::vector<gemflow::hdf5::FilterStep>& steps, Bytes (*pack)(const Bytes&)) {
  const std::vector<Bytes> pieces = raw_pieces();
  std::vector<Bytes> packed;
  for (const Bytes& piece : pieces) packed.push_back(pack(piece));
  gemflow::hdf5::ChunkDecoder decoder;
  for (auto _ : state) {
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      benchmark::DoNotOptimize(decoder.decode(packed[i], steps, 0, pieces[i].size()).data());
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(total_size(pieces)) * state.iterations());
}

void decode_gzip(benchmark::State& state) { decode(state, {{H5Z_FILTER_DEFLATE, "deflate", 1}}, &deflated); }

void decode_shuffle_gzip(benchmark::State& state) {
  decode(state, {{H5Z_FILTER_SHUFFLE, "shuffle", 4}, {H5Z_FILTER_DEFLATE, "deflate", 1}}, &shuffled_and_deflated);
}

void encode(benchmark::State& state) {
  const std::vector<Bytes> pieces = raw_pieces();
  gemflow::hdf5::ChunkEncoder encoder;
  gemflow::Buffer<unsigned char> packed;
  std::size_t packed_size = 0;
  for (auto _ : state) {
    packed_size = 0;
    for (const Bytes& piece : pieces) {
      encoder.pack(piece, 4, packed);
      packed_size += packed.size();
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(total_size(pieces)) * state.iterations());
  state.counters["ratio"] = static_cast<double>(packed_size) / static_cast<double>(total_size(pieces));
}

gemflow::Genes named_genes(const std::vector<int>& numbers) {
  gemflow::Genes genes;
  for (const int number : numbers) {
    const std::string digits = std::to_string(number);
    genes.names.push_back("ENSG" + std::string(11 - digits.size(), '0') + digits);
  }
  return genes;
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(counts().n_nonzeros() * raw_bytes_of_a_value * state.iterations());
}

/// 31,000 of the file's 36,000 genes are in an order of 44,592.
void align(benchmark::State& state) {
  std::vector<int> file(n_file_genes);
  for (std::size_t i = 0; i < file.size(); ++i) file[i] = static_cast<int>(i);
  std::vector<int> model(n_model_genes);
  for (std::size_t i = 0; i < model.size(); ++i) model[i] = static_cast<int>(i) + 5'000;
  std::shuffle(model.begin(), model.end(), std::mt19937_64(1));
  const gemflow::GeneMap map = gemflow::map_genes(named_genes(file), named_genes(model));
  const CountChunk& from = counts();  // made here, not in the first round that is timed
  CountChunk aligned;
  for (auto _ : state) map.align(from, aligned, gemflow::calling_thread());
  count_bytes(state);
}

void counts_check(benchmark::State& state) {
  const gemflow::Genes genes = named_genes(std::vector<int>(n_file_genes, 1));
  gemflow::CountsCheck check(genes, {});
  gemflow::Chunk chunk;
  chunk.counts = counts();
  for (auto _ : state) check.check(chunk, gemflow::calling_thread());
  count_bytes(state);
}

BENCHMARK(decode_gzip);
BENCHMARK(decode_shuffle_gzip);
BENCHMARK(counts_check);
BENCHMARK(align);
BENCHMARK(encode);

}  // namespace

BENCHMARK_MAIN();
