# SPDX-License-Identifier: Apache-2.0
# What is written, read by other people's software. An old anndata (0.8, as Debian 12 has it) joins in where it is found.
add_executable(write_made_h5ad oracle/write_made_h5ad.cpp)
target_link_libraries(write_made_h5ad PRIVATE test_support gemflow::formats gemflow::run hdf5::hdf5)
target_include_directories(write_made_h5ad PRIVATE ${PROJECT_SOURCE_DIR}/formats)
target_compile_definitions(write_made_h5ad PRIVATE H5_USE_110_API)
gemflow_compile_like_the_rest(write_made_h5ad)

set(GEMFLOW_OLD_PYTHON "$ENV{GEMFLOW_OLD_PYTHON}" CACHE FILEPATH "Python with an old anndata; empty: look for it")
if(NOT GEMFLOW_OLD_PYTHON)
  execute_process(COMMAND /usr/bin/python3 -c "import anndata" RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
  if(result EQUAL 0)
    set(GEMFLOW_OLD_PYTHON /usr/bin/python3)
  endif()
endif()

gemflow_oracle_test("anndata reads what create writes" oracle/h5ad_create.py
  $<TARGET_FILE:write_made_h5ad> ${GEMFLOW_OLD_PYTHON})

gemflow_oracle_test("answers beside what every h5ad holds" oracle/h5ad_annotate.py
  $<TARGET_FILE:write_made_h5ad> ${GEMFLOW_OLD_PYTHON})
