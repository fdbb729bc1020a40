# SPDX-License-Identifier: Apache-2.0
gemflow_tests(unit_writing LABEL unit LINK gemflow::formats gemflow::run hdf5::hdf5 PkgConfig::LIBDEFLATE PkgConfig::ISAL
  SOURCES
    content_test.cpp
    h5ad/annotator_test.cpp
    h5ad/provenance_test.cpp
    h5ad/take_faults_test.cpp
    h5ad/writer_test.cpp
    hdf5/chunk_encoder_test.cpp
    hdf5/receipt_test.cpp)
target_include_directories(unit_writing PRIVATE ${PROJECT_SOURCE_DIR}/formats)
target_compile_definitions(unit_writing PRIVATE H5_USE_110_API)

# Equal bytes on old and new processors: the same program on an emulated one, where the emulator is installed.
find_program(QEMU_X86_64 qemu-x86_64)
if(QEMU_X86_64)
  foreach(cpu Nehalem Haswell)
    add_test(NAME "unit: packed chunks have their known bytes on ${cpu}"
      COMMAND ${QEMU_X86_64} -cpu ${cpu} $<TARGET_FILE:unit_writing> "packed chunks have their known bytes")
    set_tests_properties("unit: packed chunks have their known bytes on ${cpu}" PROPERTIES LABELS slow)
  endforeach()
endif()
