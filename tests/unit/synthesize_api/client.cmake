# SPDX-License-Identifier: Apache-2.0
# What talks to tests/support/scripted_api.py knows where it is.
gemflow_tell_paths(synthesize_api/api_calls_test.cpp synthesize_api/http_test.cpp synthesize_api/http_trust_test.cpp
  synthesize_api/submit_test.cpp)
gemflow_tests(unit_client LABEL unit LINK gemflow::plugins nlohmann_json::nlohmann_json fmt::fmt
  SOURCES
    synthesize_api/api_calls_test.cpp
    synthesize_api/documents_test.cpp
    synthesize_api/http_test.cpp
    synthesize_api/http_trust_test.cpp
    synthesize_api/origin_test.cpp
    synthesize_api/retry_test.cpp
    synthesize_api/submit_test.cpp
    synthesize_api/token_test.cpp)
target_include_directories(unit_client PRIVATE ${PROJECT_SOURCE_DIR}/plugins)
