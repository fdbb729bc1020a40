// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gemflow/core/buffer.hpp"
#include "gemflow/core/job.hpp"
#include "hdf5/chunk_encoder.hpp"
#include "hdf5/receipt.hpp"

namespace gemflow::hdf5 {

/// What a worker needs to pack a stripe; one for each lane.
struct PackingLane {
  ChunkEncoder encoder;
  Buffer<unsigned char> raw;
};

/// A dataset that grows with the cells and is written in stripes of a fixed size, however the cells come: a stripe is
/// written when its last element is there, the rest waits. What an append gives is borrowed until `keep_rest`.
class Stripes {
 public:
  Stripes() = default;
  Stripes(const Stripes&) = delete;
  Stripes& operator=(const Stripes&) = delete;
  virtual ~Stripes() = default;

  /// Stripes that this append completes.
  [[nodiscard]] virtual std::int64_t n_complete() const = 0;
  /// The cell of this append with which the i-th of them is complete.
  [[nodiscard]] virtual std::int64_t completed_by(std::int64_t i) const = 0;
  /// Makes the i-th of them ready to be written. Called by workers; makes no HDF5 call.
  virtual void pack(std::int64_t i, PackingLane& lane, Buffer<unsigned char>& packed) const = 0;
  /// Writes it. Called in the order of i, by the thread that makes all HDF5 calls.
  virtual void write(std::int64_t i, const Buffer<unsigned char>& packed) = 0;
  /// Keeps what fills no stripe yet and lets go of what was borrowed.
  virtual void keep_rest() = 0;
  /// Writes the last, unfilled stripe and says what stands in the file now. Called once, at the end.
  [[nodiscard]] virtual Receipt finish(PackingLane& lane) = 0;

  /// Must something happen to the dataset before the i-th is packed? If so, `turn` does it.
  [[nodiscard]] virtual bool is_turning_point(std::int64_t) const { return false; }
  virtual void turn(PackingLane&) {}
};

/// Writes the stripes of many datasets in one order that depends on the cells alone: by the cell that completes them,
/// then by the order of `add`. Thus the file's bytes do not depend on how the cells were cut into chunks, nor on
/// threads.
class StripeWriter {
 public:
  /// `stripes` must outlive the last call of `write_complete`.
  void add(Stripes& stripes) { all_.push_back(&stripes); }

  /// Packs on the workers and writes, here, all stripes that are complete; then keeps the rests.
  void write_complete(Workers& workers);
  /// The rests, in the order of `add`.
  [[nodiscard]] std::vector<Receipt> finish();

 private:
  struct Stripe {
    std::int64_t cell;
    std::size_t dataset;
    std::int64_t number;
  };

  void find_complete();
  [[nodiscard]] std::size_t end_of_group(std::size_t begin) const;
  void write_group(std::size_t begin, std::size_t end, Workers& workers);

  std::vector<Stripes*> all_;
  std::vector<Stripe> complete_;
  std::vector<PackingLane> lanes_;
  std::vector<Buffer<unsigned char>> packed_;
};

}  // namespace gemflow::hdf5
