// SPDX-License-Identifier: Apache-2.0
#include "hdf5/receipt.hpp"

#include <array>

#include "hdf5/create.hpp"
#include "hdf5/file.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"

using namespace gemflow;
using namespace gemflow::hdf5;
using Catch::Matchers::Contains;
using Bytes = std::array<unsigned char, 4>;

namespace {

constexpr Bytes written{1, 2, 3, 4};

Handle put(hid_t file, const Layout& layout, const Bytes& bytes) {
  Handle dataset = create_dataset(file, "made", H5T_NATIVE_UINT8, layout);
  write_rows(dataset, H5T_NATIVE_UINT8, 0, 4, bytes.data());
  return dataset;
}

void require_fault(hid_t file, const Receipt& receipt) {
  const Error error = error_of([&] { verify(file, receipt); });
  REQUIRE(error.kind() == ErrorKind::io);
  REQUIRE_THAT(error.message(), Contains("made does not hold what was written to it"));
}

}  // namespace

TEST_CASE("a contiguous dataset holds what its receipt says, or that is an error") {
  const test::TempFolder folder;
  const Handle file = create_file(folder / "a.h5");
  const Handle dataset = put(file, {{4}, {}, false, 0, false}, written);
  const Receipt receipt{"/made", {4}, {}, check_sum(0, written), false};
  verify(file, receipt);

  Receipt longer = receipt;
  longer.extent = {5};
  require_fault(file, longer);

  constexpr unsigned char other = 9;
  write_rows(dataset, H5T_NATIVE_UINT8, 2, 1, &other);
  require_fault(file, receipt);
}

TEST_CASE("chunks and texts are looked at again as well") {
  const test::TempFolder folder;
  const Handle file = create_file(folder / "a.h5");
  {
    const Handle dataset = put(file, {{4}, {4}, false, 0, false}, written);
    REQUIRE(H5Dflush(dataset) >= 0);
    verify(file, {"/made", {4}, {check_sum(0, written)}, 0, false});
    require_fault(file, {"/made", {4}, {check_sum(0, written) + 1}, 0, false});
    require_fault(file, {"/made", {4}, {}, 0, false});  // a chunk that nobody wrote
  }
  REQUIRE(H5Ldelete(file, "made", H5P_DEFAULT) >= 0);
  const std::vector<std::string> texts{"B", "T"};
  write_texts(file, "made", texts);
  verify(file, {"/made", {2}, {}, check_sum(check_sum(0, "B"), "T"), true});
  require_fault(file, {"/made", {2}, {}, check_sum(check_sum(0, "B"), "NK"), true});
}
