// SPDX-License-Identifier: Apache-2.0
#include "text_output.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <htslib/bgzf.h>
#include <unistd.h>

#include "gemflow/core/error.hpp"
#include "quiet_htslib.hpp"

namespace gemflow {
namespace {

bool is_packed(const std::filesystem::path& out) { return out.extension() == ".gz"; }

/// By descriptor and not by name: htslib takes names such as 's3:…' for remote files.
BGZF* open_bgzf(const std::filesystem::path& path, const char* mode) noexcept {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (descriptor < 0) return nullptr;
  BGZF* const file = bgzf_dopen(descriptor, mode);
  if (file == nullptr) ::close(descriptor);
  return file;
}

}  // namespace

void TextOutput::CloseBgzf::operator()(BGZF* file) const noexcept {
  const QuietHtslib quiet;
  static_cast<void>(bgzf_close(file));  // only a file that will not be kept is closed here
}

TextOutput::TextOutput(const std::filesystem::path& out, const DestinationOptions& options, Job& job)
    : destination_(out, options, job), file_(open_bgzf(destination_.hidden(), is_packed(out) ? "w" : "wu")) {
  if (!file_) fail();
  if (job.workers->count() > 1) bgzf_mt(file_.get(), job.workers->count(), 64);
}

TextOutput::~TextOutput() = default;

void TextOutput::write(std::string_view text) {
  const QuietHtslib quiet;
  errno = 0;
  if (bgzf_write(file_.get(), text.data(), text.size()) < 0) fail();
}

void TextOutput::commit() {
  const QuietHtslib quiet;
  errno = 0;
  if (bgzf_close(file_.release()) != 0) fail();
  destination_.commit();
}

void TextOutput::fail() const {
  throw Error(ErrorKind::io, fmt::format("writing '{}': {}", destination_.out().string(),
                                         std::strerror(errno == 0 ? EIO : errno)));
}

}  // namespace gemflow
