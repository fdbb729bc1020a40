// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <htslib/hts_log.h>

namespace gemflow {

/// While it lives, htslib does not print to stderr what is damaged: the library speaks through errors alone.
class QuietHtslib {
 public:
  QuietHtslib() : before_(hts_get_log_level()) { hts_set_log_level(HTS_LOG_OFF); }
  ~QuietHtslib() { hts_set_log_level(before_); }
  QuietHtslib(const QuietHtslib&) = delete;
  QuietHtslib& operator=(const QuietHtslib&) = delete;

 private:
  htsLogLevel before_;
};

}  // namespace gemflow
