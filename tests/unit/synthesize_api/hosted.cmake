# SPDX-License-Identifier: Apache-2.0
gemflow_tests(unit_hosted LABEL unit LINK gemflow::plugins gemflow::run
  SOURCES
    synthesize_api/metadata_check_test.cpp
    synthesize_api/opening_test.cpp
    synthesize_api/output_counts_test.cpp
    synthesize_api/parts_test.cpp)
target_include_directories(unit_hosted PRIVATE ${PROJECT_SOURCE_DIR}/plugins)
