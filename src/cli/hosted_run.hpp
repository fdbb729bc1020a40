// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gemflow/core/model.hpp"
#include "gemflow/core/writer.hpp"
#include "gemflow/run/generate.hpp"
#include "session.hpp"
#include "shared_options.hpp"

namespace gemflow::cli {

// What a command does beyond its work when its model is a hosted one.

/// The model that was asked for, with where its journal lies: one folder a run, named after what is asked of which input, so
/// that a rerun finds it wherever its files were staged, and runs beside each other do not meet.
[[nodiscard]] ModelRequest request_of(const ModelOptions& options, Task task, const std::filesystem::path& out, Session& session);

/// The words of a command that decide what is asked: without where answers go and how the machine works; a file stands by
/// its size and what its ends hold.
[[nodiscard]] std::vector<std::string> asking_words(const std::vector<std::string>& words);

/// Looks at the conditions of a hosted model before anybody is connected to: its keys, and its values where vocabularies are
/// given. Does nothing for a local one. Throws Error(usage), Error(model).
void check_before_asking(const ModelRequest& request, std::vector<Condition> conditions, Session& session);

/// Looks at the first cells for a hosted model before anybody is connected to: bulk samples for a model of single cells (or the
/// reverse) are not to cost the sample that learns its genes. Does nothing for a local one. Throws Error(unsupported).
/// `open_whole`: the file, where `in` reads a part of it, which is judged as its whole is; empty: `in` is looked at.
void look_before_asking(const ModelRequest& request, Reader& in, const std::function<std::unique_ptr<Reader>()>& open_whole, Session& session);

/// Says how many cells go where.
void tell_host(const Model& model, std::int64_t n_cells, Session& session);

/// What a run is lent: a dry one says nothing of itself, since what it writes is nothing.
[[nodiscard]] Job job_of(const ModelRequest& request, Session& session);

/// A writer that writes nothing: where a dry run's answers go.
[[nodiscard]] std::unique_ptr<Writer> write_nowhere();

/// What a dry run found, told instead of "written".
void tell_dry_run(const Model& model, Session& session);

/// What to type after a run that was cut short where its model does not say so itself; empty where nothing was submitted.
[[nodiscard]] std::string way_on(const std::filesystem::path& journal);

/// What was charged, and where its answers are kept.
void tell_journal(const ModelRequest& request, Session& session);

}  // namespace gemflow::cli
