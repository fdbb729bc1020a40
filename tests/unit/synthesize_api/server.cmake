# SPDX-License-Identifier: Apache-2.0
gemflow_tests(unit_server LABEL unit LINK gemflow::serve gemflow::ops nlohmann_json::nlohmann_json Threads::Threads
  SOURCES
    synthesize_api/server_limits_test.cpp
    synthesize_api/server_parts_test.cpp
    synthesize_api/server_test.cpp)
target_include_directories(unit_server PRIVATE ${PROJECT_SOURCE_DIR}/plugins)
