# SPDX-License-Identifier: Apache-2.0
gemflow_tests(unit_wire LABEL unit LINK gemflow::plugins gemflow::ops gemflow::run fmt::fmt
  SOURCES
    synthesize_api/count_list_test.cpp
    synthesize_api/model_id_test.cpp
    synthesize_api/reply_test.cpp
    synthesize_api/request_test.cpp
    synthesize_api/round_trip_test.cpp)
target_include_directories(unit_wire PRIVATE ${PROJECT_SOURCE_DIR}/plugins)
gemflow_tell_paths(synthesize_api/round_trip_test.cpp)
