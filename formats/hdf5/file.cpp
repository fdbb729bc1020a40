// SPDX-License-Identifier: Apache-2.0
#include "hdf5/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hdf5/fault.hpp"
#include "hdf5/lzf.hpp"

namespace gemflow::hdf5 {
namespace {

// What Linux says where a file system knows no locks (NFS, Lustre, GPFS); 524 is the kernel's own ENOTSUPP.
constexpr std::array<int, 4> no_locks_here{ENOLCK, ENOSYS, EOPNOTSUPP, 524};

// "unable to lock file, errno = 11, error message = …": the number, 0 where the sentence has none.
int errno_in(const std::string& reason) {
  constexpr std::string_view key = "errno = ";
  const std::size_t at = reason.find(key);
  return at == std::string::npos ? 0 : std::atoi(reason.c_str() + at + key.size());
}

Handle file_access(bool use_locks) {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fclose_degree(access, H5F_CLOSE_SEMI);
  if (!use_locks) H5Pset_file_locking(access, 0, 1);
  return access;
}

struct Attempt {
  Handle file;
  std::string reason;  // why it failed; asked for before any other call of HDF5 forgets it
};

Attempt try_open(const std::filesystem::path& path, unsigned flags, bool use_locks) {
  const Handle access = file_access(use_locks);
  Attempt attempt{{H5Fopen(path.c_str(), flags, access), H5Fclose}, {}};
  if (!attempt.file.is_open()) attempt.reason = last_reason();
  return attempt;
}

std::string in_quotes(const std::filesystem::path& path) { return "'" + printable(path.string(), 4096) + "'"; }

[[noreturn]] void fail_to_open(const std::filesystem::path& path, const std::string& reason) {
  const std::string file = in_quotes(path);
  const int number = errno_in(reason);
  if (number == ENOENT) throw Error(ErrorKind::input, fmt::format("opening {}: no such file", file));
  if (number == EACCES || number == EPERM) throw Error(ErrorKind::io, fmt::format("opening {}: permission denied", file));
  if (number == EAGAIN) {
    throw Error(ErrorKind::io, fmt::format("opening {}: another program is writing it", file), "wait until it is done");
  }
  if (reason.find("truncated") != std::string::npos || reason.find("overflow") != std::string::npos) {
    throw Error(ErrorKind::input, fmt::format("opening {}: the file is cut short ({})", file, reason),
                "copy or download it again");
  }
  if (number != 0) throw Error(ErrorKind::io, fmt::format("opening {}: {}", file, std::generic_category().message(number)));
  throw Error(ErrorKind::input, fmt::format("opening {}: not a readable HDF5 file ({})", file, reason));
}

[[noreturn]] void fail_to_write(const std::filesystem::path& path, const std::string& reason) {
  if (const int number = errno_in(reason); number != 0) {
    throw Error(ErrorKind::io, fmt::format("writing {}: {}", in_quotes(path), std::generic_category().message(number)));
  }
  throw Error(ErrorKind::io, fmt::format("writing {}: HDF5 failed ({})", in_quotes(path), reason));
}

bool has_no_locks(const std::string& reason) {
  const int number = errno_in(reason);
  return reason.find("lock") != std::string::npos &&
         std::find(no_locks_here.begin(), no_locks_here.end(), number) != no_locks_here.end();
}

// Before the first call of HDF5 that makes it register its exit handler, if we are the first.
void prepare_library() {
  static const herr_t without_handler = H5dont_atexit();
  static_cast<void>(without_handler);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  register_lzf();
}

}  // namespace

Handle open_to_read(const std::filesystem::path& path, Report& report) {
  prepare_library();
  Attempt attempt = try_open(path, H5F_ACC_RDONLY, true);
  if (attempt.file.is_open()) return std::move(attempt.file);
  if (!has_no_locks(attempt.reason)) fail_to_open(path, attempt.reason);
  attempt = try_open(path, H5F_ACC_RDONLY, false);
  if (!attempt.file.is_open()) fail_to_open(path, attempt.reason);
  report.warning(fmt::format("{} lies on a file system without locks and is read without one", in_quotes(path)));
  return std::move(attempt.file);
}

Handle create_file(const std::filesystem::path& path) {
  prepare_library();
  Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation, false);
  const Handle access = file_access(false);
  Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access), H5Fclose);
  if (!file.is_open()) fail_to_write(path, last_reason());
  return file;
}

Handle open_to_add(const std::filesystem::path& path) {
  prepare_library();
  Attempt attempt = try_open(path, H5F_ACC_RDWR, false);
  if (!attempt.file.is_open()) fail_to_write(path, attempt.reason);
  return std::move(attempt.file);
}

void close_written(Handle& file, const std::filesystem::path& path) {
  if (H5Fflush(file, H5F_SCOPE_LOCAL) < 0 || !file.close()) fail_to_write(path, last_reason());
}

int descriptor_of(hid_t file) {
  void* descriptor = nullptr;
  checked(H5Fget_vfd_handle(file, H5P_DEFAULT, &descriptor), file, "has no descriptor");
  return *static_cast<const int*>(descriptor);
}

void continue_in_memory(int descriptor) noexcept {
  int memory = memfd_create("given up", MFD_CLOEXEC);
  if (memory < 0) memory = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (memory < 0) return;
  dup2(memory, descriptor);
  close(memory);
}

hsize_t file_size(hid_t file) {
  hsize_t size = 0;
  checked(H5Fget_filesize(file, &size), file, "has no readable size");
  return size;
}

}  // namespace gemflow::hdf5
