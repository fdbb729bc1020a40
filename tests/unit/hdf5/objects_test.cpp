// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <array>
#include <fstream>

#include "hdf5/attribute.hpp"
#include "hdf5/create.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/file.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/strings.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"

using namespace gemflow;
using namespace gemflow::hdf5;
using Texts = std::vector<std::string>;

namespace {

// A new file in a folder of its own.
struct TestFile {
  test::TempFolder folder;
  std::filesystem::path path = folder / "test.h5";
  Handle file = create_file(path);
};

Handle fixed_text(std::size_t size, H5T_str_t padding, H5T_cset_t set = H5T_CSET_ASCII) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, size);
  H5Tset_strpad(type, padding);
  H5Tset_cset(type, set);
  return type;
}

void put_attribute(hid_t object, const char* name, hid_t type, std::vector<hsize_t> extent, const void* values) {
  const Handle space(extent.empty() ? H5Screate(H5S_SCALAR)
                                    : H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr),
                     H5Sclose);
  const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  REQUIRE(H5Awrite(attribute, type, values) >= 0);
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("what HDF5 says of a full disk is told without times and addresses") {
  const auto reason_of = [](const char* text) {
    H5Eclear2(H5E_DEFAULT);
    H5Epush2(H5E_DEFAULT, "H5FDsec2.c", "H5FD_sec2_write", 1, H5E_ERR_CLS, H5E_IO, H5E_WRITEERROR, "%s", text);
    std::string reason = last_reason();
    H5Eclear2(H5E_DEFAULT);
    return reason;
  };
  CHECK(reason_of("file write failed: time = Sat Nov 28 09:54:58 2026\n, filename = 'a.h5ad', file descriptor = 5, errno = 28, "
                  "error message = 'No space left on device', buf = 0x555e47d33cff, total write size = 305, offset = 2048") ==
        "file write failed: No space left on device");
  CHECK(reason_of("object 'X' doesn't exist") == "object 'X' doesn't exist");
}

TEST_CASE("attributes come back as they were written") {
  const TestFile test;
  const Texts names{"a", "", "gène"};
  const std::array<std::int64_t, 2> shape{3, 1LL << 40};
  write_attribute(test.file, "kind", "csr_matrix");
  write_attribute(test.file, "names", names);
  write_attribute(test.file, "none", Texts{});
  write_attribute(test.file, "shape", shape);
  write_flag_attribute(test.file, "ordered", true);
  CHECK(text_attribute(test.file, "kind") == "csr_matrix");
  CHECK(texts_attribute(test.file, "names") == names);
  CHECK(texts_attribute(test.file, "none") == Texts{});
  CHECK(integers_attribute(test.file, "shape") == std::vector<std::int64_t>{3, 1LL << 40});
  CHECK(integer_attribute(test.file, "ordered") == 1);
  write_attribute(test.file, "kind", "csc_matrix");
  CHECK(text_attribute(test.file, "kind") == "csc_matrix");
}

TEST_CASE("an attribute that is absent, or is something else, is absent") {
  const TestFile test;
  write_attribute(test.file, "text", "x");
  const Handle space(H5Screate(H5S_NULL), H5Sclose);
  const Handle empty(H5Acreate2(test.file, "empty", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  CHECK(!text_attribute(test.file, "no such"));
  CHECK(!integers_attribute(test.file, "text"));
  CHECK(!integer_attribute(test.file, "text"));
  CHECK(!text_attribute(test.file, "empty"));
  CHECK(!texts_attribute(test.file, "empty"));
  CHECK(!referenced_by(test.file, "text").is_open());
}

TEST_CASE("texts of fixed length lose their padding and nothing else") {
  const TestFile test;
  put_attribute(test.file, "nullterm", fixed_text(6, H5T_STR_NULLTERM), {}, "ab\0zz");
  put_attribute(test.file, "nullpad", fixed_text(4, H5T_STR_NULLPAD, H5T_CSET_UTF8), {1}, "ab\0\0");
  put_attribute(test.file, "spacepad", fixed_text(4, H5T_STR_SPACEPAD), {2}, "ab  cdef");
  put_attribute(test.file, "full", fixed_text(2, H5T_STR_NULLPAD), {}, "ab");
  CHECK(text_attribute(test.file, "nullterm") == "ab");
  CHECK(text_attribute(test.file, "nullpad") == "ab");
  CHECK(texts_attribute(test.file, "spacepad") == Texts{"ab", "cdef"});
  CHECK(text_attribute(test.file, "full") == "ab");
}

TEST_CASE("datasets of strings are read in slices, whatever their length is stored like") {
  const TestFile test;
  Texts names;
  for (int i = 0; i < 100'000; ++i) names.push_back("cell " + std::to_string(i));
  write_texts(test.file, "variable", names);
  CHECK(read_strings(test.file, "variable") == names);

  const Handle type = fixed_text(5, H5T_STR_NULLPAD);
  const Handle fixed = create_dataset(test.file, "fixed", type, {{3}, {}, false, 0, false});
  write_rows(fixed, type, 0, 3, "one\0\0two\0\0three");
  Texts two;
  Strings(open_dataset(test.file, "fixed")).append(1, 2, two);
  CHECK(two == Texts{"two", "three"});

  const Handle unwritten = create_dataset(test.file, "unwritten", text_type(), {{2}, {2}, false, 0, false});
  CHECK(read_strings(test.file, "unwritten") == Texts{"", ""});
  const Handle scalar = create_dataset(test.file, "scalar", type, {});
  write_rows(scalar, type, 0, 1, "alone");
  CHECK(read_strings(test.file, "scalar") == Texts{"alone"});
}

TEST_CASE("numbers of any stored type and byte order are converted") {
  const TestFile test;
  const std::array<double, 3> values{1, 2, 250};
  for (const hid_t type : {H5T_STD_U8LE, H5T_STD_I16BE, H5T_STD_U64BE, H5T_IEEE_F32BE, H5T_IEEE_F64LE}) {
    const Handle dataset = create_dataset(test.file, "n" + std::to_string(type), type, {{3}, {}, false, 0, false});
    write_rows(dataset, H5T_NATIVE_DOUBLE, 0, 3, values.data());
    std::vector<std::int64_t> read(2);
    read_numbers(dataset, 1, std::span(read));
    CHECK(read == std::vector<std::int64_t>{2, 250});
  }
  const Handle flags = create_dataset(test.file, "flags", bool_type(), {{2}, {}, false, 0, false});
  const std::array<std::int8_t, 2> both{1, 0};
  write_rows(flags, bool_type(), 0, 2, both.data());
  std::vector<double> read(2);
  read_numbers(flags, 0, std::span(read));
  CHECK(read == std::vector<double>{1, 0});
  CHECK(holds_bools(flags));
}

TEST_CASE("errors name the file, the object and what is wrong with it") {
  const TestFile test;
  const std::string file = "'" + test.path.string() + "'";
  create_group(test.file, "X");
  write_texts(test.file, "names", Texts{"a"});
  CHECK(error_of([&] { return open_dataset(test.file, "X"); }).message() == "writing " + file + ": X is no dataset");
  CHECK(error_of([&] { return open_group(test.file, "X/y"); }).message() ==
        "writing " + file + ": X/y is not in this file");
  CHECK(holds(error_of([&] { return open_group(test.file, "names"); }).message(), "names is no group"));
  const Handle names = open_dataset(test.file, "names");
  std::vector<double> numbers(1);
  CHECK(holds(error_of([&] { read_numbers(names, 0, std::span(numbers)); }).message(), "names holds no numbers"));
  const Handle square = create_dataset(test.file, "square", H5T_STD_I8LE, {{2, 2}, {}, false, 0, false});
  CHECK(holds(error_of([&] { (void)length_of(square); }).message(), "square has 2 axes where 1 is expected"));
  CHECK(holds(error_of([&] { return Strings(open_dataset(test.file, "square")); }).message(), "square holds no strings"));
  CHECK(holds(error_of([&] { read_numbers(square, 2, std::span(numbers)); }).message(), "has 2 rows where"));
}

TEST_CASE("a file that is none, is cut short, or is not there says so") {
  const test::TempFolder folder;
  const auto message = [&](const std::string& name) {
    return error_of([&] { return open_to_read(folder / name, silence()); }).message();
  };
  std::ofstream(folder / "text.h5ad") << "version https://git-lfs";
  CHECK(holds(message("text.h5ad"), "text.h5ad': not a readable HDF5 file"));
  CHECK(holds(message("absent.h5ad"), "absent.h5ad': no such file"));
  {
    const Handle file = create_file(folder / "whole.h5");
    write_texts(file, "names", Texts(1000, "a name"));
  }
  std::filesystem::copy(folder / "whole.h5", folder / "cut.h5");
  std::filesystem::resize_file(folder / "cut.h5", std::filesystem::file_size(folder / "cut.h5") - 1);
  const Error cut = error_of([&] { return open_to_read(folder / "cut.h5", silence()); });
  CHECK(holds(cut.message(), "cut.h5': the file is cut short (truncated file"));
  CHECK(cut.kind() == ErrorKind::input);
}

TEST_CASE("nothing outside the file is read") {
  const test::TempFolder folder;
  {
    const Handle other = create_file(folder / "other.h5");
    write_texts(other, "secret", Texts{"x"});
  }
  const Handle file = create_file(folder / "test.h5");
  REQUIRE(H5Lcreate_external((folder / "other.h5").c_str(), "/secret", file, "outside", H5P_DEFAULT, H5P_DEFAULT) >= 0);
  CHECK(kind_of(file, "outside") == NodeKind::none);
  CHECK(holds(error_of([&] { return open_dataset(file, "outside"); }).message(), "outside is not in this file"));

  const Handle external(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_external(external, "/etc/hostname", 0, 8);
  const hsize_t eight = 8;
  const Handle space(H5Screate_simple(1, &eight, nullptr), H5Sclose);
  const Handle stolen(H5Dcreate2(file, "stolen", H5T_STD_I8LE, space, H5P_DEFAULT, external, H5P_DEFAULT), H5Dclose);
  REQUIRE(stolen.is_open());
  const Error error = error_of([&] { return open_dataset(file, "stolen"); });
  CHECK(error.kind() == ErrorKind::unsupported);
  CHECK(holds(error.message(), "stolen has external storage: its values lie in other files"));

  const Handle view(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  REQUIRE(H5Pset_virtual(view, space, (folder / "other.h5").c_str(), "numbers", space) >= 0);
  const Handle imagined(H5Dcreate2(file, "virtual", H5T_STD_I8LE, space, H5P_DEFAULT, view, H5P_DEFAULT), H5Dclose);
  REQUIRE(imagined.is_open());
  CHECK(holds(error_of([&] { return open_dataset(file, "virtual"); }).message(), "virtual is a virtual dataset: its values lie in other files"));
}

TEST_CASE("promises that are not kept are not believed") {
  const TestFile test;
  create_dataset(test.file, "X", H5T_IEEE_F32LE, {{1 << 24, 1 << 20}, {1, 1 << 20}, false, 0, false});
  CHECK(holds(error_of([&] { return open_dataset(test.file, "X"); }).message(), "X promises 65536.0 GiB but stores 0 bytes"));
  create_dataset(test.file, "long", H5T_STD_I8LE, {{hsize_t{1} << 60}, {1024}, false, 0, false});
  CHECK(holds(error_of([&] { return open_dataset(test.file, "long"); }).message(), "long promises an axis of"));
}

TEST_CASE("a filter that HDF5 does not have is named") {
  const TestFile test;
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  const hsize_t four = 4;
  H5Pset_chunk(creation, 1, &four);
  H5Pset_filter(creation, 299, H5Z_FLAG_OPTIONAL, 0, nullptr);
  const Handle space(H5Screate_simple(1, &four, nullptr), H5Sclose);
  const Handle dataset(H5Dcreate2(test.file, "packed", H5T_STD_I8LE, space, H5P_DEFAULT, creation, H5P_DEFAULT), H5Dclose);
  REQUIRE(dataset.is_open());
  const Error error = error_of([&] { require_filters(dataset); });
  CHECK(error.kind() == ErrorKind::unsupported);
  CHECK(holds(error.message(), "packed is packed with filter 299"));
  CHECK(holds(error.message(), "which is not read yet"));
}

TEST_CASE("what would not fit in memory is refused before it is read") {
  const TestFile test;
  write_texts(test.file, "names", Texts{"a", "b", "c"});
  CHECK(holds(error_of([&] { return read_strings(test.file, "names", 2); }).message(),
              "names holds 3 strings, more than the 2 that are kept in memory"));
  create_dataset(test.file, "wide", fixed_text((64U << 20) + 1, H5T_STR_NULLPAD), {{1}, {1}, false, 0, false});
  CHECK(holds(error_of([&] { return Strings(open_dataset(test.file, "wide")); }).message(),
              "wide holds strings of more than 64 MiB"));
  create_dataset(test.file, "numbers", H5T_STD_I8LE, {{9}, {}, false, 0, false});
  CHECK(holds(error_of([&] { return read_integers(test.file, "numbers", 8); }).message(),
              "numbers holds 9 numbers where at most 8 are expected"));
}

TEST_CASE("an attribute of millions of elements is refused") {
  const test::TempFolder folder;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
  const Handle file(H5Fcreate((folder / "a.h5").c_str(), H5F_ACC_EXCL, H5P_DEFAULT, access), H5Fclose);
  const Handle group = create_group(file, "obs", true);
  const std::vector<std::int8_t> many((1U << 20) + 1);
  put_attribute(group, "column-order", H5T_STD_I8LE, {many.size()}, many.data());
  CHECK(holds(error_of([&] { return texts_attribute(group, "column-order"); }).message(),
              "obs has an attribute that is too large"));
}

TEST_CASE("a file that may not be read, and a folder that is not there, are errors of io") {
  const test::TempFolder folder;
  create_file(folder / "a.h5");
  const Error nowhere = error_of([&] { return create_file(folder / "no/a.h5"); });
  CHECK(nowhere.kind() == ErrorKind::io);
  CHECK(holds(nowhere.message(), "writing '" + (folder / "no/a.h5").string() + "': No such file or directory"));
  const Error no_hdf5 = error_of([&] { return open_to_add(folder.file("text.h5", "no HDF5 at all")); });
  CHECK(no_hdf5.kind() == ErrorKind::io);
  CHECK(holds(no_hdf5.message(), "text.h5': HDF5 failed ("));

  std::filesystem::permissions(folder / "a.h5", std::filesystem::perms::none);
  const uid_t self = geteuid();
  if (self == 0) REQUIRE(seteuid(65534) == 0);  // root may read everything
  const Error closed = error_of([&] { return open_to_read(folder / "a.h5", silence()); });
  if (self == 0) REQUIRE(seteuid(0) == 0);
  CHECK(closed.kind() == ErrorKind::io);
  CHECK(holds(closed.message(), "permission denied"));
}
