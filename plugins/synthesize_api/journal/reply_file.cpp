// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/journal/reply_file.hpp"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "gemflow/core/error.hpp"

namespace gemflow::synthesize_api {
namespace {

namespace fs = std::filesystem;

constexpr int level = 3;  // zstd's own: counts as JSON shrink fivefold at some 300 MB/s

ZSTD_CCtx* packing(void* stream) noexcept { return static_cast<ZSTD_CCtx*>(stream); }
ZSTD_DCtx* unpacking(void* stream) noexcept { return static_cast<ZSTD_DCtx*>(stream); }

}  // namespace

// --- writing ---------------------------------------------------------------------------------------------------------

void StoredReplyWriter::Free::operator()(void* stream) const noexcept { ZSTD_freeCCtx(packing(stream)); }

StoredReplyWriter::StoredReplyWriter(fs::path file)
    : file_(std::move(file)), part_(file_.string() + ".part"), stream_(ZSTD_createCCtx()), packed_(ZSTD_CStreamOutSize()) {
  if (!stream_) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(packing(stream_.get()), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(packing(stream_.get()), ZSTD_c_checksumFlag, 1);
  constexpr mode_t ours_alone = 0600;
  unlink(part_.c_str());
  out_ = FileDescriptor(uninterrupted(
      [&] { return ::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, ours_alone); }));
  if (!out_.is_open()) fail(errno);
}

StoredReplyWriter::~StoredReplyWriter() {
  if (out_.is_open() && !is_whole_) unlink(part_.c_str());
}

void StoredReplyWriter::fail(int error) const {
  throw Error(ErrorKind::io, fmt::format("keeping the reply '{}': {}", file_.string(), std::generic_category().message(error)));
}

void StoredReplyWriter::write(std::string_view bytes) { pack(bytes, false); }

void StoredReplyWriter::pack(std::string_view bytes, bool is_last) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t left = 1;
  while (in.pos < in.size || (is_last && left != 0)) {
    ZSTD_outBuffer out{packed_.data(), packed_.size(), 0};
    left = ZSTD_compressStream2(packing(stream_.get()), &out, &in, is_last ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left) != 0) throw std::bad_alloc();  // of a stream that is written in order nothing else can fail
    const std::string_view more(packed_.data(), out.pos);
    digest_.add(more);
    bytes_ += static_cast<std::int64_t>(more.size());
    if (!out_.write(more)) fail(errno);
  }
}

ReplyReceipt StoredReplyWriter::commit() {
  pack({}, true);
  if (uninterrupted([&] { return fsync(out_); }) != 0) fail(errno);
  if (rename(part_.c_str(), file_.c_str()) != 0) fail(errno);
  is_whole_ = true;
  if (out_.close() != 0) fail(errno);
  const FileDescriptor folder(uninterrupted(
      [&] { return ::open(file_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (folder.is_open() && fsync(folder) != 0 && errno == EIO) fail(errno);
  return {digest_.hex(), bytes_};
}

// --- reading ---------------------------------------------------------------------------------------------------------

void StoredReplyReader::Free::operator()(void* stream) const noexcept { ZSTD_freeDCtx(unpacking(stream)); }

StoredReplyReader::StoredReplyReader(fs::path file, FileDescriptor in)
    : file_(std::move(file)), in_(std::move(in)), stream_(ZSTD_createDCtx()), packed_(ZSTD_DStreamInSize()) {
  if (!stream_) throw std::bad_alloc();
}

std::unique_ptr<StoredReplyReader> StoredReplyReader::open(const fs::path& file, const ReplyReceipt& receipt) {
  FileDescriptor in(uninterrupted([&] { return ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); }));
  if (!in.is_open() && (errno == ENOENT || errno == ELOOP)) return nullptr;
  if (!in.is_open()) {
    throw Error(ErrorKind::io, fmt::format("reading the reply '{}': {}", file.string(), std::generic_category().message(errno)));
  }
  std::unique_ptr<StoredReplyReader> reader(new StoredReplyReader(file, std::move(in)));
  if (!reader->is_as_received(receipt)) return nullptr;
  return reader;
}

bool StoredReplyReader::is_as_received(const ReplyReceipt& receipt) {
  struct stat there {};
  if (fstat(in_, &there) != 0 || !S_ISREG(there.st_mode) || there.st_size != receipt.bytes) return false;
  Sha256 digest;
  while (refill()) digest.add(left_);
  left_ = {};
  return digest.hex() == receipt.sha256 && lseek(in_, 0, SEEK_SET) == 0;
}

bool StoredReplyReader::refill() {
  const ssize_t n = uninterrupted([&] { return ::read(in_, packed_.data(), packed_.size()); });
  if (n < 0) {
    throw Error(ErrorKind::io, fmt::format("reading the reply '{}': {}", file_.string(), std::generic_category().message(errno)));
  }
  left_ = {packed_.data(), static_cast<std::size_t>(n)};
  return n > 0;
}

std::size_t StoredReplyReader::read(std::span<char> into) {
  ZSTD_outBuffer out{into.data(), into.size(), 0};
  while (out.pos == 0 && wanted_ != 0) {
    if (left_.empty()) refill();
    ZSTD_inBuffer in{left_.data(), left_.size(), 0};
    const bool is_end = left_.empty();
    wanted_ = ZSTD_decompressStream(unpacking(stream_.get()), &out, &in);
    if (ZSTD_isError(wanted_) != 0 || (is_end && out.pos == 0 && wanted_ != 0)) {
      throw Error(ErrorKind::input, fmt::format("reading the reply '{}': it was damaged meanwhile", file_.string()));
    }
    left_.remove_prefix(in.pos);
  }
  return out.pos;
}

}  // namespace gemflow::synthesize_api
