// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gem_local/parameters.hpp"
#include "gemflow/core/chunk.hpp"
#include "gemflow/models.hpp"

namespace gemflow::gem_local {

/// The raw codes of one chunk's cells: numbers of values in the order in which they were met, -1 without a label.
struct ChunkLabels {
  std::vector<std::vector<std::int32_t>> codes;  ///< one list a field

  [[nodiscard]] Levels at(std::int64_t cell) const;
};

/// The values of all fields, as they are met and as they end up: sorted, without those of too few cells.
class Vocabulary {
 public:
  Vocabulary(std::vector<TrainField> fields, Modality modality);

  /// Errors: input (a chunk lacks a column).
  [[nodiscard]] ChunkLabels read(const Chunk& chunk);

  /// After the last chunk: the fields with their values, and remarks about what was left out.
  [[nodiscard]] std::vector<FieldPart> finish(std::vector<std::string>& remarks);

  /// Raw codes to levels. REQUIRES: finish() was called.
  [[nodiscard]] Levels recode(const Levels& raw) const;

 private:
  struct Values {
    std::map<std::string, std::int32_t, std::less<>> codes;
    std::vector<std::string> values;  ///< by raw code
    std::vector<std::string> names;
    std::vector<std::int64_t> n_cells;
    std::vector<std::int32_t> level;  ///< by raw code, once it is known
  };

  void read_field(const Chunk& chunk, std::size_t field, std::vector<std::int32_t>& codes);
  [[nodiscard]] FieldPart finish_field(std::size_t field, std::vector<std::string>& remarks);

  /// What is said of the values that are no classes; empty where there are none.
  [[nodiscard]] std::string remark_of_rare(const TrainField& asked, const Values& known) const;

  std::vector<TrainField> fields_;
  Modality modality_;
  std::vector<Values> values_;
};

/// The latent group that the API puts a key in.
[[nodiscard]] std::string group_of_key(std::string_view key);

}  // namespace gemflow::gem_local
