// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/philox.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "support/catch.hpp"

using namespace gemflow;

using Words = std::array<std::uint32_t, 4>;

TEST_CASE("philox gives the published known answers") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint32_t ones = 0xffffffff;
  CHECK(philox({ones, ones, ones, ones}, {ones, ones}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("SplitMix64 gives the published known answers") {
  CHECK(split_mix(0) == 0xe220a8397b1dcdaf);
  CHECK(split_mix(1234567) == 6457827717110365317U);
}

TEST_CASE("a random number depends on its address alone") {
  const Random random(7, {3, 5, Stream::depth});
  std::vector<double> all(1001);
  random.uniforms(all);
  for (std::size_t i = all.size(); i-- > 0;) CHECK(all[i] == random.uniform(i));
  std::vector<double> fine(11);
  random.fine_uniforms(40, fine);
  for (std::size_t i = 0; i < fine.size(); ++i) CHECK(fine[i] == random.fine_uniform(40 + i));
  std::vector<double> normals(9);
  random.normals(normals);
  for (std::size_t i = 0; i < normals.size(); ++i) CHECK(normals[i] == random.normal(i));
}

TEST_CASE("another seed, cell, sample, stream or index is another number") {
  std::set<std::uint32_t> words;
  const std::int64_t far = std::int64_t{1} << 33;
  const RandomAddress addresses[] = {{},
                                     {1, 0, Stream::observation},
                                     {0, 1, Stream::observation},
                                     {far, 0, Stream::observation},
                                     {0, far, Stream::observation},
                                     {0, 0, Stream::depth},
                                     {0, 0, Stream::training}};
  for (const RandomAddress& address : addresses) {
    for (const std::uint64_t seed : {0U, 1U}) {
      for (const std::uint64_t index : {0U, 1U, 4U, 1'000'000U}) words.insert(Random(seed, address).word(index));
    }
  }
  CHECK(words.size() == 7 * 2 * 4);
}

TEST_CASE("uniform numbers stay inside (0, 1) and fill it evenly") {
  const Random random(1, {});
  std::vector<double> values(100'000);
  random.uniforms(values);
  std::vector<int> bins(10);
  double sum = 0;
  CHECK(*std::min_element(values.begin(), values.end()) > 0);
  CHECK(*std::max_element(values.begin(), values.end()) < 1);
  for (const double value : values) {
    ++bins[static_cast<std::size_t>(value * 10)];
    sum += value;
  }
  CHECK(sum / 100'000 == Approx(0.5).margin(0.005));
  for (const int n : bins) CHECK(n == Approx(10'000).margin(500));
}
