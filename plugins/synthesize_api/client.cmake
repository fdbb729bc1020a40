# SPDX-License-Identifier: Apache-2.0
target_sources(gemflow_plugins PRIVATE
  synthesize_api/client/api_calls.cpp
  synthesize_api/client/attempts.cpp
  synthesize_api/client/http.cpp
  synthesize_api/client/origin.cpp
  synthesize_api/client/retry.cpp
  synthesize_api/client/token.cpp
  synthesize_api/client/transfer.cpp)
