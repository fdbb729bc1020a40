// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/window.hpp"

#include <fmt/format.h>

#include <cassert>
#include <cstring>

#include "gemflow/core/error.hpp"
#include "gemflow/ops/numbers.hpp"

namespace gemflow::synthesize_api {

bool Window::reach(std::size_t n) {
  assert(n <= capacity);
  if (size() >= n) return true;
  std::memmove(bytes_.data(), begin(), size());
  before_ += static_cast<std::int64_t>(begin_);
  end_ -= begin_;
  begin_ = 0;
  while (end_ < n) {
    const std::size_t got = source_.read({bytes_.data() + end_, capacity - end_});
    if (got == 0) break;
    end_ += got;
  }
  std::memset(bytes_.data() + end_, 0, slack);
  was_exhausted_ = was_exhausted_ || end_ == 0;
  return end_ >= n;
}

bool Window::reach_for_token() {
  if (position() - token_begin_ > token_limit) {
    throw Error(ErrorKind::input, fmt::format("reading JSON: a text or gap before byte {} is longer than {} bytes",
                                              with_commas(position()), with_commas(token_limit)));
  }
  return reach(1);
}

}  // namespace gemflow::synthesize_api
