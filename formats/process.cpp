// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <hdf5.h>
#include <htslib/hts.h>
#include <isa-l.h>
#include <libdeflate.h>

#include "gemflow/formats.hpp"

namespace gemflow {

void guard_process() noexcept {
  // Without both, a write that failed ends in a crash of HDF5's own exit handler, and one unknown filter loads every
  // library in the folders that HDF5_PLUGIN_PATH names (measured with 1.10.8).
  H5dont_atexit();
  H5PLset_loading_state(0);
}

std::vector<LibraryVersion> format_libraries() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return {{"HDF5", fmt::format("{}.{}.{}", major, minor, release)},
          {"htslib", hts_version()},
          {"libdeflate", LIBDEFLATE_VERSION_STRING},
          {"ISA-L", fmt::format("{}.{}.{}", ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION, ISAL_PATCH_VERSION)}};
}

}  // namespace gemflow
