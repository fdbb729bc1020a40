// SPDX-License-Identifier: Apache-2.0
#include "gem_local/tensor_file.hpp"

#include <cstring>
#include <functional>

#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"

using namespace gemflow;
using namespace gemflow::gem_local;
using Catch::Matchers::Contains;

namespace {

TensorFile small_file() {
  TensorFile file;
  file.metadata["card"] = R"({"words": "a \"quoted\" one"})";
  file.tensors["whole"] = {{2, 3}, {1, -2, 3.5F, 1e-20F, 5, 6}, false};
  file.tensors["halves"] = {{4}, {1, 0.1F, -65504, 0}, true};
  file.tensors["none"] = {{0, 7}, {}, false};
  return file;
}

/// The bytes with another header; the arrays stay.
std::string with_header(const std::string& bytes, const std::function<std::string(std::string)>& change) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  const std::string header = change(bytes.substr(8, length));
  const std::uint64_t changed = header.size();
  std::string all(8, '\0');
  std::memcpy(all.data(), &changed, 8);
  return all + header + bytes.substr(8 + length);
}

/// Replaces one piece of the header by another.
std::string swapped(const std::string& bytes, const std::string& from, const std::string& to) {
  return with_header(bytes, [&](std::string header) {
    const std::size_t at = header.find(from);
    REQUIRE(at != header.npos);
    return header.replace(at, from.size(), to);
  });
}

Error refusal(const std::string& bytes) {
  const test::TempFolder folder;
  const auto path = folder.file("m.gmodel", bytes);
  const Error error = error_of([&] { (void)read_tensors(path); });
  CHECK(error.kind() == ErrorKind::input);
  CHECK_THAT(error.message(), Contains("reading model '" + path.string() + "': "));
  CHECK(error.hint() == "is this a .gmodel that gemflow train wrote, and is it whole?");
  return error;
}

}  // namespace

TEST_CASE("arrays come back as they were written, halves rounded to float16") {
  const test::TempFolder folder;
  const TensorFile file = small_file();
  const auto path = folder.file("m.gmodel", bytes_of(file));
  CHECK(looks_like_tensors(path));
  const TensorFile back = read_tensors(path);
  CHECK(back.metadata == file.metadata);
  REQUIRE(back.tensors.size() == 3);
  CHECK(back.tensors.at("whole").values == file.tensors.at("whole").values);
  CHECK(back.tensors.at("whole").shape == std::vector<std::int64_t>{2, 3});
  CHECK(back.tensors.at("halves").values == std::vector<float>{1, 0.0999755859375F, -65504, 0});
  CHECK(back.tensors.at("none").rows() == 0);
  CHECK(bytes_of(back) == bytes_of(file));
  CHECK(checksum_of(back) == checksum_of(file));
  CHECK(as_half(0.1F) == 0.0999755859375F);
}

TEST_CASE("arrays begin at a multiple of eight bytes, as the format's own writer has them") {
  const std::string bytes = bytes_of(small_file());
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length % 8 == 0);
}

TEST_CASE("a damaged model file is refused with what is wrong with it") {
  const std::string good = bytes_of(small_file());
  const auto says = [](const std::string& bytes, const std::string& fault) {
    CHECK_THAT(refusal(bytes).message(), Contains(fault));
  };
  says("abc", "it has 3 bytes, less than a header's length");
  says(std::string(8, '\xFF') + good.substr(8),
       "it says that its header has 18446744073709551615 bytes, and the file has");
  says(good.substr(0, 60), "and the file has 60");
  says(with_header(good, [](const std::string&) { return "{]"; }), "its header is no JSON object with '__metadata__'");
  says(swapped(good, "__metadata__", "__metadatum_"), "its header is no JSON object");
  says(with_header(good, [](const std::string&) { return R"({"__metadata__": {"card": 3}})"; }),
       "its metadata 'card' is no text");
  says(swapped(good, "\"dtype\"", "\"dtipe\""), "lacks its type, shape or place");
  says(swapped(good, "F16", "I64"), "is of a type other than F32 and F16");
  says(swapped(good, "[4]", "[-4]"), "array 'halves' has a size that is no number");
  says(swapped(good, "[4]", "[4611686018427387904]"), "array 'halves' is larger than the file");
  says(swapped(good, "[4]", "[5]"), "array 'halves' lies at bytes 0 to 8 of 32, which is not its shape's size");
  says(swapped(good, "[2,3]", "[3,2,30,30]"), "which is not its shape's size");
  says(swapped(good, "[8,32]", "[0,24]"), "overlaps another or leaves a gap");
  says(good + "abcd", "its arrays end at byte 32 of 36");
  std::string flipped = good;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  says(flipped, "its checksum is not that of its content");
  says(swapped(good, "quoted", "bribed"), "its checksum is not that of its content");
}

TEST_CASE("a model that is not there cannot be read") {
  const Error error = error_of([] { (void)read_tensors("/nowhere/m.gmodel"); });
  CHECK(error.message() == "model '/nowhere/m.gmodel' cannot be read");
  CHECK_FALSE(looks_like_tensors("/nowhere/m.gmodel"));
}
