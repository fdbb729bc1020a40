// SPDX-License-Identifier: Apache-2.0
#include "text_output.hpp"

#include <algorithm>
#include <cassert>

#include <htslib/bgzf.h>

namespace gemflow {
namespace {

constexpr std::size_t blocks_at_once = 64;  // 4 MB of text

/// One block of BGZF; of no text the block that ends a file.
void pack(std::string_view text, TextOutput::Block& block) {
  block.size = block.bytes.size();
  constexpr int usual_level = -1;
  [[maybe_unused]] const int result = bgzf_compress(block.bytes.data(), &block.size, text.data(), text.size(), usual_level);
  assert(result == 0);  // a block has room for whatever its text may become
}

}  // namespace

TextOutput::TextOutput(const std::filesystem::path& out, const DestinationOptions& options, Job& job)
    : destination_(out, options, job),
      job_(&job),
      is_packed_(out.extension() == ".gz") {}

TextOutput::~TextOutput() = default;

void TextOutput::write(std::string_view text) {
  pending_ += text;
  if (pending_.size() < blocks_at_once * block_size) return;
  const std::size_t whole = pending_.size() / block_size * block_size;
  put(std::string_view(pending_).substr(0, whole));
  pending_.erase(0, whole);
}

void TextOutput::commit() {
  put(pending_);
  if (is_packed_) {
    blocks_.resize(1);
    pack({}, blocks_[0]);
    destination_.write({blocks_[0].bytes.data(), blocks_[0].size});
  }
  destination_.commit();
}

/// Blocks are cut where they begin in the text, whatever the pieces that came; workers pack them, this thread writes.
void TextOutput::put(std::string_view text) {
  if (!is_packed_) return destination_.write(text);
  blocks_.resize((text.size() + block_size - 1) / block_size);
  job_->workers->each(static_cast<std::int64_t>(blocks_.size()), [&](std::int64_t i) {
    const auto number = static_cast<std::size_t>(i);
    pack(text.substr(number * block_size, block_size), blocks_[number]);
  });
  for (const Block& block : blocks_) destination_.write({block.bytes.data(), block.size});
}

}  // namespace gemflow
