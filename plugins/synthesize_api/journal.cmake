# SPDX-License-Identifier: Apache-2.0
target_sources(gemflow_plugins PRIVATE
  synthesize_api/journal/database.cpp
  synthesize_api/journal/folder_lock.cpp
  synthesize_api/journal/journal.cpp
  synthesize_api/journal/lock_holder.cpp
  synthesize_api/journal/records.cpp
  synthesize_api/journal/reply_file.cpp
  synthesize_api/journal/snapshot.cpp
  synthesize_api/journal/summary.cpp)
target_sources(gemflow_plugins PUBLIC FILE_SET HEADERS FILES include/gemflow/journal.hpp)
