// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "gem_local/parameters.hpp"
#include "gem_local/train/calibrate.hpp"
#include "gem_local/train/fit.hpp"
#include "gem_local/train/survey.hpp"
#include "gemflow/core/destination.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/version.hpp"
#include "gemflow/models.hpp"

namespace gemflow {
namespace {

using namespace gem_local;

void check_options(std::span<Reader* const> in, const TrainOptions& options) {
  if (in.empty() || options.fields.empty()) {
    throw Error(ErrorKind::usage, "training: neither cells nor a field to learn was given",
                "gemflow train IN.h5ad --field cell_type=cell_type -o M.gmodel");
  }
}

void set_names(const TrainOptions& options, const std::filesystem::path& out, Parameters& parameters) {
  parameters.id = options.id.empty() ? out.stem().string() : options.id;
  parameters.version = options.version;
  parameters.licence = options.licence;
  parameters.trained_on = options.trained_on;
  parameters.modality = options.modality;
  parameters.made_by = "gemflow " + std::string(version);
  for (std::size_t field = 0; field < parameters.fields.size(); ++field) {
    parameters.fields[field].field.predicted =
        std::any_of(parameters.heads.begin(), parameters.heads.end(),
                    [field](const Head& head) { return head.field == static_cast<std::int32_t>(field); });
  }
}

}  // namespace

TrainResult train_model(std::span<Reader* const> in, const std::filesystem::path& out, const TrainOptions& options,
                        bool overwrite, Job& job) {
  check_options(in, options);
  Destination destination(out, {overwrite, {}}, job);
  const Survey survey = survey_cells(in, options, job);
  const KeptCells cells = keep_cells(in, survey, options.seed, job);
  std::vector<std::int32_t> rows(cells.size());
  std::iota(rows.begin(), rows.end(), 0);

  TrainResult result;
  result.n_cells = static_cast<std::int64_t>(survey.condition_of_cell.size());
  result.remarks = survey.remarks;
  Parameters parameters = fit_parameters({&survey, &cells, rows, survey.sums}, options.seed, *job.workers);
  result.figures = calibrate(survey, cells, options.seed, parameters, job);
  result.figures.emplace_back("residual factors", parameters.n_residual);
  set_names(options, out, parameters);
  for (const std::string& remark : result.remarks) job.report->warning(remark);

  destination.write(bytes_of(to_file(parameters)));
  destination.commit();
  return result;
}

}  // namespace gemflow
