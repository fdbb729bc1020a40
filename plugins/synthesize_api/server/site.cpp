// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/server/site.hpp"

#include <unistd.h>

#include "synthesize_api/wire/documents.hpp"

namespace gemflow::synthesize_api {

SentFile::~SentFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Reply refusal(unsigned status, std::string_view message) {
  Reply reply;
  reply.status = status;
  reply.text = write_refusal({std::string(message), {}});
  return reply;
}

Reply refusal_for_now(unsigned status, std::string_view message, int seconds) {
  Reply reply = refusal(status, message);
  reply.headers.emplace_back("Retry-After", std::to_string(seconds));
  return reply;
}

}  // namespace gemflow::synthesize_api
