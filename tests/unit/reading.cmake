# SPDX-License-Identifier: Apache-2.0
# What is private to formats is tested from inside.
gemflow_tests(unit_hdf5 LABEL unit LINK gemflow::formats gemflow::run hdf5::hdf5 PkgConfig::LIBDEFLATE
  SOURCES
    h5ad/beside_test.cpp
    h5ad/inspect_test.cpp
    h5ad/reader_faults_test.cpp
    h5ad/reader_test.cpp
    hdf5/locks_test.cpp
    hdf5/number_stream_test.cpp
    hdf5/objects_test.cpp
    cell_window_test.cpp
    tidy_cells_test.cpp)
target_include_directories(unit_hdf5 PRIVATE ${PROJECT_SOURCE_DIR}/formats)
target_compile_definitions(unit_hdf5 PRIVATE H5_USE_110_API)
gemflow_tell_paths(h5ad/inspect_test.cpp h5ad/reader_test.cpp)
