// SPDX-License-Identifier: Apache-2.0
#include "hdf5/number_stream.hpp"

#include <libdeflate.h>

#include <cstring>
#include <numeric>
#include <random>

#include "gemflow/run/workers.hpp"
#include "hdf5/create.hpp"
#include "hdf5/file.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/shuffle.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"

using namespace gemflow;
using namespace gemflow::hdf5;

namespace {

constexpr std::size_t memory = std::size_t{1} << 30;

struct TestFile {
  test::TempFolder folder;
  Handle file = create_file(folder / "test.h5");
};

// Whole numbers from 0 to 120: every number type holds them.
std::vector<double> some_numbers(std::size_t n) {
  std::mt19937 random(7);
  std::vector<double> numbers(n);
  for (double& number : numbers) number = static_cast<double>(random() % 121);
  return numbers;
}

// Unpacks all of a stream in slices of several lengths, so that chunks straddle them in every way.
template <typename T>
std::vector<T> read_in_slices(NumberStream& stream, Workers& workers) {
  std::vector<T> all(static_cast<std::size_t>(stream.size()));
  std::size_t length = 1;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t n = std::min(length, all.size() - at);
    stream.read(static_cast<std::int64_t>(at), std::span(all).subspan(at, n), workers);
    at += n;
    length = length * 5 % 997;
  }
  return all;
}

template <typename T>
std::vector<T> as(const std::vector<double>& numbers) {
  std::vector<T> converted;
  for (const double number : numbers) converted.push_back(static_cast<T>(number));
  return converted;
}

std::vector<unsigned char> deflated(std::span<const unsigned char> raw) {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(1);
  std::vector<unsigned char> packed(libdeflate_zlib_compress_bound(compressor, raw.size()));
  packed.resize(libdeflate_zlib_compress(compressor, raw.data(), raw.size(), packed.data(), packed.size()));
  libdeflate_free_compressor(compressor);
  return packed;
}

}  // namespace

TEST_CASE("shuffling sixteen elements at a time gives what one byte after the other gives") {
  std::mt19937 random(3);
  for (const std::size_t element : {1U, 2U, 3U, 4U, 8U, 16U}) {
    for (const std::size_t size : {0U, 1U, 7U, 16U, 63U, 64U, 128U, 130U, 4099U}) {
      std::vector<unsigned char> plain(size);
      for (unsigned char& byte : plain) byte = static_cast<unsigned char>(random());
      std::vector<unsigned char> expected(size);
      std::vector<unsigned char> shuffled(size);
      std::vector<unsigned char> back(size);
      shuffle_bytewise(plain, element, expected);
      shuffle(plain, element, shuffled);
      CHECK(shuffled == expected);
      unshuffle(shuffled, element, back);
      CHECK(back == plain);
      unshuffle_bytewise(shuffled, element, back);
      CHECK(back == plain);
    }
  }
}

TEST_CASE("numbers of every type come out of raw chunks and out of HDF5 alike") {
  const TestFile test;
  const auto workers = start_workers(3);
  const std::vector<double> numbers = some_numbers(5'000);
  const bool is_packed = GENERATE(true, false);
  for (const hid_t type : {H5T_STD_I8LE, H5T_STD_I16LE, H5T_STD_I32LE, H5T_STD_I64LE, H5T_STD_U8LE, H5T_STD_U16LE,
                           H5T_STD_U32LE, H5T_STD_U64LE, H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_STD_I32BE, H5T_IEEE_F64BE}) {
    for (const bool is_shuffled : {true, false}) {
      const Layout layout = is_packed ? Layout{{5'000}, {640}, true, 4, is_shuffled} : Layout{{5'000}, {}, false, 0, false};
      const std::string name = std::to_string(type) + (is_shuffled ? "s" : "");
      write_rows(create_dataset(test.file, name, type, layout), H5T_NATIVE_DOUBLE, 0, 5'000, numbers.data());
      NumberStream stream(test.file, name, memory);
      const bool is_big_endian = type == H5T_STD_I32BE || type == H5T_IEEE_F64BE;
      CHECK(stream.slow_because().empty() == (is_packed && !is_big_endian));
      CHECK(read_in_slices<double>(stream, *workers) == numbers);
      CHECK(read_in_slices<std::int64_t>(stream, *workers) == as<std::int64_t>(numbers));
      CHECK(read_in_slices<std::int32_t>(stream, calling_thread()) == as<std::int32_t>(numbers));
    }
  }
}

TEST_CASE("a gene number that does not fit becomes one that no gene has") {
  const TestFile test;
  const std::vector<std::int64_t> numbers{1, -1, 1LL << 31, -(1LL << 40), (1LL << 31) - 1};
  const Handle dataset = create_dataset(test.file, "indices", H5T_STD_I64LE, {{5}, {8}, true, 1, false});
  write_rows(dataset, H5T_NATIVE_INT64, 0, 5, numbers.data());
  NumberStream stream(test.file, "indices", memory);
  CHECK(read_in_slices<std::int32_t>(stream, calling_thread()) == std::vector<std::int32_t>{1, -1, -1, -1, 2147483647});
}

TEST_CASE("chunks that were never written hold the fill value") {
  const test::TempFolder folder;
  const std::vector<float> written{1, 2, 3, 4};
  {
    const Handle file = create_file(folder / "a.h5");
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    const hsize_t chunk = 4;
    const hsize_t size = 11;
    const float fill = 2.5F;
    H5Pset_chunk(creation, 1, &chunk);
    H5Pset_deflate(creation, 1);
    H5Pset_fill_value(creation, H5T_NATIVE_FLOAT, &fill);
    const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
    for (const char* name : {"none", "one"}) {
      const Handle dataset(H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT), H5Dclose);
      if (name == std::string("one")) write_rows(dataset, H5T_NATIVE_FLOAT, 4, 4, written.data());
    }
  }
  const Handle file = open_to_read(folder / "a.h5", silence());
  NumberStream none(file, "none", memory);
  NumberStream one(file, "one", memory);
  REQUIRE(one.slow_because().empty());
  CHECK(read_in_slices<double>(none, calling_thread()) == std::vector<double>(11, 2.5));
  CHECK(read_in_slices<double>(one, calling_thread()) ==
        std::vector<double>{2.5, 2.5, 2.5, 2.5, 1, 2, 3, 4, 2.5, 2.5, 2.5});
}

TEST_CASE("a chunk may leave out filters, each by its bit") {
  const TestFile test;
  const Handle dataset = create_dataset(test.file, "x", H5T_STD_I32LE, {{8 * 64}, {64}, true, 4, true});
  std::vector<double> expected;
  for (std::uint32_t chunk = 0; chunk < 8; ++chunk) {
    std::vector<std::int32_t> values(64);
    std::iota(values.begin(), values.end(), static_cast<std::int32_t>(chunk * 1000));
    expected.insert(expected.end(), values.begin(), values.end());
    const std::uint32_t mask = chunk % 4;  // bit 0: shuffle, bit 1: deflate
    std::vector<unsigned char> bytes(256);
    std::memcpy(bytes.data(), values.data(), 256);
    std::vector<unsigned char> next(256);
    if ((mask & 1) == 0) {
      shuffle(bytes, 4, next);
      bytes = next;
    }
    if ((mask & 2) == 0) bytes = deflated(bytes);
    const hsize_t offset = chunk * 64;
    REQUIRE(H5Dwrite_chunk(dataset, H5P_DEFAULT, mask, &offset, bytes.size(), bytes.data()) >= 0);
  }
  NumberStream stream(test.file, "x", memory);
  CHECK(read_in_slices<double>(stream, calling_thread()) == expected);
}

TEST_CASE("a damaged chunk is an error of its dataset, also on a worker") {
  const TestFile test;
  const auto workers = start_workers(2);
  const Handle dataset = create_dataset(test.file, "data", H5T_STD_I32LE, {{64}, {16}, true, 4, false});
  const std::vector<unsigned char> nonsense(40, 'x');
  for (hsize_t offset = 0; offset < 64; offset += 16) {
    const std::vector<unsigned char> raw(64, 1);
    const std::vector<unsigned char> good = deflated(raw);
    const auto& bytes = offset == 32 ? nonsense : good;
    REQUIRE(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, &offset, bytes.size(), bytes.data()) >= 0);
  }
  NumberStream stream(test.file, "data", memory);
  std::vector<double> slice(64);
  const Error error = error_of([&] { stream.read(0, std::span(slice), *workers); });
  CHECK(error.kind() == ErrorKind::input);
  CHECK(error.message() == "writing '" + (test.folder / "test.h5").string() +
                               "': data is damaged: a chunk cannot be unpacked");

  // As does one that unpacks to less than a chunk, and one that is far too large to be one.
  const hsize_t third = 32;
  const std::vector<unsigned char> less = deflated(std::vector<unsigned char>(60, 1));
  REQUIRE(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, &third, less.size(), less.data()) >= 0);
  CHECK(error_of([&] { stream.read(0, std::span(slice), *workers); }).message() == error.message());
  const std::vector<unsigned char> huge(5'000, 1);
  REQUIRE(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, &third, huge.size(), huge.data()) >= 0);
  CHECK(error_of([&] { stream.read(0, std::span(slice), *workers); }).message().find("data has a chunk of 5000 bytes") !=
        std::string::npos);
}

TEST_CASE("a chunk that is larger than the memory is refused before it is read") {
  const TestFile test;
  create_dataset(test.file, "data", H5T_STD_I32LE, {{1 << 20}, {1 << 20}, true, 4, false});
  const Error error = error_of([&] { NumberStream(test.file, "data", std::size_t{2} << 20); });
  CHECK(error.kind() == ErrorKind::memory);
  CHECK(error.message().find("data is stored in chunks of 4 MiB, more than the 2 MiB that may be used") !=
        std::string::npos);
}
