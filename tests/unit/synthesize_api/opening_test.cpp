// SPDX-License-Identifier: Apache-2.0
// A hosted model that is opened and not asked over the network.
#include "gemflow/models.hpp"

#include "environment.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"

using namespace gemflow;

TEST_CASE("a hosted model that was opened for its card alone answers nothing") {
  const test::WithVariable url("SYNTHESIZE_API_BASE_URL", "http://127.0.0.1:9");
  Job job;
  const auto model = open_model("synthesize:gem-1-sc", job);
  CHECK(model->card().host == "http://127.0.0.1:9");
  const Error error = error_of([&] { (void)model->answer({}, job); });
  CHECK(error.kind() == ErrorKind::internal);
  CHECK(error.message() == "a hosted model was asked that was opened for nothing");
}

TEST_CASE("a hosted model without a journal of its caller needs a scratch folder for one") {
  const test::WithVariable url("SYNTHESIZE_API_BASE_URL", "http://127.0.0.1:9");
  const test::TempFolder folder;
  Job job;
  job.scratch = folder / "nowhere";
  const Error error = error_of([&] { (void)open_model({"synthesize:gem-1-sc", Task::generate, {}}, job); });
  CHECK(error.kind() == ErrorKind::io);
  CHECK(error.message().find("no folder for a journal can be made as '") == 0);
}
