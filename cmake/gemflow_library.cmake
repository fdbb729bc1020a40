# SPDX-License-Identifier: Apache-2.0
# gemflow_library(core BASE_DIR src HEADERS … SOURCES … LINK_PUBLIC … LINK_PRIVATE …) makes the static library gemflow_core with
# the alias gemflow::core. HEADERS are public: installed, and each compiled alone by all_verify_interface_header_sets.

add_library(gemflow_warnings INTERFACE)
target_compile_options(gemflow_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wnull-dereference -Wdouble-promotion
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # GCC 12 sees it in every "text" + std::string at -O3 (its bug 105651)
  $<$<BOOL:${GEMFLOW_DEVELOPER_MODE}>:-Werror>)

# One binary gives one answer: no contraction of a*b+c where a compiler likes it.
function(gemflow_compile_like_the_rest target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE -ffp-contract=off)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:gemflow_warnings>)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
endfunction()

function(gemflow_library name)
  cmake_parse_arguments(arg "" "" "BASE_DIR;HEADERS;SOURCES;LINK_PUBLIC;LINK_PRIVATE" ${ARGN})
  set(target gemflow_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(gemflow::${name} ALIAS ${target})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${arg_BASE_DIR} FILES ${arg_HEADERS})
  target_link_libraries(${target} PUBLIC ${arg_LINK_PUBLIC} PRIVATE ${arg_LINK_PRIVATE})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} VERIFY_INTERFACE_HEADER_SETS ON)
  gemflow_compile_like_the_rest(${target})
  set_property(GLOBAL APPEND PROPERTY gemflow_libraries ${target})
endfunction()
