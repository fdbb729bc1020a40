// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "content.hpp"
#include "delimited/delimited.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"
#include "gemflow/formats.hpp"
#include "h5ad/h5ad.hpp"
#include "hdf5/container.hpp"
#include "matrix_market/matrix_market.hpp"
#include "numbered_cells.hpp"
#include "tenx_h5/tenx_h5.hpp"

namespace gemflow {
namespace {

namespace fs = std::filesystem;

// By hand: an object that registers itself vanishes from a static library. The stricter `detect` stands first.
constexpr std::array all{
    &h5ad_format,
    &tenx_h5_format,
    &matrix_market_format,
    &delimited_format,
};

std::string quoted(const fs::path& path) { return "'" + printable(path.string(), 4096) + "'"; }

/// The format whose content this is. Errors: input, with what it is instead.
const Format& format_of(const fs::path& path) {
  const Content content = look_at(path);
  for (const Format* format : all) {
    if (format->detect(path, content.head)) return *format;
  }
  throw hdf5::is_hdf5(content.head) ? hdf5::unknown_container(path) : not_a_count_file(path, content);
}

bool ends_with(const std::string& name, std::string_view ending) {
  return name.size() > ending.size() && std::equal(ending.rbegin(), ending.rend(), name.rbegin(), [](char a, char b) {
           return a == std::tolower(static_cast<unsigned char>(b));
         });
}

void require_another_file(const fs::path& in, const fs::path& out) {
  std::error_code not_there;
  if (!fs::equivalent(in, out, not_there)) return;
  throw Error(ErrorKind::usage,
              fmt::format("writing {}: it is the input itself, which is never written to", quoted(out)),
              "choose another name for OUT");
}

}  // namespace

std::span<const Format* const> formats() noexcept { return all; }

const Format& format_for(const fs::path& out) {
  const std::string name = out.filename().string();
  std::vector<std::string> endings;
  for (const Format* format : all) {
    if (format->create == nullptr) continue;
    for (const std::string_view ending : format->extensions) {
      if (ends_with(name, ending)) return *format;
      endings.emplace_back(ending);
    }
  }
  throw Error(ErrorKind::usage,
              fmt::format("writing {}: nothing is written to files that end in '{}'", quoted(out),
                          printable(out.extension().string())),
              did_you_mean(out.extension().string(), endings));
}

Inspection inspect(const fs::path& path, Job& job) { return format_of(path).inspect(path, job); }

std::unique_ptr<Reader> open(const fs::path& path, const OpenOptions& options, Job& job) {
  auto reader = format_of(path).open(path, options, job);
  return options.cells.rows ? number_from(options.cells.rows->first, std::move(reader)) : std::move(reader);
}

std::unique_ptr<Writer> create(const fs::path& out, const WriteOptions& options, Job& job) {
  const Format& format = format_for(out);
  if (options.carry.empty()) return format.create(out, options, job);
  require_another_file(options.carry, out);
  if (&format_of(options.carry) == &format) return format.create(out, options, job);
  WriteOptions without = options;
  without.carry.clear();
  return format.create(out, without, job);
}

std::unique_ptr<Writer> annotate(const fs::path& in, const fs::path& out, const WriteOptions& options, Job& job) {
  const Format& format = format_for(out);
  require_another_file(in, out);
  // A table of answers takes nothing over from its input, whatever that is.
  const bool fits = &format_of(in) == &format || &format == &delimited_format;
  return fits && format.annotate != nullptr ? format.annotate(in, out, options, job) : format.create(out, options, job);
}

}  // namespace gemflow
