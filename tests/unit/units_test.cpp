// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/units.hpp"

#include "support/catch.hpp"

using gemflow::with_plain_dose;
using gemflow::with_plain_time;

TEST_CASE("times are a number, a space and a plain unit") {
  CHECK(with_plain_time("24h") == "24 hours");
  CHECK(with_plain_time("24 hours") == "24 hours");
  CHECK(with_plain_time(" 24.0 Hr ") == "24 hours");
  CHECK(with_plain_time("1.5d") == "1.5 days");
  CHECK(with_plain_time("30 min|2wk") == "30 minutes|2 weeks");
  CHECK(with_plain_time("2 mo") == "2 months");
}

TEST_CASE("doses are in lower case, with the molar units that models know") {
  CHECK(with_plain_dose("10uM") == "10 um");
  CHECK(with_plain_dose("10 \xC2\xB5M") == "10 um");
  CHECK(with_plain_dose("10 \xCE\xBCmol/L") == "10 um");
  CHECK(with_plain_dose("1e-3 nM") == "0.001 nm");
  CHECK(with_plain_dose("5 ug/mL") == "5 ug/ml");
  CHECK(with_plain_dose("2 M") == "2 m");
  CHECK(with_plain_dose("0.1%") == "0.1 percent");
}

TEST_CASE("what is no number with a unit stays as it is") {
  CHECK(with_plain_time("overnight") == "overnight");
  CHECK(with_plain_time("24") == "24");
  CHECK(with_plain_time("24 fortnights") == "24 fortnights");
  CHECK(with_plain_time("").empty());
  CHECK(with_plain_dose("10") == "10");
  CHECK(with_plain_dose("high") == "high");
}
