# SPDX-License-Identifier: Apache-2.0
target_sources(gemflow_plugins PRIVATE
  synthesize_api/wire/documents.cpp
  synthesize_api/wire/example_query.cpp
  synthesize_api/wire/refusal.cpp)
