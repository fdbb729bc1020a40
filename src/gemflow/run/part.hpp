// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gemflow/core/writer.hpp"
#include "gemflow/run/counts_digest.hpp"
#include "gemflow/run/generate.hpp"
#include "gemflow/run/options.hpp"
#include "gemflow/run/outlier_limit.hpp"

namespace gemflow {

/// What a part says of itself to `merge`: entries "part/…" behind those of its run.
struct PartMark {
  PartRows rows;
  bool stands_beside = true;        ///< its answers stand beside an input's cells; false: they are new cells
  std::vector<std::string> obsm;    ///< in the order in which they were written
  std::vector<std::string> layers;  ///< the same
  std::string conditions;           ///< a digest of all of them, and of what is asked of each; empty: there are none
  std::string duplicates;           ///< what became of several rows of one gene of the model; empty: no genes are matched
  std::string label_names;          ///< a digest of the readable names that were given; empty: none
  std::vector<std::string> missing_references;  ///< cells to condition on that are not in these rows
  std::string genes;                ///< a digest of the genes that it holds, with what is said of them
  std::string counts;               ///< a digest of the counts of the input's cells; empty: it stands beside none
  std::string first_counts;         ///< the same of the first `compared_cells` of them
  std::int64_t n_empty = 0;         ///< cells without counts
  std::int64_t n_judged = 0;
  bool knows_outliers = false;
  std::int64_t n_outliers = 0;      ///< of the cells judged
  OutlierLimit outliers;            ///< for the whole
};

/// Cells of each part by which another file is known where reading all of them would be dear.
constexpr std::int64_t compared_cells = 16;

/// A digest of what tells one set of conditions from another.
[[nodiscard]] std::string digest_of(const std::vector<Condition>& conditions);
/// A digest of readable names by label.
[[nodiscard]] std::string digest_of_names(const std::map<std::string, std::string, std::less<>>& names);

/// Writes a part through another writer, which must outlive it: no counts of an input, of the genes what gemflow says of them, and
/// at the end the mark.
class PartWriter final : public Writer {
 public:
  PartWriter(Writer& out, const PartRows& rows, bool stands_beside);

  /// What the run knows at its end, to be filled in before `finish`.
  [[nodiscard]] PartMark& mark() noexcept { return mark_; }

  void genes(const Genes& genes) override;
  void append(const Chunk& chunk) override;
  void finish(const Provenance& provenance) override;

 private:
  Writer* out_;
  PartMark mark_;
  CountsDigest counts_;
  CountsDigest first_counts_{compared_cells};
  bool has_begun_ = false;
};

/// Takes the mark out of a provenance that was read back, whose other entries are then in the order in which they were written;
/// nothing where it is not that of a part. Errors: input (a mark that lacks something, or says what cannot be).
[[nodiscard]] std::optional<PartMark> take_mark(Provenance& provenance);

}  // namespace gemflow
