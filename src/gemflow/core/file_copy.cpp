// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/file_copy.hpp"

#include <algorithm>
#include <vector>

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gemflow/core/file_descriptor.hpp"

namespace gemflow {
namespace {

constexpr std::uint64_t piece = std::uint64_t{64} << 20;
constexpr std::size_t buffer_size = std::size_t{1} << 20;

/// One step of a copy at `offset`, at most `size` bytes; bytes copied, or -1 with errno.
using Step = ssize_t (*)(int from, int to, std::uint64_t offset, std::size_t size);

ssize_t step_in_kernel(int from, int to, std::uint64_t offset, std::size_t size) {
  auto here = static_cast<off64_t>(offset);
  auto there = static_cast<off64_t>(offset);
  return uninterrupted([&] { return copy_file_range(from, &here, to, &there, size, 0); });
}

ssize_t step_by_hand(int from, int to, std::uint64_t offset, std::size_t size) {
  thread_local std::vector<char> buffer(buffer_size);
  const auto at = static_cast<off_t>(offset);
  const ssize_t n = uninterrupted([&] { return pread(from, buffer.data(), std::min(size, buffer.size()), at); });
  ssize_t written = 0;
  while (written < n) {
    const auto rest = static_cast<std::size_t>(n - written);
    const ssize_t more = uninterrupted([&] { return pwrite(to, buffer.data() + written, rest, at + written); });
    if (more < 0) return -1;
    written += more;
  }
  return n;
}

/// What says that the kernel cannot copy between these two files at all.
bool is_refusal(int error) {
  return error == EXDEV || error == EINVAL || error == ENOSYS || error == EOPNOTSUPP || error == EPERM ||
         error == EBADF;
}

}  // namespace

bool share_blocks(int from, int to) noexcept { return ioctl(to, FICLONE, from) == 0; }

int copy_bytes(int from, int to, std::uint64_t size, const Job& job) {
  Step step = &step_in_kernel;
  for (std::uint64_t done = 0; done < size;) {
    job.check_stop();
    const ssize_t n = step(from, to, done, static_cast<std::size_t>(std::min(size - done, piece)));
    if (n > 0) {
      done += static_cast<std::uint64_t>(n);
    } else if (step == &step_in_kernel && (n == 0 || is_refusal(errno))) {
      step = &step_by_hand;  // some file systems copy nothing and say so with a 0
    } else {
      return n == 0 ? ENODATA : errno;
    }
  }
  return 0;
}

}  // namespace gemflow
