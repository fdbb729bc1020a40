# SPDX-License-Identifier: Apache-2.0
# Who may include whom, and how long files may be:  cmake [-D SOURCE=folder] -P tests/floors.cmake
#
# Reads the #include lines of src, formats and plugins and fails with the file and the include that does not belong on its floor;
# with the file that is longer than its budget; with marks of unfinished work; with file names that say nothing.
cmake_minimum_required(VERSION 3.25)

if(NOT SOURCE)
  get_filename_component(SOURCE "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
endif()

set(file_limit 400)
set(header_limit 120)
set(empty_names "util|utils|utility|utilities|helper|helpers|common|manager|misc|stuff")

# --- the floors ---------------------------------------------------------------------------------------------------------------
# Each floor: which folders it is, and regular expressions of what it may include, < > and " " alike. The first floor whose
# folder a file lies in is the file's.

set(std "<[a-z_0-9]+>")
set(posix "<(sys/[a-z]+|linux/[a-z]+|unistd|fcntl|dirent|pthread|sched|signal|stdlib|termios|poll|arpa/inet|netinet/in)\\.h>")
set(simd "<([a-z0-9]+intrin|cpuid)\\.h>")
set(core "\"gemflow/core/[a-z_0-9]+\\.hpp\"")
set(ops "\"gemflow/ops/[a-z_0-9]+\\.hpp\"")
set(run "\"gemflow/run/[a-z_0-9]+\\.hpp\"")
set(fmt "<fmt/[a-z]+\\.h>")
set(eigen "<Eigen/[A-Za-z]+>")
set(hdf5 "<hdf5(_hl)?\\.h>")
set(json "<nlohmann/json(_fwd)?\\.hpp>")

# Public headers come first: what they include, every user of the library includes.
set(floors public_core public_ops public_run public_formats public_plugins core ops run formats server plugins cli)
set(public_core_in "src/gemflow/core/[^/]+\\.hpp")
set(public_core_may "${std}" "${core}")
set(public_ops_in "src/gemflow/ops/[^/]+\\.hpp")
set(public_ops_may "${std}" "${core}" "${ops}" "${eigen}")
set(public_run_in "src/gemflow/run/[^/]+\\.hpp")
set(public_run_may "${std}" "${core}" "${ops}" "${run}")
set(public_formats_in "formats/include/")
set(public_formats_may "${std}" "${core}" "${ops}")
set(public_plugins_in "plugins/include/")
set(public_plugins_may "${std}" "${core}" "${ops}")

set(core_in "src/gemflow/core/")
set(core_may "${std}" "${core}" "${fmt}" "${posix}")
set(ops_in "src/gemflow/ops/")
set(ops_may "${std}" "${core}" "${ops}" "${fmt}" "${eigen}" "${simd}")
set(run_in "src/gemflow/run/")
set(run_may "${std}" "${core}" "${ops}" "${run}" "${fmt}" "${posix}")
set(formats_in "formats/")
set(formats_may "${std}" "${core}" "${ops}" "own" "${fmt}" "${posix}" "${simd}" "${hdf5}" "\"gemflow/formats\\.hpp\""
  "<htslib/[a-z_]+\\.h>" "<libdeflate\\.h>" "<(isa-l|isa-l/[a-z_0-9]+)\\.h>" "<(lzf|zstd|lz4|lz4hc|blosc|zlib)\\.h>")
set(server_in "plugins/[a-z_]+/server/")
set(server_may "${std}" "${core}" "${ops}" "own" "${fmt}" "${posix}" "${json}" "<microhttpd\\.h>" "<(netdb|netinet/in|arpa/inet)\\.h>"
  "\"gemflow/(models|serve|journal|hosted|api_query)\\.hpp\"")
set(plugins_in "plugins/")
set(plugins_may "${std}" "${core}" "${ops}" "own" "${fmt}" "${posix}" "${simd}" "${eigen}" "${json}" "<openssl/[a-z_0-9]+\\.h>"
  "<curl/curl\\.h>" "<sqlite3\\.h>" "<zstd\\.h>" "\"gemflow/(models|serve|journal|hosted|api_query)\\.hpp\"")
set(cli_in "src/cli/")
set(cli_may "${std}" "${core}" "${ops}" "${run}" "own" "${fmt}" "${posix}" "${hdf5}" "${json}" "<CLI/[A-Za-z]+\\.hpp>"
  "<curl/curl\\.h>" "\"gemflow/(formats|models|serve|journal|hosted|api_query)\\.hpp\"")

# --- the checks ---------------------------------------------------------------------------------------------------------------

function(fault text)
  set_property(GLOBAL APPEND_STRING PROPERTY faults "  ${text}\n")
endfunction()

function(find_floor file result)
  foreach(floor IN LISTS floors)
    if(file MATCHES "^${${floor}_in}")
      set(${result} ${floor} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${result} "" PARENT_SCOPE)
endfunction()

# A header that lies on the includer's own side of the house: beside it, or below its top folder.
function(is_own file include result)
  set(${result} FALSE PARENT_SCOPE)
  if(include MATCHES "\\.\\./" OR NOT include MATCHES "^\"(.+)\"$")
    return()
  endif()
  set(path "${CMAKE_MATCH_1}")
  string(REGEX MATCH "^(src/cli|formats|plugins)" top "${file}")
  get_filename_component(folder "${file}" DIRECTORY)
  if(EXISTS "${SOURCE}/${top}/${path}" OR EXISTS "${SOURCE}/${folder}/${path}")
    set(${result} TRUE PARENT_SCOPE)
  endif()
endfunction()

function(is_allowed floor file include result)
  foreach(pattern IN LISTS ${floor}_may)
    if(pattern STREQUAL "own")
      is_own("${file}" "${include}" allowed)
    elseif(include MATCHES "^${pattern}$")
      set(allowed TRUE)
    else()
      set(allowed FALSE)
    endif()
    if(allowed)
      break()
    endif()
  endforeach()
  set(${result} ${allowed} PARENT_SCOPE)
endfunction()

function(check_includes file text)
  find_floor("${file}" floor)
  if(NOT floor)
    fault("${file}: lies on no floor")
  endif()
  string(REGEX MATCHALL "(^|\n)[ \t]*#[ \t]*include[ \t]*[<\"][^>\"\n]*[>\"]" includes "${text}")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "^[^<\"]*([<\"].*)$" "\\1" include "${include}")
    is_allowed(${floor} "${file}" "${include}" allowed)
    if(NOT allowed)
      fault("${file}: includes ${include}, which is not on its floor (${floor})")
    endif()
  endforeach()
endfunction()

function(check_length file text)
  string(REGEX REPLACE "[^\n]" "" newlines "${text}")
  string(LENGTH "${newlines}" lines)
  if("${file}" MATCHES "/include/gemflow/.*\\.hpp$|^src/gemflow/.*\\.hpp$")
    set(limit ${header_limit})
  else()
    set(limit ${file_limit})
  endif()
  if(lines GREATER limit)
    fault("${file}: has ${lines} lines, more than ${limit}")
  endif()
endfunction()

function(check_words file text)
  if("${text}" MATCHES "(^|[^A-Za-z0-9_])(TODO|FIXME|XXX|HACK)([^A-Za-z0-9_]|$)")
    fault("${file}: holds the mark ${CMAKE_MATCH_2}")
  endif()
  if("${file}" MATCHES "(^|[/_])(${empty_names})([_./]|$)")
    fault("${file}: the name '${CMAKE_MATCH_2}' says nothing")
  endif()
endfunction()

file(GLOB_RECURSE files RELATIVE "${SOURCE}" "${SOURCE}/src/*.?pp" "${SOURCE}/formats/*.?pp" "${SOURCE}/plugins/*.?pp")
list(LENGTH files n_files)
if(n_files EQUAL 0)
  message(FATAL_ERROR "floors: no source below '${SOURCE}'")
endif()
foreach(file IN LISTS files)
  file(READ "${SOURCE}/${file}" text)
  # What CMake would take for the punctuation of its lists.
  string(REGEX REPLACE "[][;\\]" " " text "${text}")
  check_includes("${file}" "${text}")
  check_length("${file}" "${text}")
  check_words("${file}" "${text}")
endforeach()

get_property(faults GLOBAL PROPERTY faults)
if(faults)
  message(FATAL_ERROR "floors:\n${faults}")
endif()
message(STATUS "floors: ${n_files} files, each on its floor and within its length")
