// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace gemflow {

/// What kind of failure it is; the command line turns each kind into one exit code.
enum class ErrorKind {
  usage,        ///< wrong option, OUT exists, OUT is IN, unknown key
  input,        ///< a file is not what it says, is damaged, or holds no raw counts
  unsupported,  ///< understood but not done; wrong modality; too many outliers; offline
  io,           ///< disk full, no permission
  model,        ///< the model refused: a key or a value that it does not know
  quota,        ///< the hosted model's limit is reached
  internal,     ///< a bug of ours
  pending,      ///< a job may be running or paid; a rerun could pay twice
  network,      ///< time-out or outage, and a rerun charges nothing twice
  memory,       ///< the budget or an allocation failed
  interrupted,  ///< the caller asked to stop
};

/// 2, 3, 4, 5, 6, 7, 70, 75, 104, 137, 130 in the order of the enumeration.
[[nodiscard]] int exit_code(ErrorKind kind) noexcept;
/// The enumerator's own word, as it stands in `--json`.
[[nodiscard]] std::string_view name_of(ErrorKind kind) noexcept;

/// The one exception of the library. The message is one lower-case sentence without a full stop: the doing,
/// the place, the fault, both numbers. The hint, if any, is something that can be typed.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {});

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

  /// Says around what it happened: "reading 'pbmc.h5ad'" gives "reading 'pbmc.h5ad': <message>".
  /// A context that already stands in front is not repeated.
  Error& within(std::string_view context);

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
};

/// Text that came from a file or a server, fit for a terminal: UTF-8 without control characters, at most `limit` bytes.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 200);

}  // namespace gemflow
