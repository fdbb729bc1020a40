// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "gemflow/core/file_descriptor.hpp"
#include "gemflow/core/job.hpp"

struct stat;  // the system's: what it tells of a file

namespace gemflow {

/// How a file may come to its name.
struct DestinationOptions {
  bool overwrite = false;                           ///< an existing file may be replaced
  std::span<const std::filesystem::path> inputs{};  ///< files that it must not be, by whatever name
};

/// A file that appears under its name when it is whole. Until then it is a hidden file of a random name in the same
/// folder; destroyed before `commit`, it leaves no trace and an older file of that name is as it was. Symbolic links
/// are followed: the file that they lead to is replaced, the links stay.
class Destination {
 public:
  /// Looks whether `out` may be written and makes the hidden file, empty. `job` must outlive it.
  /// Errors: usage (exists, is an input, is no regular file), io (folder not there or not writable).
  Destination(std::filesystem::path out, const DestinationOptions& options, Job& job);
  Destination(const Destination&) = delete;
  Destination& operator=(const Destination&) = delete;
  ~Destination();

  /// As the user wrote it, for messages: never a link's target, never the hidden name.
  [[nodiscard]] const std::filesystem::path& out() const noexcept { return out_; }
  /// The hidden file: what is opened, written and closed by others.
  [[nodiscard]] const std::filesystem::path& hidden() const noexcept { return hidden_; }

  /// Puts the bytes behind those that it has been given. Errors: io (disk full).
  void write(std::string_view bytes);

  /// Throws io, with both numbers, if the folder has no room for so many bytes more, or a file may not be so large.
  void require_space(std::uint64_t bytes) const;

  /// The same, and where the file system can, keeps so much room for the hidden file until it is committed: who writes it next
  /// meets no full disk. HDF5 1.10.8 does not survive one while it copies objects.
  void reserve_space(std::uint64_t bytes);

  /// Fills the hidden file with the bytes of `in`: shared with it where the file system can, else copied inside the
  /// kernel. Errors: io (also too little room, before anything is copied), input (it changed meanwhile), interrupted.
  void copy_of(const std::filesystem::path& in);

  /// To the disk, then to its name, then the folder to the disk. REQUIRES: whoever wrote the hidden file has closed it.
  /// Errors: io; usage where a file of that name came up meanwhile. After an error nothing is left.
  void commit();

  /// Is it the hidden file that is open under this descriptor?
  [[nodiscard]] bool is_hidden_file(int descriptor) const noexcept;

  /// Gives up: the hidden file is emptied and goes. Its space is free even while somebody still holds it open.
  void abandon() noexcept;

 private:
  Destination(Job& job, std::filesystem::path out, bool overwrite);
  void require_replaceable(const struct stat& there, const DestinationOptions& options) const;
  void make_hidden_file(const DestinationOptions& options);
  void keep_permissions(const struct stat& of) const;
  [[noreturn]] void fail(const char* what, int error) const;

  std::filesystem::path out_;
  std::filesystem::path target_;  ///< `out_` with its links followed
  std::filesystem::path hidden_;
  FileDescriptor file_;
  Job* job_;
  bool overwrite_;
  bool has_reserve_ = false;  ///< blocks beyond the file's end are kept for it
  bool is_there_ = false;  ///< the hidden file exists and is ours
};

}  // namespace gemflow
