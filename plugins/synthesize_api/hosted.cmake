# SPDX-License-Identifier: Apache-2.0
target_sources(gemflow_plugins PRIVATE
  synthesize_api/hosted/metadata_check.cpp
  synthesize_api/hosted/parts.cpp
  synthesize_api/hosted/vocabulary.cpp
  synthesize_api/wire/metadata_keys.cpp)
