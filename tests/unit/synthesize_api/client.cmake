# SPDX-License-Identifier: Apache-2.0
gemflow_tests(unit_client LABEL unit LINK gemflow::plugins nlohmann_json::nlohmann_json fmt::fmt CURL::libcurl
  SOURCES
    synthesize_api/documents_test.cpp)
target_include_directories(unit_client PRIVATE ${PROJECT_SOURCE_DIR}/plugins)
