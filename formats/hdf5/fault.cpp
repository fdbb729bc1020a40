// SPDX-License-Identifier: Apache-2.0
#include "hdf5/fault.hpp"

#include <fmt/format.h>

#include <array>

#include "hdf5/location.hpp"

namespace gemflow::hdf5 {
namespace {

// HDF5 walks upward from the place where it failed: the first entry is the most telling.
herr_t keep_first(unsigned index, const H5E_error2_t* entry, void* sentence) {
  if (index == 0 && entry->desc != nullptr) *static_cast<std::string*>(sentence) = entry->desc;
  return 0;
}

/// Of "file write failed: time = …, error message = 'No space left on device', buf = …" what a reader can use.
std::string without_addresses(const std::string& sentence) {
  constexpr std::string_view message = "error message = '";
  const std::size_t details = sentence.find(": time = ");
  const std::size_t begin = sentence.find(message);
  if (details == std::string::npos || begin == std::string::npos) return sentence;
  const std::size_t from = begin + message.size();
  return sentence.substr(0, details + 2) + sentence.substr(from, sentence.find('\'', from) - from);
}

bool is_written(hid_t object) {
  const Handle file(H5Iget_file_id(object), H5Fclose);
  unsigned intent = H5F_ACC_RDONLY;
  return file.is_open() && H5Fget_intent(file, &intent) >= 0 && (intent & H5F_ACC_RDWR) != 0;
}

/// What a sentence is about: an object by its path, or the file that was named already.
std::string subject_of(hid_t object, std::string_view child) {
  const std::string path = path_of(object, child);
  return path == "/" ? "it" : path;
}

std::string file_of(hid_t object) {
  std::array<char, 4096> name{};
  return H5Fget_name(object, name.data(), name.size()) > 0 ? name.data() : "";
}

}  // namespace

std::string last_reason() {
  std::string sentence;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &sentence);
  return printable(without_addresses(sentence));
}

std::string path_of(hid_t object, std::string_view child) {
  std::string path = location_of(object);
  if (path.empty() || path.back() != '/') path += '/';
  path += child;
  if (child.empty() && path.size() > 1) path.pop_back();
  return printable(path.size() > 1 ? path.substr(1) : path);
}

std::string doing_to(hid_t object) {
  return fmt::format("{} '{}'", is_written(object) ? "writing" : "reading", printable(file_of(object), 4096));
}

Error fault(hid_t object, std::string_view what, std::string hint, std::string_view child) {
  return Error(ErrorKind::input, fmt::format("{}: {} {}", doing_to(object), subject_of(object, child), what),
               std::move(hint));
}

Error fault(ErrorKind kind, hid_t object, std::string_view what, std::string hint) {
  return Error(kind, fmt::format("{}: {} {}", doing_to(object), subject_of(object, {}), what), std::move(hint));
}

void fail(hid_t object, std::string_view what, std::string_view child) {
  const std::string reason = last_reason();
  if (reason.find("version number") != std::string::npos) {
    throw fault(object, fmt::format("is written for a newer HDF5 than this one ({})", reason),
                "write it with HDF5's libver='earliest', as anndata does", child);
  }
  const std::string sentence = reason.empty() ? std::string(what) : fmt::format("{} ({})", what, reason);
  throw Error(is_written(object) ? ErrorKind::io : ErrorKind::input,
              fmt::format("{}: {} {}", doing_to(object), path_of(object, child), sentence));
}

}  // namespace gemflow::hdf5
