// SPDX-License-Identifier: Apache-2.0
#include "content.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <htslib/bgzf.h>

#include "gemflow/core/nearest.hpp"
#include "hdf5/container.hpp"

namespace gemflow {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr std::size_t head_size = 4096;

/// Something that is not counts, by the bytes at `offset`.
struct Stranger {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
  std::string_view hint;
};

constexpr std::string_view download_again = "download the file itself";

constexpr std::array strangers{
    Stranger{0, "version https://git-lfs.github.com/spec/"sv, "a Git-LFS pointer, not the file itself", "git lfs pull"},
    Stranger{0, "<!doctype html"sv, "a web page", download_again},
    Stranger{0, "<html"sv, "a web page", download_again},
    Stranger{0, "<?xml"sv, "an XML document", download_again},
    Stranger{0, "PK\x03\x04"sv, "a zip archive (or a workbook of Excel)", "unpack it, or save the sheet as csv"},
    Stranger{0, "\xd0\xcf\x11\xe0"sv, "a workbook of Excel", "save the sheet as csv"},
    Stranger{257, "ustar"sv, "a tar archive", "unpack it: tar xf FILE"},
    Stranger{0, "\x28\xb5\x2f\xfd"sv, "compressed by zstd", "unpack it: zstd -d FILE"},
    Stranger{0, "BZh"sv, "compressed by bzip2", "unpack it: bunzip2 -k FILE"},
    Stranger{0,
             "\xfd"
             "7zXZ"sv,
             "compressed by xz", "unpack it: unxz -k FILE"},
    Stranger{0, "7z\xbc\xaf"sv, "a 7z archive", "unpack it"},
    Stranger{0, "RDX2\n"sv, "data of R", "write it as h5ad or mtx in R"},
    Stranger{0, "RDX3\n"sv, "data of R", "write it as h5ad or mtx in R"},
    Stranger{0, "X\n\0\0\0"sv, "an object of R (rds)", "write it as h5ad or mtx in R"},
    Stranger{0, "PAR1"sv, "a parquet file", "write it as csv or h5ad"},
    Stranger{0, "ARROW1"sv, "an Arrow file", "write it as csv or h5ad"},
    Stranger{0, "\x93NUMPY"sv, "a numpy array", "write it as h5ad, with the names of cells and genes"},
    Stranger{0, "\x80\x04\x95"sv, "a Python pickle", "write it as h5ad"},
    Stranger{0, "BAM\1"sv, "a file of aligned reads (BAM)", "count the reads first"},
    Stranger{0, "CRAM"sv, "a file of aligned reads (CRAM)", "count the reads first"},
    Stranger{0, "@HD\t"sv, "a file of aligned reads (SAM)", "count the reads first"},
    Stranger{0, "%PDF"sv, "a PDF document", download_again},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Letters are compared without case: web pages write "<!DOCTYPE html>" as they like.
bool begins_with(std::string_view bytes, std::size_t offset, std::string_view what) {
  if (bytes.size() < offset + what.size()) return false;
  for (std::size_t i = 0; i < what.size(); ++i) {
    if (lower(bytes[offset + i]) != lower(what[i])) return false;
  }
  return true;
}

const Stranger* find_stranger(std::string_view bytes) {
  const std::size_t white = std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size());
  for (const Stranger& stranger : strangers) {
    const std::size_t skipped = stranger.bytes.front() == '<' ? white : 0;
    if (begins_with(bytes, skipped + stranger.offset, stranger.bytes)) return &stranger;
  }
  return nullptr;
}

Error fault(const fs::path& path, std::string_view what, std::string_view hint = {}) {
  return Error(ErrorKind::input, fmt::format("opening '{}': {}", printable(path.string(), 4096), what),
               std::string(hint));
}

Error not_there(const fs::path& path) {
  std::vector<std::string> neighbours;
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    neighbours.push_back(it->path().filename().string());
  }
  const std::string name = path.filename().string();
  return fault(path, "no such file", nearest_names(name, neighbours).empty() ? "" : did_you_mean(name, neighbours));
}

std::string read_head(const fs::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  std::string head(head_size, '\0');
  if (file) head.resize(std::fread(head.data(), 1, head.size(), file.get()));
  if (!file || std::ferror(file.get()) != 0) {
    throw Error(ErrorKind::io, fmt::format("opening '{}': {}", printable(path.string(), 4096),
                                           std::generic_category().message(errno)));
  }
  return head;
}

bool is_gzip(std::string_view head) { return begins_with(head, 0, "\x1f\x8b"sv); }

/// The first bytes of a gzip file's content; what cannot be unpacked is left to the format that will read it.
std::string unpack_head(const fs::path& path) {
  const std::unique_ptr<BGZF, int (*)(BGZF*)> file(bgzf_open(path.c_str(), "r"), &bgzf_close);
  std::string head(512, '\0');
  const ssize_t size = file ? bgzf_read(file.get(), head.data(), head.size()) : -1;
  head.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return head;
}

}  // namespace

Content look_at(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw not_there(path);
  Content content;
  content.is_folder = fs::is_directory(status);
  if (content.is_folder) return content;
  if (!fs::is_regular_file(status)) throw fault(path, "it is neither a file nor a folder", "write it to a file first");
  content.head = read_head(path);
  if (content.head.empty()) throw fault(path, "the file is empty (0 bytes)", download_again);
  if (is_gzip(content.head)) content.unpacked = unpack_head(path);

  const Stranger* stranger = find_stranger(content.head);
  if (stranger != nullptr) throw fault(path, fmt::format("it is {}", stranger->name), stranger->hint);
  stranger = find_stranger(content.unpacked);
  if (stranger != nullptr) {
    throw fault(path, fmt::format("it is {}, compressed by gzip", stranger->name), stranger->hint);
  }
  if (is_gzip(content.unpacked)) throw fault(path, "it is compressed by gzip twice", "unpack it: gunzip -k FILE");
  if (hdf5::is_hdf5(content.unpacked)) {
    throw fault(path, "it is an HDF5 file compressed by gzip", "unpack it: gunzip -k FILE");
  }
  return content;
}

Error not_a_count_file(const fs::path& path, const Content& content) {
  std::error_code none;
  for (const char* mark : {".zgroup", ".zattrs", "zarr.json"}) {
    if (!content.is_folder || !fs::exists(path / mark, none)) continue;
    return fault(path, "it is a Zarr store", "write it as h5ad: anndata.read_zarr(\"FOLDER\").write_h5ad(\"FILE.h5ad\")");
  }
  return fault(path,
               content.is_folder ? "no file in this folder is one that is known" : "its content is of no known format",
               "gemflow formats lists what can be read");
}

}  // namespace gemflow
