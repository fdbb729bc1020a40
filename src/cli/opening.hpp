// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/format.hpp"
#include "gemflow/core/model.hpp"
#include "session.hpp"
#include "shared_options.hpp"

namespace gemflow::cli {

/// Throws Error(usage) where no format is written to files of OUT's name, or not beside `--metadata-out`, before anything is read.
void require_format(const OutputOptions& output);
/// Throws Error(usage) where `--metadata-out` is given, which nothing would be written to.
void refuse_metadata_out(const OutputOptions& output, std::string_view why);

/// Opens IN and says which matrix was chosen.
[[nodiscard]] std::unique_ptr<Reader> open_input(const std::filesystem::path& in, const OpenOptions& options,
                                                 Session& session);
/// The same with a job of the caller's own, which must outlive the reader.
[[nodiscard]] std::unique_ptr<Reader> open_input(const std::filesystem::path& in, const OpenOptions& options,
                                                 Session& session, Job& job);

/// Do the first values of this matrix look like counts or like estimates of counts?
[[nodiscard]] bool may_be_rounded(const std::filesystem::path& path, const std::string& matrix, Session& session);

/// The same cells with every value checked to be a count. `in` must outlive it.
[[nodiscard]] std::unique_ptr<Reader> checked_input(Reader& in, const std::filesystem::path& path, RoundInput round,
                                                    Session& session);
/// The same of several, joined to `in`; `paths` must outlive the reader.
[[nodiscard]] std::unique_ptr<Reader> checked_inputs(Reader& in, const std::vector<std::filesystem::path>& paths, RoundInput round,
                                                     Session& session);

/// For commands that ask a model again and again. Throws Error(unsupported) for a hosted one.
void require_here(const std::string& ref, std::string_view command);

/// Opens the model that was asked for, else the embedded default; says what the default was trained on, and a licence
/// that restricts. A drawn seed is printed.
[[nodiscard]] std::unique_ptr<Model> open_chosen_model(const ModelOptions& options, const ModelRequest& request, Session& session);
/// The same sentences of a model that was opened already; `is_chosen`: somebody named it.
void tell_model(const ModelCard& card, bool is_chosen, Session& session);
void tell_seed(std::uint64_t seed, bool is_drawn, Session& session);

/// What all runs are told. `input` is empty where there is none.
[[nodiscard]] RunOptions run_options(const ModelOptions& model, const OutputOptions& output, QueryOptions query,
                                     const std::filesystem::path& input, Session& session);
/// Where `--rows` begins; 0 without it.
[[nodiscard]] std::int64_t first_row(const CellChoice& cells) noexcept;
/// How genes are met; reads the user's table.
[[nodiscard]] GeneMapOptions gene_options(const GeneOptions& genes, const std::filesystem::path& input, Session& session);

/// Writes `--gene-report`, before the run and even where too few genes will stop it.
void write_gene_report(const GeneOptions& genes, const GeneMapOptions& options, const Genes& file, const ModelCard& card);

[[nodiscard]] WriteOptions write_options(const OutputOptions& output, const CellChoice& cells);

/// "in.h5ad" of "/a/in.h5ad" and of a folder "/a/in.h5ad/".
[[nodiscard]] std::string file_name(const std::filesystem::path& path);
/// What cells of a file are a sample of: "cells" of "a/cells.h5ad" and of "cells.csv.gz"; other dots belong to the name.
[[nodiscard]] std::string sample_of(const std::filesystem::path& path);

[[nodiscard]] Json json_of(const GeneMatch& match);

}  // namespace gemflow::cli
