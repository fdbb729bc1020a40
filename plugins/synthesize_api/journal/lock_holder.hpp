// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string>

namespace gemflow::synthesize_api {

/// Who holds a journal, as its lock file says.
struct LockHolder {
  std::string id;        ///< random, of this one taking of the lock; hexadecimal digits
  std::string host;      ///< for people
  std::string place;     ///< boot and namespace in which `process` means something; empty: cannot be told
  std::int64_t process = 0;
  std::string started;   ///< when the process was, in the kernel's ticks: numbers of processes come again
  std::string since;     ///< UTC, for people
  std::timespec beat{};  ///< when the file was last touched, by the clock of whoever keeps the file
};

/// This process, about to take a lock.
[[nodiscard]] LockHolder this_process();

/// Nothing where there is no such file. What cannot be read as a lock is one of somebody unknown. Never follows a link.
/// Errors: io.
[[nodiscard]] std::optional<LockHolder> read_lock(const std::filesystem::path& file);

/// What a lock file holds.
[[nodiscard]] std::string lock_text(const LockHolder& holder);

enum class Pulse {
  alive,
  gone,     ///< the process ended, or its machine was started anew
  unknown,  ///< it runs elsewhere: only its heartbeat can tell
};
[[nodiscard]] Pulse pulse_of(const LockHolder& holder);

/// "process 4711 on 'node7', since 2026-05-01T12:00:00Z"
[[nodiscard]] std::string text_of(const LockHolder& holder);

}  // namespace gemflow::synthesize_api
